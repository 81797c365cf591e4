"""A keyed sum over the rows of each table: what is in clear there (amounts, states, dates, links) cannot be
changed, nor a row taken out or put back, without the journal's key.

Each row has a tag, HMAC of its columns; the sum of a table is that of its tags modulo 2**128. Triggers of the
connection alone keep up with what this process writes, and what another program writes they do not see.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from tournee.store.cipher import NAME_SIZE, Cipher

_MODULUS = 1 << 8 * NAME_SIZE
_OWN = ("journal", "last_step")  # the day of the last check, and these sums themselves
_ENCRYPTED = (
    "sealed"  # ends the name of a column whose values have their own tag: their nonce stands for them
)
_NONCE = 12
_FUNCTION = "tournee_row"


class RowSums:
    """The sums of an open journal. None of this changes a row."""

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher
        self._changes: Counter[str] = Counter()
        self._watching = False

    def watch(self) -> None:
        """From now on count what this connection writes."""
        if self._watching:
            return
        self._connection.create_function(_FUNCTION, -1, self._count)
        for table in self._tables():
            old, new = (self._columns(table, f"{which}.") for which in ("old", "new"))
            calls = {
                "INSERT": f"SELECT {_FUNCTION}(1, '{table}', {new})",
                "DELETE": f"SELECT {_FUNCTION}(-1, '{table}', {old})",
                "UPDATE": f"SELECT {_FUNCTION}(-1, '{table}', {old}), {_FUNCTION}(1, '{table}', {new})",
            }
            for event, call in calls.items():
                self._connection.execute(
                    f"CREATE TEMP TRIGGER row_{event}_{table} AFTER {event} ON main.{table} BEGIN {call}; END"
                )
        self._watching = True

    def take(self) -> dict[str, int]:
        """What each table's sum changed by since the last time, tables without a change left out."""
        changes, self._changes = self._changes, Counter()
        return {table: change for table, change in changes.items() if change % _MODULUS}

    def whole(self) -> dict[str, int]:
        """The sum of each table, from all its rows."""
        sums = {}
        for table in self._tables():
            rows = self._connection.execute(f"SELECT {self._columns(table)} FROM {table}")  # noqa: S608
            sums[table] = sum(self._tag(table, row) for row in rows) % _MODULUS
        return sums

    def _tables(self) -> list[str]:
        found = self._connection.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return sorted(name for (name,) in found if name not in _OWN)

    def _columns(self, table: str, before: str = "") -> str:
        names = [row[1] for row in self._connection.execute(f"PRAGMA main.table_info({table})")]
        return ", ".join(
            f"substr({before}{name}, 1, {_NONCE}), length({before}{name})"
            if name.endswith(_ENCRYPTED)
            else f"{before}{name}"
            for name in names
        )

    def _count(self, sign: int, table: str, *values: object) -> None:
        self._changes[table] += sign * self._tag(table, values)

    def _tag(self, table: str, values: tuple[object, ...]) -> int:
        return int.from_bytes(self._cipher.name(repr(values).encode(), f"row {table}"))


def added(sums: dict[str, int], changes: dict[str, int]) -> dict[str, int]:
    """Sums after these changes."""
    return {table: (sums.get(table, 0) + changes.get(table, 0)) % _MODULUS for table in {**sums, **changes}}


def differing(one: dict[str, int], other: dict[str, int]) -> Iterable[str]:
    """The tables whose sums are not the same, in order; a table that one of both does not know has sum 0."""
    return sorted(table for table in {**one, **other} if one.get(table, 0) != other.get(table, 0))
