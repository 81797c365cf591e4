"""Letters as caisses, gateways and strangers send them, through the whole host: what becomes of an invoice of
6,00 €, which alerts are left, and that the letter behind each of them is taken all the same."""

from __future__ import annotations

import base64
import gzip
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from journal_maker import KEY, NIR, NOW, PS, Maker
from rsp_maker import act, amo, close, debt, flat, invoice, person, rejection, remark, rsp

from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.app.inbound import fetch
from tournee.exchange.route import Mailbox, MailboxKind, Route, Security, Server
from tournee.formats import noemie
from tournee.store import Cipher, Journal, ReturnState, SheetState

INSURED = {"rupture": "05", "nir": NIR, "cle": "62", "naissance": "550612", "rang_naissance": "1"}
PAID = rsp(invoice(), noemie.encode("103", INSURED | {"nom": "LEF"}), amo(600, "P", 600), total=600)
REFUSED = rsp(invoice(), person(), amo(600, "R", 0), rejection(), total=0)

MIB = 2**20


def letter(
    content: bytes, word: str = "RSP", kind: str = "Application/EDI-consent", tail: bytes = b""
) -> bytes:
    head = (
        f"From: factures@oct.example\r\nSubject: {word}/{PS.zfill(14)}/202603030800\r\n"
        f"Content-Type: {kind}\r\n"
        f"Content-Transfer-Encoding: base64\r\nContent-Description: {word}/SV\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content) + tail


def label(text: bytes) -> bytes:
    return REFUSED.replace(b"DROITS FERMES".ljust(len(text)), text)


def lines(content: bytes) -> bytes:
    return b"".join(content[at : at + 128] + b"\r\n" for at in range(0, len(content), 128))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """One invoice sent through an OCT, nothing answered yet."""
    for part in ("new", "cur", "tmp"):
        (tmp_path / "retours" / part).mkdir(parents=True)
    server = Server("mail.example", 465, Security.TLS)
    mailbox = Mailbox(MailboxKind.MAILDIR, path=tmp_path / "retours")
    route = Route("oct", "factures@oct.example", "cabinet@ville.example", "732829320", server, mailbox)
    with Journal(tmp_path / "journal.db", Cipher(KEY), lambda: NOW, station=0) as journal:
        make = Maker()
        make.invoice(journal)
        make.sent_file(journal)
        yield Office(journal, route, lambda: NOW)


def take(office: Office, *letters: bytes) -> list[ReturnState]:
    path = office.route.mailbox.path
    assert path is not None
    for rank, raw in enumerate(letters):
        (path / "new" / f"{rank}").write_bytes(raw)
    return [settled.row.state for settled in fetch(office).settled]


def left(office: Office) -> tuple[SheetState, int, list[AlertKind]]:
    (sheet,) = office.journal.invoices.sheets()
    paid = sum(payment.paid for payment in office.journal.payments.of_sheet(sheet.id))
    return sheet.state, paid, [one.kind for one in alerts(office)]


SENT, REJECTED = SheetState.SENT, SheetState.PAYMENT_REFUSED
REFUSAL = (REJECTED, 0, [AlertKind.PAYMENT_REFUSED])
WHOLE = (SheetState.PAID, 600, [])
SEEN = {
    "refused": (letter(REFUSED), REFUSAL),
    "refused, É of Latin-1 in its label": (letter(label(b"DROITS FERM\xc9S")), REFUSAL),
    "paid, É in the name": (letter(PAID.replace(b"LEF", b"L\xc9F")), WHOLE),
    "999 without its blanks": (letter(PAID.rstrip(b" ")), WHOLE),
    "lines of 128": (letter(lines(PAID)), WHOLE),
    "1A behind": (letter(PAID + b"\x1a"), WHOLE),
    "a footer behind": (letter(PAID, tail=b"\r\n_______\r\nAnalyse antivirus : rien.\r\n"), WHOLE),
    "a type that says nothing": (letter(PAID, kind="application/octet-stream"), WHOLE),
    "gzip of two members": (letter(gzip.compress(PAID[:200]) + gzip.compress(PAID[200:])), WHOLE),
    "gzip and zeros": (letter(gzip.compress(PAID) + bytes(64)), WHOLE),
    "number to the left": (letter(PAID.replace(b"000000001    ", b"1            ", 1)), WHOLE),
    "number to the right": (letter(PAID.replace(b"04000000001", b"04        1", 1)), WHOLE),
    "amounts in the acts alone": (letter(rsp(invoice(), person(), act(600), total=600)), WHOLE),
    "another NIR": (
        letter(rsp(invoice(), person("2550699999002"), amo(600, "P", 600), total=600)),
        (SENT, 0, [AlertKind.OTHER_INSURED]),
    ),
    "deferred with a reason": (
        letter(rsp(invoice(), person(), amo(600, "D", 0), rejection(), total=0)),
        (SENT, 0, [AlertKind.PAYMENT_DEFERRED]),
    ),
    "a remark alone": (letter(rsp(invoice(), person(), amo(600, "P", 600), remark(), total=600)), WHOLE),
    "a flat payment and movements of a debt": (
        letter(
            rsp(flat(30_000), debt("CIN", 12_000), debt("RPR", 4_500), debt("RDT", 7_500, "P"), total=25_500)
        ),
        (SENT, 0, []),
    ),
    "cut within": (letter(PAID[:-140]), (SENT, 0, [AlertKind.QUARANTINED])),
    "a total of others": (
        letter(rsp(invoice(), person(), amo(600, "P", 600), close("02", 1, 700), total=600)),
        (SheetState.PAID, 600, [AlertKind.UNSOUND]),
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_what_a_letter_from_outside_leaves(office: Office, name: str) -> None:
    raw, expected = SEEN[name]
    take(office, raw)
    assert left(office) == expected


TEXT = b"Content-Description: ART\r\n\r\nBonjour."
HOSTILE: dict[str, bytes] = {
    "utf-7 subject": b"Subject: =?utf-7?Q?ART/+2AA-?=\r\n" + TEXT,
    "utf-7 text": b"Content-Type: text/plain; charset=utf-7\r\nSubject: ART\r\n" + TEXT + b"+2AA-",
    "a lone surrogate": b"Content-Type: text/plain; name*=utf-8''%ED%A0%80\r\nSubject: ART\r\n" + TEXT,
    "a sender of no charset": b"From: =?unicode_escape?Q?=5Cud800?= <a@b>\r\nSubject: ART\r\n" + TEXT,
    "escapes": b"Subject: ART/\x1b]0;x\x07\x9b31m\r\n" + TEXT + b"\x1b[2J\xe2\x80\xae",
    "zeros": b"Subject: ART/a\0b\r\n" + TEXT,
    "UTF-16 with its mark": b"Subject: ART\r\n" + TEXT.replace(b"Bonjour.", b"\xff\xfe\0\xd8"),
    "a charset that is slow to read": (
        b"Subject: ART\r\nContent-Type: text/plain; charset=punycode\r\nContent-Description: ART\r\n\r\n"
        + b"a" * (4 * MIB)
    ),
    "headers without end": b"From: a\r\n" + b"a:\n" * 200_000 + b"\r\nx",
    "parts without end": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_letter_keeps_no_good_one_from_being_taken_now_or_later(office: Office, name: str) -> None:
    first, second = take(office, HOSTILE[name], letter(PAID))
    assert first in (ReturnState.SETTLED, ReturnState.QUARANTINED)
    assert second is ReturnState.SETTLED
    assert left(office)[:2] == (SheetState.PAID, 600)
    assert take(office, HOSTILE[name] + b" ", letter(REFUSED)) == [first, ReturnState.SETTLED]


READ_LETTER = (
    "import sys\nfrom peak import peak_memory\nfrom tournee.returns.classify import take_in\n"
    "raw = b'From: a\\r\\n' + b'a:\\n' * (38 * 2**20 // 3) + b'\\r\\nx'\nbefore = peak_memory()\n"
    "print(take_in(raw).kind, (peak_memory() - before) // 1024)\n"
)


def test_headers_of_38_mib_are_set_aside_within_two_seconds_of_processor_and_their_own_size() -> None:
    """The system ends the process that takes more: it once took 170 s and 2,9 GB."""
    done = subprocess.run(
        [sys.executable, "-c", READ_LETTER],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join([str(Path(__file__).parents[1] / "rig"), *filter(None, sys.path)])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (2, 2)),
    )
    kind, grown = done.stdout.split()
    assert kind == "QUARANTINED"
    assert int(grown) < 38
