"""Whether a commit is on the disk when it returns: tried once, before the journal is opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tournee.errors import StoreError

_PROBE = "sonde.db"


def check_flushed(folder: Path, flushes: Callable[[], int]) -> None:
    """Commit a row to a database of its own, kept like the journal, and see that the file was flushed once.

    `flushes` tells how many flushes there were. StoreError where a commit would be lost with the power.
    """
    with closing(sqlite3.connect(folder / _PROBE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS probe (told INTEGER)")
        connection.execute("DELETE FROM probe")
        before = flushes()
        connection.execute("INSERT INTO probe VALUES (1)")
        made = flushes() - before
    if made != 1:
        raise StoreError(
            "Cet appareil ne garde pas sûrement ce qui est fait : la tournée n’est pas ouverte.",
            cause="le navigateur ne confirme pas l’écriture sur le disque",
            next_step="mettez le navigateur à jour ; d’ici là, travaillez sur un autre appareil",
        )
