"""Every decoder of strangers' bytes: mail and what it carries, files of the carer, messages of the reader."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from engine import Target, attack, vectors

from tournee.billing.dayfile.day import read_day
from tournee.config.file import model, parse_config
from tournee.emulation.demo import WAYS, built_in_days
from tournee.emulation.oct.judging.answers import seal
from tournee.exchange.sealing.unsealing import open_envelope, unseal
from tournee.formats import noemie, records
from tournee.formats.bank.statement import read_statement
from tournee.formats.errors import NoemieError, RecordError
from tournee.printable import line, printable, read_text
from tournee.reader.codec import decode, encode
from tournee.returns.classify import take_in
from tournee.returns.effects import effects_of
from tournee.returns.rsp.reading import read_rsp

_HEAD = (
    b"From: oct@oct.example\r\nSubject: RSP/00000756000121/202611301200\r\n"
    b"Content-Type: Application/EDI-consent\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Description: RSP/SV\r\n\r\n"
)
_STATEMENTS = [
    b"Date;Libelle;Montant\n20/11/2026;VIR SEPA CPAM;48,22\n20/11/2026;CARTE;-14,90\n",
    b"Date,Debit,Credit,Description\n11/20/2026,,1'048.22,VIR\n11/20/2026,(14.90),,CARTE\n",
    b"****1234;16/11/2026;;1 234,56\n20/11/2026;VIR;48,22\n20/11/2026;CARTE;-14,90\n",
    b"<OFX><STMTTRN><DTPOSTED>20261120<TRNAMT>+48.22<FITID>A1<NAME>VIR &amp; CPAM<MEMO>1</STMTTRN></OFX>",
]


def run(seconds: float, seed: int) -> int:
    """Attack them all."""
    return attack(_targets(), seconds, seed)


def _targets() -> list[Target]:
    returns = vectors("returns")
    key, certificate = _identity()
    letters = [_HEAD + base64.encodebytes(content) for content in returns] + vectors("mail")
    enveloped = [seal(content, certificate) for content in returns[:3]]
    days = [day.data for way in WAYS for day in built_in_days(way)]
    return [
        Target("mail", lambda data: _understood(data), letters, ()),
        Target("what mail carries", lambda data: _understood(_HEAD + base64.encodebytes(data)), returns, ()),
        Target("RSP", lambda data: effects_of(read_rsp(data)), returns),
        Target(
            "NOEMIE",
            lambda data: [one.fields for one in noemie.read(data, 10_000, 1_000)],
            returns,
            (NoemieError,),
        ),
        Target("records", lambda data: records.decode(data), [one[:128] for one in returns], (RecordError,)),
        Target("sealed mail", lambda data: unseal(data, key, certificate), enveloped),
        Target("sealed envelope", lambda data: open_envelope(data, key, certificate), enveloped),
        Target("text", _shown, [b"\xe9t\xe9", "été".encode(), b"\x1b[31m"], ()),
        Target("day file, TOML", lambda data: read_day(data, "jour.toml"), days),
        Target("day file, JSON", lambda data: read_day(data, "jour.json"), vectors("days")),
        Target("configuration", _configured, [model().encode()]),
        Target("bank statement", _credited, _STATEMENTS),
        Target("reader's message", lambda data: decode(data), _messages()),
    ]


def _credited(data: bytes) -> None:
    for one in read_statement(data).lines:
        assert one.cents and one.words.isprintable()


def _understood(data: bytes) -> None:
    read = take_in(data)
    effects_of(read.content)
    for text in (read.envelope.subject, read.envelope.sender, *read.notes, *read.odd):
        text.encode()
        assert all(one.isprintable() or one in "\n\t" for one in text), text


def _shown(data: bytes) -> None:
    for text in (printable(read_text(data)), line(read_text(data, "cp850"))):
        text.encode()
        assert all(one.isprintable() or one in "\n\t" for one in text), text


def _configured(data: bytes) -> Any:
    return parse_config(data.decode("utf-8", "replace"), Path("tournee.toml"))


def _messages() -> list[bytes]:
    found = []
    for number in range(256):
        try:
            found.append(bytes(encode(number, {})))
        except Exception:  # a number that is no message, or one with fields
            continue
    return found or [b"\x01\xa0"]


def _identity() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key, now = rsa.generate_private_key(65537, 2048), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ps")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = made.serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=9))
    return key, dated.sign(key, SHA256())
