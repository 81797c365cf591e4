"""Digests under the journal's key: what they are of cannot be guessed and tried by who has the file alone.

Each is made of a SHA-256: of a day's file or of a return in hexadecimal, of a lot or a file in bytes. That of
a file is followed by one of the 16 signs that an ARL says of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial

from tournee.store.cipher import NAME_SIZE, Cipher

_SIGNS = 16


def keyed_text(cipher: Cipher, digest: str, of: str) -> str:
    """The digest of a day's file (`of` "day") or of a return (`of` "received"), as the journal keeps it."""
    return cipher.name(digest.encode(), f"digest {of}").hex()


def keyed_bytes(cipher: Cipher, digest: bytes, of: str) -> bytes:
    """The digest of a lot (`of` "lot"), as the journal keeps it."""
    return cipher.name(digest, f"digest {of}")


def keyed_file(cipher: Cipher, digest: bytes) -> bytes:
    """The digest of a file, as the journal keeps it."""
    return keyed_bytes(cipher, digest, "file") + _first(cipher, digest.hex()[:_SIGNS].upper())


def is_told(cipher: Cipher, kept: bytes, signs: str) -> bool:
    """Whether what an ARL says of a file, its first 16 signs, is of the file whose digest is kept so."""
    return kept[NAME_SIZE:] == _first(cipher, signs)


def rekey(connection: sqlite3.Connection, cipher: Cipher) -> None:
    """Put the digests of a journal made before they were keyed under its key; the caller holds a step."""
    connection.execute("PRAGMA secure_delete = ON")  # nor in what is free in the file
    for table, column in (
        ("day", "digest"),
        ("received", "digest"),
        ("received", "content_digest"),
        ("received", "body_digest"),
    ):
        _write(connection, table, column, partial(keyed_text, cipher, of=table))
    _write(connection, "lot", "digest", partial(keyed_bytes, cipher, of="lot"))
    _write(connection, "file", "digest", partial(keyed_file, cipher))


def _write(connection: sqlite3.Connection, table: str, column: str, keyed: Callable[..., object]) -> None:
    query = f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 (names of ours)
    rows = [(keyed(digest), row) for row, digest in connection.execute(query)]
    connection.executemany(f"UPDATE {table} SET {column} = ? WHERE id = ?", rows)  # noqa: S608


def _first(cipher: Cipher, signs: str) -> bytes:
    return cipher.name(signs.encode(), "digest of a file, its first signs")
