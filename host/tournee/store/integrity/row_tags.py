"""The start of each row's tag, kept in a table of its own: where a table's sum does not hold, it says which
rows are not as they were left. It needs no guard: the sums tell that something is amiss, this only names it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Mapping

from tournee.store.cipher import NAME_SIZE

TAGS = "row_tag"
_SIZE = 6

Key = int | str
"""What tells a row from all others of its table: its id, or its key's columns in one text."""

TaggedRow = tuple[str, Key]
"""A table's name and a row's key."""

_KEEP = """INSERT INTO row_tag (of, row, tag) VALUES (?, ?, ?)
    ON CONFLICT (of, row) DO UPDATE SET tag = excluded.tag"""


def tag_in_short(tag: int) -> bytes:
    """The start of a tag: an error in a million million passes."""
    return tag.to_bytes(NAME_SIZE, "big")[:_SIZE]


class RowTags:
    """Those of an open journal; the caller holds transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}

    def is_kept(self) -> bool:
        """Whether this journal keeps them: one of an older version does not."""
        query = "SELECT 1 FROM main.sqlite_master WHERE name = ?"
        return self._connection.execute(query, (TAGS,)).fetchone() is not None

    def keep(self, rows: Mapping[TaggedRow, bytes | None]) -> None:
        """Keep the tags of these rows; None: the row is gone."""
        number = self._number
        kept = [(number(table), key, tag) for (table, key), tag in rows.items() if tag is not None]
        gone = [(number(table), key) for (table, key), tag in rows.items() if tag is None]
        self._connection.executemany(_KEEP, kept)
        if gone:
            self._connection.executemany("DELETE FROM row_tag WHERE of = ? AND row = ?", gone)

    def keep_all(self, rows: Iterable[tuple[TaggedRow, bytes]]) -> None:
        """Keep these and no others."""
        self._connection.execute("DELETE FROM row_tag")
        number = self._number
        self._connection.executemany(_KEEP, ((number(table), key, tag) for (table, key), tag in rows))

    def amiss(self, table: str, rows: Iterable[tuple[TaggedRow, bytes]]) -> list[tuple[Key, str]]:
        """Which of a table's rows are not as they were left, and what was done to them, in French."""
        query = "SELECT row, tag FROM row_tag WHERE of = ?"
        kept = dict(self._connection.execute(query, (self._number(table),)))
        found = []
        for (_, key), tag in rows:
            was = kept.pop(key, None)
            if was != tag:
                found.append((key, "est en trop" if was is None else "diffère"))
        return found + [(key, "manque") for key in kept]

    def _number(self, table: str) -> int:
        if table not in self._numbers:
            self._numbers[table] = zlib.crc32(table.encode())
        return self._numbers[table]
