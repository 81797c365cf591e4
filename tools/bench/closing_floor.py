"""The least that closing lots can cost: certified invoices unsealed, hashed, their signatures verified, and
written in sets, two durable commits a lot. The bench shows what reading every record strictly adds to it.
"""

from __future__ import annotations

import base64
import os
import sqlite3
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from many_invoices import INVOICES_IN_A_LOT, KEY, Maker, card_signer

_NONCE = bytes(12)
_CHUNK, _RECORD, _SIGNATURE_AT = 96, 128, 32  # where records 7 have a signature
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE sheet (id INTEGER PRIMARY KEY, state TEXT, lot INTEGER, rank INTEGER, body BLOB, sevens BLOB);
CREATE TABLE lot (id INTEGER PRIMARY KEY, state TEXT, body BLOB, sevens BLOB);
CREATE TABLE history (id INTEGER PRIMARY KEY, subject TEXT, subject_id INTEGER, state TEXT, detail BLOB);
CREATE INDEX history_subject ON history (subject, subject_id);
"""


def closing_floor(path: Path, count: int) -> float:
    """Seconds of this process to close lots of `count` invoices, in a new file of its own."""
    sign, certificate = card_signer()
    maker, cipher = Maker(1, sign), AESGCM(KEY)
    signer = x509.load_der_x509_certificate(certificate).public_key()
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(_SCHEMA)
    made = ((number, maker.body(number)) for number in range(1, count + 1))
    database.execute("BEGIN")
    database.executemany(
        "INSERT INTO sheet VALUES (?, 'certified', NULL, NULL, ?, ?)",
        (
            (
                number,
                cipher.encrypt(_NONCE, body, None),
                cipher.encrypt(_NONCE, maker.sevens(number, body), None),
            )
            for number, body in made
        ),
    )
    database.execute("COMMIT")
    start = time.process_time()
    sheets = [
        (number, cipher.decrypt(_NONCE, body, None), cipher.decrypt(_NONCE, sevens, None))
        for number, body, sevens in database.execute("SELECT id, body, sevens FROM sheet")
    ]
    for first in range(0, count, INVOICES_IN_A_LOT):
        members, lot = sheets[first : first + INVOICES_IN_A_LOT], first // INVOICES_IN_A_LOT + 1
        for _, body, sevens in members:
            signer.verify(_signature(sevens), body, padding.PKCS1v15(), hashes.SHA256())
        _close(database, cipher, lot, members)
    spent = time.process_time() - start
    database.close()
    return spent


def _close(
    database: sqlite3.Connection, cipher: AESGCM, lot: int, members: list[tuple[int, bytes, bytes]]
) -> None:
    """Two steps: the lot made of these sheets, then its certificate."""
    records = b"".join(body + sevens for _, body, sevens in members)
    database.execute("BEGIN IMMEDIATE")
    database.execute(
        "INSERT INTO lot VALUES (?, 'made', ?, NULL)", (lot, cipher.encrypt(_NONCE, records, None))
    )
    database.executemany(
        "UPDATE sheet SET state = 'in_lot', lot = ?, rank = ? WHERE id = ?",
        [(lot, rank, number) for rank, (number, _, _) in enumerate(members, 1)],
    )
    database.executemany(
        "INSERT INTO history VALUES (?, 'sheet', ?, 'in_lot', ?)",
        [(number, number, cipher.encrypt(os.urandom(12), b"lot", None)) for number, _, _ in members],
    )
    database.execute("COMMIT")
    database.execute("BEGIN IMMEDIATE")
    database.execute("UPDATE lot SET state = 'certified', sevens = ? WHERE id = ?", (records[:512], lot))
    database.execute("COMMIT")


def _signature(sevens: bytes) -> bytes:
    """The PS's, of the first four records 7."""
    starts = range(_SIGNATURE_AT, 4 * _RECORD, _RECORD)
    return base64.b64decode(b"".join(sevens[start : start + _CHUNK] for start in starts).rstrip())
