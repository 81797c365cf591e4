"""A keyed sum over the rows of each table: what is in clear there (amounts, states, dates, links) cannot be
changed, nor a row taken out or put back, without the journal's key; nor can what SQLite itself is told to do
(triggers, indices, defaults).

Each row has a tag, HMAC of its columns; the sum of a table is that of its tags modulo 2**128. Triggers of the
connection alone keep up with what this process writes, and what another program writes they do not see.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tournee.store.cipher import NAME_SIZE, Cipher
from tournee.store.integrity.row_tags import TAGS, Key, TaggedRow, tag_in_short

SCHEMA = "schema"
"""Stands for a table in the sums: the definitions of all of them, and of what goes with them."""

_MODULUS = 1 << 8 * NAME_SIZE
_OWN = ("journal", "last_step", TAGS)  # the day of the last check, and what is kept here itself
_ENCRYPTED = (
    "sealed"  # ends the name of a column whose values have their own tag: their nonce stands for them
)
_NONCE = 12
_FUNCTION = "tournee_row"
_DEFINITIONS = "SELECT type, name, tbl_name, sql FROM main.sqlite_master WHERE name NOT LIKE 'sqlite_%'"


class _Guarded(NamedTuple):
    """A table: what of its columns goes into a tag, and where among them its key is."""

    name: str
    columns: tuple[str, ...]
    key: tuple[int, ...]

    def sql(self, before: str = "") -> str:
        return ", ".join(column.format(before) for column in self.columns)

    def key_of(self, values: tuple[object, ...]) -> Key:
        first = values[self.key[0]]
        if len(self.key) == 1 and isinstance(first, int):
            return first
        return repr([values[at] for at in self.key])


class RowSums:
    """The sums of an open journal. None of this changes a row."""

    def __init__(self, connection: sqlite3.Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher
        self._changes: Counter[str] = Counter()
        self._rows: dict[TaggedRow, bytes | None] = {}
        self._watched: dict[str, _Guarded] = {}

    def watch(self) -> None:
        """From now on count what this connection writes."""
        if self._watched:
            return
        self._connection.create_function(_FUNCTION, -1, self._count)
        for table in self.tables():
            old, new = (table.sql(f"{which}.") for which in ("old", "new"))
            calls = {
                "INSERT": f"SELECT {_FUNCTION}(1, '{table.name}', {new})",
                "DELETE": f"SELECT {_FUNCTION}(-1, '{table.name}', {old})",
                "UPDATE": f"SELECT {_FUNCTION}(-1, '{table.name}', {old}),"
                f" {_FUNCTION}(1, '{table.name}', {new})",
            }
            for event, call in calls.items():
                self._connection.execute(
                    f"CREATE TEMP TRIGGER row_{event}_{table.name} AFTER {event} ON main.{table.name}"
                    f" BEGIN {call}; END"
                )
            self._watched[table.name] = table

    def take(self) -> tuple[dict[str, int], dict[TaggedRow, bytes | None]]:
        """Since the last time: what each table's sum changed by, tables without a change left out; and the
        rows that changed, with their tags in short, None for one that is gone.
        """
        changes, self._changes = self._changes, Counter()
        rows, self._rows = self._rows, {}
        return {table: change for table, change in changes.items() if change % _MODULUS}, rows

    def whole(self) -> dict[str, int]:
        """The sum of each table, from all its rows."""
        definitions = self._connection.execute(_DEFINITIONS)
        sums = {SCHEMA: sum(self._tag(SCHEMA, row) for row in definitions) % _MODULUS}
        for table in self.tables():
            sums[table.name] = sum(self._tags_of(table)) % _MODULUS
        return sums

    def rows(self, only: str = "") -> Iterator[tuple[TaggedRow, bytes]]:
        """Every row of every table, or of one, with its tag in short."""
        for table in self.tables():
            if only in ("", table.name):
                for values in self._values(table):
                    yield (table.name, table.key_of(values)), tag_in_short(self._tag(table.name, values))

    def tables(self) -> list[_Guarded]:
        """The tables whose rows count."""
        found = self._connection.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return [self._guarded(name) for name in sorted(name for (name,) in found if name not in _OWN)]

    def _guarded(self, table: str) -> _Guarded:
        columns: list[str] = []
        key: dict[int, int] = {}
        for _, name, _, _, _, in_key in self._connection.execute(f"PRAGMA main.table_info({table})"):
            if in_key:
                key[in_key] = len(columns)
            if name.endswith(_ENCRYPTED):
                columns += [f"substr({{0}}{name}, 1, {_NONCE})", f"length({{0}}{name})"]
            else:
                columns.append(f"{{0}}{name}")
        return _Guarded(table, tuple(columns), tuple(at for _, at in sorted(key.items())) or (0,))

    def _values(self, table: _Guarded) -> Iterator[tuple[object, ...]]:
        yield from self._connection.execute(f"SELECT {table.sql()} FROM {table.name}")  # noqa: S608

    def _tags_of(self, table: _Guarded) -> Iterator[int]:
        return (self._tag(table.name, values) for values in self._values(table))

    def _count(self, sign: int, table: str, *values: object) -> None:
        tag = self._tag(table, values)
        self._changes[table] += sign * tag
        row = table, self._watched[table].key_of(values)
        self._rows[row] = tag_in_short(tag) if sign > 0 else None

    def _tag(self, table: str, values: tuple[object, ...]) -> int:
        return int.from_bytes(self._cipher.name(repr(values).encode(), f"row {table}"))


def added(sums: dict[str, int], changes: dict[str, int]) -> dict[str, int]:
    """Sums after these changes."""
    return {table: (sums.get(table, 0) + changes.get(table, 0)) % _MODULUS for table in {**sums, **changes}}


def differing(one: dict[str, int], other: dict[str, int]) -> Iterable[str]:
    """The tables whose sums are not the same, in order; a table that one of both does not know has sum 0."""
    return sorted(table for table in {**one, **other} if one.get(table, 0) != other.get(table, 0))
