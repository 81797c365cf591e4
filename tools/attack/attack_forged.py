"""Returns forged by every wrong sender, clear and sealed: nothing of the journal changes, each is told."""

from __future__ import annotations

import base64
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from attack_decoders import _identity
from engine import Tally, Target, attempt, rounds

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "rig"))
from journal_maker import KEY, NOW, PS, Maker
from rsp_maker import amo, debt, flat, invoice, lot, payee, person, rejection, rsp

from tournee.app.alerts import alerts
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.emulation.oct.judging.answers import seal
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.exchange.sealing.unsealing import unseal
from tournee.formats import records
from tournee.store import Cipher, Journal, ReturnState

OURS = frozenset({"00000732829320", "00000001123751", "00000001751123"})
_ENDS = {"type_emetteur": "OT", "type_destinataire": "IF", "numero_destinataire": PS.zfill(14)}


def run(seconds: float, seed: int) -> int:
    """Forge until the time is over."""
    drawn, tally = random.Random(seed), Tally("forged returns")
    with tempfile.TemporaryDirectory() as folder, _office(Path(folder)) as (office, box, envelop):
        before = _state(office)
        target = Target("forged returns", lambda raw: _settle(office, box, raw, before), (), ())
        for _ in rounds(seconds):
            attempt(tally, target, _forged(drawn, envelop))
        aside = len(office.journal.returns.find(ReturnState.QUARANTINED))
    print(tally)
    print(f"{aside} set aside, each an alert; nothing else changed" if tally.held else "something changed")
    return 0 if tally.held and aside else 1


class _office:  # noqa: N801 (a context)
    """An office with an invoice sent; its mailbox; what seals for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> tuple[Office, Path, Callable[[bytes], bytes]]:
        key, certificate = _identity()
        box = self._folder / "retours"
        for part in ("new", "cur", "tmp"):
            (box / part).mkdir(parents=True)
        server, mailbox = Server("mail.example", 465, Security.TLS), Mailbox(MailboxKind.MAILDIR, path=box)
        route = Route("oct", "factures@oct.example", "cabinet@ville.example", "732829320", server, mailbox)
        self._journal = journal = Journal(self._folder / "journal.db", Cipher(KEY), lambda: NOW, station=0)
        make = Maker()
        make.invoice(journal)
        make.sent_file(journal)
        office = Office(journal, route, lambda: NOW, lambda data: unseal(data, key, certificate))
        return office, box, lambda content: seal(content, certificate)

    def __exit__(self, *_: object) -> None:
        self._journal.close()


def _settle(office: Office, box: Path, raw: bytes, before: object) -> None:
    (box / "new" / "1").write_bytes(raw)
    settled = fetch(office).settled
    assert _state(office) == before, "a forged return changed the journal"
    for one in settled:
        if one.read.kind != "ART":
            assert one.row.state is ReturnState.QUARANTINED, one.row
    if settled and settled[0].read.kind != "ART" and len(office.journal.returns.find()) % 50 == 0:
        assert len(alerts(office)) == len(office.journal.returns.find(ReturnState.QUARANTINED))


def _state(office: Office) -> object:
    journal = office.journal
    return (
        [file.state for file in journal.files.find()],
        [lot.state for lot in journal.lots.find()],
        [(sheet.state, sheet.reason) for sheet in journal.invoices.sheets()],
        journal.payments.of_sheet(1),
        journal.effects.payments_outside(),
        journal.doubts.waiting(),
    )


def _forged(drawn: random.Random, envelop: Callable[[bytes], bytes]) -> bytes:
    sender = drawn.choice(["0" * 14, PS.zfill(14), f"{drawn.randrange(10**14):014}", "00000001123752"])
    if sender in OURS:
        sender = "0" * 14
    word = drawn.choice(["ARL", "RSP", "RSP", "DLOI", "ART"])
    content = {
        "ARL": _arl,
        "RSP": _rsp,
        "DLOI": _dloi,
        "ART": lambda *_: f"LOT 001 REFUSE, {drawn.random()}".encode(),
    }[word](drawn, sender)
    if drawn.random() < 0.5:
        content = envelop(content)
    head = (
        f"From: factures@oct.example\r\nSubject: {word}/{PS.zfill(14)}/2026\r\n"
        f"Content-Type: Application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Description: {word}/{'XX' if word == 'ART' else 'SV'}\r\n"
        f"Message-ID: <{drawn.random()}@x>\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content)


def _arl(drawn: random.Random, sender: str) -> bytes:
    ends = {**_ENDS, "numero_emetteur": sender, "fichier": "000009", "application": "AR"}
    item = {"emetteur": PS.zfill(14), "fichier": "000001", "lot": drawn.choice(["000", "001"])}
    item |= {"date_lot": "260302", "etat": drawn.choice("PN"), "code": "0102", "libelle": "X"}
    return (
        records.encode("000", {**ends, "date": "260303"})
        + records.encode("A", {**item, "facture": "000000000"})
        + records.encode("999", {**ends, "enregistrements": 3, "lots": 1})
    )


def _rsp(drawn: random.Random, sender: str) -> bytes:
    paid = drawn.choice([0, 600])
    told = [payee(), lot(), invoice(), person(), amo(600, drawn.choice("PRD"), paid)]
    told += [rejection()] if drawn.random() < 0.3 else []
    told += [flat(30000), debt("RPR", 100)] if drawn.random() < 0.3 else []
    return rsp(*told, total=paid, numero_emetteur=sender)


def _dloi(drawn: random.Random, sender: str) -> bytes:
    head = {**_ENDS, "numero_emetteur": sender, "fichier": "000009", "application": "DL"}
    return records.encode("000", {**head, "date": "260303"}) + records.encode(
        "999", {**head, "enregistrements": 2, "lots": 0}
    )
