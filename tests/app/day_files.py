"""Day files made up for tests, taken into a journal whose office has no reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from days import MOMENT
from journal_maker import KEY, Maker

from tournee.app.context import Office
from tournee.app.visits.imported import ImportedDay
from tournee.app.visits.importing import import_day
from tournee.app.visits.past import facts_of_payload
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.store import Cipher, Journal, VisitState

PS = "756000121"
YVONNE, ROBERT, LUCIEN = (
    {"nir": "2550699999001", "cle": "62"},
    {"nir": "1480369123017", "cle": "30"},
    {"nir": "1350187085012", "cle": "33"},
)
PRESCRIPTION = {"date": "2026-11-02", "rpps": "10100001071"}
DAY = date(2026, 11, 16)


@contextmanager
def open_office(folder: Path, on_step: Any = None, now: datetime = MOMENT) -> Iterator[Office]:
    """The office of a journal in this folder."""
    route = Route(
        name="oct",
        address="factures@oct.example",
        sender="cabinet@soins.example",
        identifier="999999998",
        submission=Server("127.0.0.1", 1, Security.TLS),
        mailbox=Mailbox(MailboxKind.MAILDIR, path=folder),
        certificate=folder / "oct.pem",
    )
    path = folder / "journal.db"
    with Journal(path, Cipher(KEY), lambda: now, on_step, facts_of=facts_of_payload, station=0) as journal:
        yield Office(journal, route, lambda: now)


def visit(whom: dict[str, str] = YVONNE, *acts: str, **more: Any) -> dict[str, Any]:
    """A visit: its acts as `AMI 1` or `BSB`, whatever else by its key."""
    told = [_act(one) for one in acts or ("AMI 1",)]
    return {**whom, "actes": told, "prescription": PRESCRIPTION} | more


def _act(told: str) -> dict[str, Any]:
    code, _, coefficient = told.partition(" ")
    return {"code": code, "coefficient": float(coefficient)} if coefficient else {"code": code}


def day_file(*visits: dict[str, Any], day: date = DAY, ps: str = PS) -> bytes:
    """A day file in JSON."""
    head = {"date": f"{day}", "ps": ps, "profession": "IF"}
    return json.dumps({"journee": head, "visite": visits}).encode()


def import_visits(
    office: Office, *visits: dict[str, Any], name: str = "jour.json", day: date = DAY, **more: bool
) -> ImportedDay:
    """Import a file of these visits."""
    return import_day(office, day_file(*visits, day=day), name, **more)


def answers(done: ImportedDay) -> list[str]:
    """What became of each visit."""
    return [one.answer.label for one in done.visits]


def pending(office: Office) -> list[int]:
    """The visits that are to be billed."""
    return [row.id for row in office.journal.visits.find(VisitState.PENDING)]


def bill(office: Office, visit_id: int) -> str:
    """Certify an invoice of this visit; gives its number."""
    return office.journal.invoices.get(Maker().bill(office.journal, visit_id)).number
