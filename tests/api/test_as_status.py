"""What the interface says of invoices and alerts is what `tournee status --json` says, whatever happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from click.testing import CliRunner
from editor import KEY, Outbox, letter
from editor import settings as configuration
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_maker import Maker
from rsp_maker import amo, invoice, person, rejection, rsp

from tournee import api
from tournee.cli.main import tournee
from tournee.store import Cipher, Journal, SheetState

MAKE = Maker()


def status(path: Path) -> dict[str, Any]:
    """What a program reads of the command line."""
    run = CliRunner().invoke(tournee, ["--config", str(path), "status", "--all", "--json"])
    assert run.exit_code == 0, run.output
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def as_told(one: api.InvoiceStanding) -> dict[str, Any]:
    """An invoice with the words of the command line."""
    return {
        "number": one.number,
        "visit": one.visit,
        "ps": one.ps,
        "substitute": one.substitute,
        "date": f"{one.day:%Y%m%d}",
        "patient": one.patient,
        "sheets": [{"kind": sheet.kind, "state": sheet.state.value} for sheet in one.sheets],
        "state": one.state.value,
        "fee": one.fee,
        "amo": one.amo,
        "amc": one.amc,
        "paid": one.paid,
        "given_back": one.given_back,
        "cancelled": one.cancelled,
        "shares": one.patient_share,
        "patient_paid": one.patient_paid,
        "patient_owes": one.patient_owes,
        "lots": list(one.lots),
        "files": list(one.files),
        "subjects": list(one.subjects),
        "reason": one.reason,
        "replaces": one.replaces,
        "replaced_by": one.replaced_by,
        "counts": one.counts,
    }


def every_page(practice: api.Practice, limit: int) -> Iterator[api.InvoiceStanding]:
    page = api.invoices(practice, limit=limit)
    yield from page.invoices
    while page.cursor:
        page = api.invoices(practice, limit=limit, cursor=page.cursor)
        yield from page.invoices


STEPS: dict[str, Callable[[Journal], object]] = {
    "one more": MAKE.invoice,
    "one with its DRE": lambda journal: MAKE.invoice(journal, "FSE", "DRE"),
    "all sent": lambda journal: journal.invoices.sheets(SheetState.CERTIFIED) and MAKE.sent_file(journal),
}
RETURNS = {
    "paid": rsp(invoice(), person(), amo(600, "P", 600), total=600),
    "in part": rsp(invoice(), person(), amo(600, "P", 500), total=500),
    "refused": rsp(invoice(), person(), amo(600, "R", 0), rejection(), total=0),
    "deferred": rsp(invoice(), person(), amo(600, "D", 0), rejection(), total=0),
    "forged": rsp(invoice(), person(), amo(600, "P", 600), total=600, numero_emetteur="00000751999999"),
    "cut": rsp(invoice(), person(), amo(600, "P", 600), total=600)[:-140],
}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from([*STEPS, *RETURNS]), min_size=2, max_size=8), limit=st.integers(1, 4))
def test_states_are_those_of_the_command_line(
    tmp_path_factory: pytest.TempPathFactory, identity: Path, steps: list[str], limit: int
) -> None:
    folder = tmp_path_factory.mktemp("practice")
    told = configuration(identity)
    told["route"]["oct"]["messagerie_externe"] = True
    path = folder / "tournee.toml"
    path.write_text(tomlkit.dumps(told))
    (folder / "journal.db.key").touch(0o600)
    (folder / "journal.db.key").write_text(KEY.hex())
    now = lambda: datetime.now().astimezone()  # noqa: E731
    with Journal(folder / "journal.db", Cipher(KEY), now, station=0) as journal:
        MAKE.invoice(journal)
        MAKE.sent_file(journal)
    with api.open_practice(path, transport=Outbox()) as practice:
        for step in steps:
            if step in RETURNS:
                api.take_return(practice, letter(RETURNS[step]))
                continue
            with Journal(folder / "journal.db", Cipher(KEY), now, station=0) as journal:
                STEPS[step](journal)
        said = status(path)
        own = [as_told(one) for one in every_page(practice, limit)]
        alerts = api.alerts(practice, limit=1000).alerts
    for one in said["invoices"]:
        assert {one.pop("ps_name"), one.pop("substitute_name")} == {""}
        one["shares"] = one["shares"]["patient"]
    assert own == said["invoices"]
    assert sorted((one.kind, one.about, one.text, one.urgent) for one in alerts) == sorted(
        (one["kind"], one["about"], one["text"], one["urgent"]) for one in said["alerts"]
    )
