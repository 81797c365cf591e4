"""A bank's file, of whatever form, as the movements that it tells."""

from __future__ import annotations

from tournee.formats.bank.csv_statement import read_csv
from tournee.formats.bank.line import BankFileError, Statement
from tournee.formats.bank.ofx import is_ofx, read_ofx
from tournee.printable import printable, read_text

SIZE_MAX = 8 * 1024 * 1024
"""Bytes of a file: years of an account."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_statement(data: bytes) -> Statement:
    """The movements of a file of at most `SIZE_MAX` bytes, in CSV or OFX, in UTF-8, UTF-16 or the charsets of
    Windows and DOS. BankFileError for what is none.
    """
    if data.startswith(_BINARY):
        raise BankFileError(
            "Ce fichier est un PDF ou un classeur, pas un relevé en texte.",
            next_step="demandez à la banque le relevé en CSV ou en OFX",
        )
    try:
        text = data.decode("utf-16") if data.startswith(_UTF_16) else read_text(data)
    except UnicodeDecodeError as error:
        raise BankFileError("Ce fichier n’est pas un texte.") from error
    text = printable(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise BankFileError("Ce fichier est vide.")
    return read_ofx(text) if is_ofx(text) else read_csv(text)
