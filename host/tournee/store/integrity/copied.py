"""A journal that is to be put in place, or to make room: looked at before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tournee.errors import StoreError
from tournee.store import opening
from tournee.store.cipher import Cipher

_BINDING = "journal.key.1"


def look_at_copy(path: Path, key: bytes) -> tuple[str, int]:
    """The id and the version of the journal at `path`, whose key this is. StoreError when it is none, newer
    than this program, damaged, or another key's.
    """
    latest = opening.migrations(opening.SCHEMA)[-1][0]
    opening.check_header(path, latest)
    cipher = Cipher(key)
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        with closing(connection):
            found = opening.problems(connection)
            if found:
                raise StoreError(f"Le journal est endommagé ({found[0]}).")
            (encrypted,) = connection.execute("SELECT key_sealed FROM journal").fetchone()
            cipher.decrypt(encrypted, _BINDING)
            return cipher.identity, opening.version(connection)
    except (sqlite3.Error, TypeError) as error:
        raise StoreError("Le journal est endommagé.", cause=str(error)) from error


def is_in_use(path: Path) -> bool:
    """Whether a program has this journal open; its WAL is brought into it when none has."""
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as alone:
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
            alone.execute("BEGIN EXCLUSIVE")
            alone.execute("ROLLBACK")
            alone.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.DatabaseError:  # damaged, or no journal: nobody works with it
        return False
    return False
