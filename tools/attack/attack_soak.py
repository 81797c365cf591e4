"""Years of a practice: thousands of invoices, returns of every kind, shuffled, some doubled, some damaged.

At every hundredth return each cent that was billed is paid, written off, or named by an alert
or a state that waits; what returns paid is in the books of who wrote them; memory stays flat.
"""

from __future__ import annotations

import base64
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "rig"))
from journal_maker import KEY, NOW, PS, Maker
from rsp_maker import amo, debt, flat, invoice, payee, person, rejection, remark, rsp

from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.formats import records
from tournee.store import Cipher, Journal, SheetState, VisitState

INVOICES = int(os.environ.get("TOURNEE_SOAK_INVOICES", "10000"))
RETURNS = INVOICES // 5
IN_A_LOT, ASKED = 50, 600
GROWN_MAX = 64
"""MiB that the last quarter may need beyond the first."""
_AT_ONCE, _LOTS_IN_A_FILE = 100, 20
_WEIGHTS = [72, 6, 2, 8, 7, 5]
_ENDS = {"type_emetteur": "OT", "numero_emetteur": "00000732829320", "type_destinataire": "IF"}
_ENDS |= {"numero_destinataire": PS.zfill(14)}
_SHEETS = """SELECT invoice.number, sheet.state, lot.number AS lot,
    (SELECT coalesce(sum(paid), 0) FROM payment WHERE payment.sheet = sheet.id) AS paid,
    (SELECT coalesce(sum(asked), 0) FROM payment
        WHERE payment.sheet = sheet.id AND outcome = 'franchise') AS franchise
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice LEFT JOIN lot ON lot.id = sheet.lot"""
_SENT = """SELECT invoice.number AS invoice, lot.number AS lot, file.number AS file FROM sheet
    JOIN invoice ON invoice.id = sheet.invoice JOIN lot ON lot.id = sheet.lot
    JOIN file ON file.id = lot.file"""
_PAID_BY_SOUND = """SELECT coalesce(sum(payment.paid), 0) AS paid FROM payment
    JOIN received ON received.id = payment.received WHERE received.source LIKE '%sound%'"""


def run(seconds: float, seed: int) -> int:
    """The whole of it, however long it takes: the invoices are the measure, not the time."""
    drawn, started = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        box = Path(folder) / "retours"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        server, mailbox = Server("mail.example", 465, Security.TLS), Mailbox(MailboxKind.MAILDIR, path=box)
        route = Route("oct", "factures@oct.example", "cabinet@ville.example", "732829320", server, mailbox)
        with Journal(Path(folder) / "journal.db", Cipher(KEY), lambda: NOW, station=0) as journal:
            office, peaks = Office(journal, route, lambda: NOW), []
            _bill(journal)
            print(f"{INVOICES:,} invoices sent in {time.monotonic() - started:.0f} s", flush=True)
            letters = _letters(drawn, _sent(journal))
            for start in range(0, len(letters), _AT_ONCE):
                for rank, letter in enumerate(letters[start : start + _AT_ONCE], start):
                    (box / "new" / f"{rank}.{'damaged' if letter.damaged else 'sound'}").write_bytes(
                        letter.raw
                    )
                fetch(office)
                told = _check(office)
                peaks.append(_resident())
            paid = journal.db.rows(_PAID_BY_SOUND)[0]["paid"]
    books = sum(letter.paid for letter in letters)
    grown = max(peaks[len(peaks) * 3 // 4 :]) - max(peaks[: len(peaks) // 4 + 1])
    print(f"{len(letters):,} letters in {time.monotonic() - started:.0f} s; cents: {dict(told)}")
    print(
        f"paid by sound returns {paid:,}, in their books {books:,}; {peaks[-1]:.0f} MiB, {grown:+.0f} since"
    )
    return 0 if paid == books and grown <= GROWN_MAX else 1


@dataclass(frozen=True)
class Letter:
    """A return as it comes; `paid` is what its writer's books say, 0 for one that was damaged or doubled."""

    raw: bytes
    paid: int = 0
    damaged: bool = False


def _bill(journal: Journal) -> None:
    journal.db.write("PRAGMA synchronous = OFF")
    make = Maker()
    for start in range(0, INVOICES, IN_A_LOT):
        journal.visits.add_day(f"day {start}", PS, "20260302", [b"visit"] * IN_A_LOT)
        for visit in journal.visits.find(VisitState.PENDING):
            made = journal.invoices.make(visit.id, PS, make.sheets("FSE"))
            journal.invoices.certified(made, b"7".ljust(128))
        make.certified_lot(journal)
        if start // IN_A_LOT % _LOTS_IN_A_FILE == _LOTS_IN_A_FILE - 1 or start + IN_A_LOT >= INVOICES:
            message = journal.messages.make(make.made_file(journal), "oct", make.message())
            journal.messages.transmitting(message)
            journal.messages.sent(message)


def _sent(journal: Journal) -> dict[int, tuple[int, int]]:
    """The lot and the file of each invoice, by their numbers."""
    return {row["invoice"]: (row["lot"], row["file"]) for row in journal.db.rows(_SENT)}


def _letters(drawn: random.Random, sent: dict[int, tuple[int, int]]) -> list[Letter]:
    """An ARL a lot, an RSP a handful of invoices; shuffled, one in a hundred doubled, one damaged."""
    lots = sorted(set(sent.values()))
    made = [_letter(drawn, "ARL", _arl(drawn, rank, *lot)) for rank, lot in enumerate(lots, 1)]
    numbers = sorted(sent)
    drawn.shuffle(numbers)
    count = RETURNS - len(made)
    for rank in range(count):
        content, paid = _rsp(drawn, {number: sent[number][0] for number in numbers[rank::count]}, rank)
        made.append(_letter(drawn, "RSP", content, paid))
    doubles = [replace(one, paid=0) for one in drawn.sample(made, len(made) // 100)]
    for at in drawn.sample(range(len(made)), len(made) // 100):
        raw = bytearray(made[at].raw)
        for _ in range(drawn.randrange(1, 5)):
            raw[drawn.randrange(len(raw))] = drawn.randrange(256)
        made[at] = Letter(bytes(raw), damaged=True)
    sound = {one.raw for one in made if not one.damaged}
    made += [_again(drawn, one) for one in doubles if one.raw in sound]
    drawn.shuffle(made)
    return made


def _again(drawn: random.Random, one: Letter) -> Letter:
    return replace(one, raw=one.raw.replace(b"Message-ID: <", f"Message-ID: <{drawn.random()}".encode(), 1))


def _letter(drawn: random.Random, word: str, content: bytes, paid: int = 0) -> Letter:
    head = (
        f"From: factures@oct.example\r\nSubject: {word}/{PS.zfill(14)}/202603030800\r\n"
        f"Message-ID: <{drawn.random()}@oct.example>\r\nContent-Type: Application/EDI-consent\r\n"
        f"Content-Transfer-Encoding: base64\r\nContent-Description: {word}/SV\r\n\r\n"
    )
    return Letter(head.encode() + base64.encodebytes(content), paid)


def _arl(drawn: random.Random, rank: int, lot: int, file: int) -> bytes:
    ends = {**_ENDS, "application": "AR", "fichier": f"{rank:06}"}
    taken = drawn.random() < 0.95
    item = {"emetteur": PS.zfill(14), "fichier": f"{file:06}", "lot": f"{lot:03}", "date_lot": "260302"}
    item |= {"etat": "P" if taken else "N", "code": "0000" if taken else "0102", "libelle": "X"}
    return (
        records.encode("000", {**ends, "date": "260303"})
        + records.encode("A", {**item, "facture": "000000000"})
        + records.encode("999", {**ends, "enregistrements": 3, "lots": 1})
    )


def _rsp(drawn: random.Random, numbers: dict[int, int], rank: int) -> tuple[bytes, int]:
    """What becomes of these invoices, all that an insurer may say; and what is paid for them."""
    told, paid, outside = [payee()], 0, 0
    for number, lot in numbers.items():
        told += [invoice(f"{number:09}", lot=f"{lot:03}"), person()]
        kind = drawn.choices(["full", "part", "over", "refused", "deferred", "remark"], _WEIGHTS)[0]
        cents = {"full": ASKED, "part": drawn.randrange(1, ASKED), "over": ASKED + drawn.randrange(1, 99)}
        share = cents.get(kind, 0)
        paid += share
        if kind == "remark":
            told.append(remark())
            continue
        told.append(amo(ASKED, {"refused": "R", "deferred": "D"}.get(kind, "P"), share))
        told += [rejection()] if kind == "refused" else []
    if rank % 20 == 0:
        told += [flat(30_000), debt("CIN", 12_000), debt("RPR", 4_500)]
        outside = 25_500
    return rsp(*told, total=paid + outside, fichier=f"{rank:06}"), paid


def _check(office: Office) -> Counter[str]:
    """Where each cent that was billed is; an invoice that lacks some, or has too many, is named or waits."""
    found = alerts(office)
    named = {word for one in found for word in re.findall(r"facture (\d{9})", one.about)}
    lots = {(one.lot, one.ps) for one in found if one.kind is AlertKind.REFUSED}
    told: Counter[str] = Counter()
    rows = office.journal.db.rows(_SHEETS)
    for row in rows:
        paid, state = row["paid"], SheetState(row["state"])
        rest = ASKED - paid - row["franchise"]
        told["paid"] += paid
        told["franchise"] += row["franchise"]
        if not rest:
            continue
        is_named = f"{row['number']:09}" in named or (f"{row['lot']:03}", PS) in lots
        waits = state in (SheetState.SENT, SheetState.ACKNOWLEDGED)
        assert is_named or waits or state is SheetState.WRITTEN_OFF, (row, rest)
        told["named by an alert" if is_named else "waiting"] += rest
    assert sum(told.values()) == len(rows) * ASKED
    return told


def _resident() -> float:
    """Resident memory of this process, in MiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
