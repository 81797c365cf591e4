"""Journals of many invoices, as years of work leave them: a thousand live through the journal's own
operations, and the rest are their rows again under other numbers, sealed anew for their places.

Made once a day, for their last days are the last ones, and kept under `.cache/journals`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from many_invoices import AMO, CRF, KEY, MODE, PS, Maker

from tournee.formats.records import encode
from tournee.model import Effect, Outcome, Target
from tournee.store import (
    Cipher,
    FileDraft,
    Journal,
    LotDraft,
    MessageDraft,
    SheetState,
    VisitFacts,
    VisitState,
)
from tournee.store.opening import SCHEMA
from tournee.store.tables.person_months import PersonMonths

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "journals"
ROUND = 1_000
"""Invoices that live through the journal's operations, paid at the end; the others are like them."""

OPEN = 60
"""The last ones, of which some wait for each thing."""

TODAY = datetime.now().astimezone().replace(microsecond=0)
_LOT = 100
_FACTS = 200  # bytes of a visit's facts
_TABLES = (
    *("day", "visit", "invoice", "file", "lot", "sheet", "sheet_bytes", "message", "received", "effect"),
    *("payment", "history", "sealed_chunk"),
)
_IDS = {
    "day": "day", "visit": "visit", "invoice": "invoice", "file": "file", "lot": "lot", "sheet": "sheet",
    "received": "received",
}  # fmt: skip
"""Columns that refer to another table's rows."""
_UNIQUE = {"digest", "compostage", "subject"}  # text that comes once
_NUMBERS = {"invoice": ROUND, "file": 1}
_VISIT = b'{"version": 1, "nir": "2550699999001", "actes": [{"code": "AMI"}]}'.ljust(450)


def big_journal(count: int, a_day: int) -> Path:
    """A journal of `count` invoices (thousands), `a_day` on each day up to `TODAY`: to be copied."""
    kept = CACHE / f"{len(list(SCHEMA.glob('*.sql')))}-{count}-{TODAY:%Y%m%d}.db"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"*-{count}-*"):
            old.unlink()
        draft = kept.with_suffix(".draft")
        for left in CACHE.glob(f"{draft.name}*"):
            left.unlink()
        _make(draft, count, a_day)
        draft.rename(kept)
    return kept


def copy_of(kept: Path, folder: Path) -> Path:
    """A copy of a kept journal under `folder`, with its key beside it."""
    path = folder / "journal.db"
    shutil.copy(kept, path)
    key = path.with_name("journal.db.key")
    key.write_text(KEY.hex() + "\n")
    key.chmod(0o600)
    return path


def _make(path: Path, count: int, a_day: int) -> None:
    days = [TODAY.date() - timedelta(days=back) for back in range(count // a_day + 1)][::-1]
    with Journal(path, Cipher(KEY), lambda: TODAY, station=0) as journal:
        journal.db.write("PRAGMA synchronous = OFF")
        _take_in(journal, days, a_day, 0, ROUND)
        live(journal, range(1, ROUND + 1))
        rows = {table: _rows(journal, table) for table in _TABLES}
        highest = {table: max(row.get("id", 0) for row in kept) for table, kept in rows.items()}
        for rank in range(1, (count - OPEN) // ROUND):
            with journal.db.step("clone"):
                _clone(journal, rows, highest, rank, days, a_day)
        done = journal.db.new_id("invoice") - 1
        with journal.db.step("numbers"):
            journal.db.set_counter(PS, "invoice", done)
            (row,) = journal.db.rows("SELECT max(id) AS id FROM number_range WHERE kind = 'invoice'")
            journal.db.update("number_range", row["id"], first=1, last=done + ROUND)
        _take_in(journal, days, a_day, done, count)
        made = [row.id for row in journal.visits.find(VisitState.PENDING)]
        live(journal, made[:-OPEN])
        open_ones(journal, made[-OPEN:])
        know(journal)
        journal.db.write("PRAGMA wal_checkpoint(TRUNCATE)")


def _take_in(journal: Journal, days: list[date], a_day: int, first: int, end: int) -> None:
    """Days with the visits from number `first` on, to `end`."""
    for start in range(first, end, a_day):
        day = days[min(start // a_day, len(days) - 1)]
        journal.visits.add_day(_digest(start), PS, f"{day:%Y%m%d}", [_VISIT] * min(a_day, end - start))


def nir(patient: int) -> str:
    """Of one who is seen every day: number 0 twice, the others once."""
    return f"25506990{patient:05}"


def know(journal: Journal) -> None:
    """Give all visits their facts: the first two of each day are of one patient."""
    months = PersonMonths(journal.db)
    query = (
        "SELECT visit.id, visit.rank, day.date FROM visit JOIN day ON day.id = visit.day ORDER BY visit.id"
    )
    rows = journal.db.tuples(query)
    for start in range(0, len(rows), ROUND):
        told = {
            visit: VisitFacts(nir(max(0, rank - 2)), date, date, os.urandom(_FACTS))
            for visit, rank, date in rows[start : start + ROUND]
        }
        with journal.db.step("know"):
            kept = months.keep(told)
            for visit, facts in told.items():
                journal.db.update("visit", visit, **months.keys(facts, kept[visit]))


def live(journal: Journal, visits: Any) -> None:
    """Bill these visits, put them in lots, send them in one file, have it accepted and all paid."""
    maker = Maker()
    for visit in visits:
        _certified(journal, maker, visit)
    file = sent_file(journal)
    name = journal.files.get(file).name
    settle(journal, "ARL", [Effect(Target.FILE, Outcome.ACCEPTED, file=name)], 1)
    sheets = journal.invoices.sheets(SheetState.ACKNOWLEDGED)
    settle(journal, "RSP", [payment(sheet.invoice) for sheet in sheets], len(sheets))


def payment(invoice: str) -> Effect:
    """Its AMO share, paid."""
    return Effect(Target.INVOICE, Outcome.PAID, ps=PS, invoice=invoice, share="AMO", asked=AMO, paid=AMO)


def open_ones(journal: Journal, visits: list[int]) -> None:
    """A third certified, a third in a file not sent, a third sent."""
    third = len(visits) // 3
    maker = Maker()
    for visit in visits[:third]:
        _certified(journal, maker, visit)
    sent_file(journal)
    for visit in visits[third : 2 * third]:
        _certified(journal, maker, visit)
    made_file(journal)
    for visit in visits[2 * third :]:
        _certified(journal, maker, visit)


def settle(journal: Journal, kind: str, effects: list[Effect], size: int) -> None:
    """A return of `size` invoices, its content as long as such a one."""
    content = b"".join(b"%-400s" % f"{kind} {rank} {os.urandom(8).hex()}".encode() for rank in range(size))
    raw = base64.encodebytes(gzip.compress(content)) + os.urandom(8).hex().encode()
    taken = journal.returns.take(raw, "oct 1")
    assert taken is not None
    journal.returns.settle(taken, kind, "summary", effects, content)


def sent_file(journal: Journal) -> int:
    """A file of all certified sheets, sent by a message as long as a sealed one."""
    file = made_file(journal)
    content = gzip.compress(journal.files.get(file).clear)

    def build(counter: int) -> MessageDraft:
        stamp = f"{TODAY:%Y%m%d%H%M%S}{counter:05}"
        return MessageDraft(f"SV140700/{PS}/{stamp}/{file}", stamp, base64.encodebytes(content))

    message = journal.messages.make(file, "oct", build)
    journal.messages.transmitting(message)
    journal.messages.sent(message, "250 OK")
    return file


def made_file(journal: Journal) -> int:
    """A file of all certified sheets, in lots of a hundred."""
    sheets = [sheet.id for sheet in journal.invoices.sheets(SheetState.CERTIFIED)]
    lots = [_lot(journal, sheets[first : first + _LOT]) for first in range(0, len(sheets), _LOT)]

    def build(number: int) -> FileDraft:
        head = b"%-49s%06d%73s" % (b"000", number, b"")
        return FileDraft(head, b"999".ljust(128), len(sheets), "oct", "OT 999999998")

    return journal.files.make(PS, lots, build)


def _lot(journal: Journal, sheets: list[int]) -> int:
    def build(number: int) -> LotDraft:
        values = {"emetteur": PS, "lot": f"{number:03}", "date": "261116", "crf": CRF, "categorie": "FSE"}
        head = encode("1", values | {"organisme": "021", "securisation": MODE, "nom": "X"})
        return LotDraft(head, b"6".ljust(128))

    lot = journal.lots.make(PS, "FSE", CRF, MODE, sheets, build)
    journal.lots.certified(lot, hashlib.sha512(b"%d" % lot).digest() * 8)
    return lot


def _certified(journal: Journal, maker: Maker, visit: int) -> None:
    invoice = journal.invoices.make(visit, PS, maker.sheet)
    (sheet,) = journal.invoices.get(invoice).sheets
    journal.invoices.certified(sheet.id, maker.sevens(int(sheet.invoice), sheet.records))


def _rows(journal: Journal, table: str) -> list[dict[str, Any]]:
    """Rows with what is sealed in clear."""
    return [
        {name: _opened(journal, table, name, row) for name in row}
        for row in journal.db.rows(f"SELECT * FROM {table}")
    ]


def _place(table: str, name: str, row: Any) -> str:
    if table == "sealed_chunk":
        return f"{row['place']}.{row['row']}"
    if table == "sheet_bytes":
        return f"sheet.{name.removesuffix('_sealed')}.{row['sheet']}"
    return f"{table}.{name.removesuffix('_sealed')}.{row['id']}"


def _opened(journal: Journal, table: str, name: str, row: Any) -> Any:
    sealed = name == "sealed" or name.endswith("_sealed")
    if not sealed or not row[name]:
        return row[name]
    if table == "sealed_chunk":
        return row[name]  # long and opaque: its clones stay bound to the first one's place
    return journal.db.cipher.decrypt(row[name], _place(table, name, row))


def _clone(
    journal: Journal,
    rows: dict[str, list[dict[str, Any]]],
    highest: dict[str, int],
    rank: int,
    days: list[date],
    a_day: int,
) -> None:
    for table, kept in rows.items():
        journal.db.insert_all(
            table,
            tuple(kept[0]),
            list(_cloned(journal, table, kept, highest, rank, days, a_day)),
        )


def _cloned(
    journal: Journal,
    table: str,
    kept: list[dict[str, Any]],
    highest: dict[str, int],
    rank: int,
    days: list[date],
    a_day: int,
) -> Iterator[tuple[Any, ...]]:
    for row in kept:
        fresh = dict(row)
        for name, value in row.items():
            if name == "id":
                fresh[name] = value + rank * highest[table]
            elif name in _IDS and value is not None:
                fresh[name] = value + rank * highest[_IDS[name]]
            elif name in ("subject_id", "row"):
                owner = row["subject"] if table == "history" else row["place"].split(".")[0]
                fresh[name] = value + rank * highest[owner]
            elif name in _UNIQUE and table != "history" and isinstance(value, str):
                fresh[name] = f"{rank:04}{value}"
            elif name == "number" and table in _NUMBERS:
                fresh[name] = value + rank * _NUMBERS[table]
            elif name == "date" and table == "day":
                at = (rank * ROUND + (row["id"] - 1) * a_day) // a_day
                fresh[name] = f"{days[min(at, len(days) - 1)]:%Y%m%d}"
        for name, value in row.items():
            if name.endswith("_sealed") and value:
                fresh[name] = journal.db.cipher.encrypt(value, _place(table, name, fresh))
        yield tuple(fresh.values())


def _digest(rank: int) -> str:
    return hashlib.sha256(b"%d" % rank).hexdigest()
