"""SQL as the journal's parts write it: `?` for a value, `{marks}` for a list of them, columns by name, no
function of SQLite's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tournee.errors import StoreError
from tournee.store.engines.engine import Connection
from tournee.store.states import State

_ID_MAX = (1 << 63) - 1  # SQLite counts no further
_AT_ONCE = 5_000  # values in one statement: SQLite takes 32,766

Row = dict[str, Any]
"""A row, its columns by name."""


class Statements:
    """What is asked of an open connection, and written to it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def in_transaction(self) -> bool:
        """Whether a step, or several reads, are under way."""
        return self._connection.in_transaction

    def rows(self, query: str, *values: Any) -> list[Row]:
        """All rows of a query; StoreError when the journal is closed or does not answer."""
        cursor = self._connection.execute(query, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def tuples(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The same without names, where there are hundreds and each is looked at at once."""
        return self._connection.execute(query, values).fetchall()

    def each(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query as they come: no more than a few are held at once."""
        streamed = getattr(self._connection, "stream", self._connection.execute)
        yield from streamed(query)

    def among(self, query: str, values: Iterable[Any], *more: Any) -> list[Row]:
        """Rows of a query whose `{marks}` stand for these values, its last `?` for `more`."""
        wanted = list(values)
        return [
            row
            for start in range(0, len(wanted), _AT_ONCE)
            for some in [wanted[start : start + _AT_ONCE]]
            for row in self.rows(query.replace("{marks}", marks(some)), *some, *more)
        ]

    def matching(self, query: str, order: str, **wanted: Any) -> list[Row]:
        """Rows of `query` by `order` where each column named has its value; None and "" ask for nothing.

        `table__column` names a column of one table.
        """
        return self.where(
            query, order, {f"{name.replace('__', '.')} = ?": value for name, value in wanted.items()}
        )

    def where(self, query: str, order: str, wanted: Mapping[str, Any]) -> list[Row]:
        """Rows of `query` by `order` for which each clause holds with its value; None, "" and 0 ask
        for nothing.
        """
        asked = {clause: value for clause, value in wanted.items() if value}
        clauses = f" WHERE {' AND '.join(asked)}" if asked else ""
        return self.rows(f"{query}{clauses} ORDER BY {order}", *asked.values())

    def row(self, table: str, columns: str, row_id: int) -> Row:
        """These columns of one row; StoreError when there is none."""
        if not 0 <= row_id <= _ID_MAX:
            raise missing(table, row_id)
        found = self.rows(f"SELECT {columns} FROM {table} WHERE id = ?", row_id)  # noqa: S608 (names of ours)
        if not found:
            raise missing(table, row_id)
        return found[0]

    def write(self, statement: str, *values: Any) -> None:
        """Run a statement that gives no rows."""
        self._connection.execute(statement, values)

    def write_among(self, statement: str, before: Sequence[Any], values: Iterable[Any]) -> None:
        """Run a statement whose `{marks}` stand for these values, after those given `before`."""
        wanted = list(values)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            self.write(statement.replace("{marks}", marks(some)), *before, *some)

    def insert(self, table: str, **values: Any) -> None:
        """Write one row, its columns by name."""
        self.insert_all(table, tuple(values), [tuple(values.values())])

    def insert_all(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write rows, in few statements."""
        each = max(1, _AT_ONCE // len(columns))
        for start in range(0, len(rows), each):
            some = rows[start : start + each]
            one = f"({marks(columns)})"
            self.write(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(some))}",  # noqa: S608
                *(value for row in some for value in row),
            )

    def update(self, table: str, row_id: int, **values: Any) -> None:
        """Change these columns of one row."""
        changes = ", ".join(f"{name} = ?" for name in values)
        self.write(f"UPDATE {table} SET {changes} WHERE id = ?", *values.values(), row_id)  # noqa: S608

    def update_each(self, table: str, column: str, values: Mapping[int, Any], **same: Any) -> None:
        """Change one column of many rows, each to its own value; and others, to the `same` for all."""
        pairs = [pair for pair in values.items() if pair[1] is not None]
        emptied = [row for row, value in values.items() if value is None]
        if emptied:  # a list of nothing but NULL has no type
            nothing = ", ".join((f"{column} = NULL", *(f"{name} = ?" for name in same)))
            query = f"UPDATE {table} SET {nothing} WHERE id IN ({{marks}})"  # noqa: S608 (names of ours)
            self.write_among(query, list(same.values()), emptied)
        changes = ", ".join((f"{column} = fresh.value", *(f"{name} = ?" for name in same)))
        for start in range(0, len(pairs), _AT_ONCE // 2):
            some = pairs[start : start + _AT_ONCE // 2]
            self.write(
                f"WITH fresh (id, value) AS (VALUES {', '.join(['(?, ?)'] * len(some))})"  # noqa: S608
                f" UPDATE {table} SET {changes} FROM fresh WHERE fresh.id = {table}.id",
                *(value for pair in some for value in pair),
                *same.values(),
            )


def marks(values: Sequence[Any]) -> str:
    """A `?` for each value."""
    return ", ".join("?" * len(values))


THINGS = {
    "visit": "visite",
    "invoice": "facture",
    "sheet": "feuille",
    "lot": "lot",
    "file": "fichier",
    "message": "message",
    "correction": "correction",
    "received": "retour",
    "dossier": "dossier",
    "service_request": "demande à un service",
    "patient_payment": "paiement",
    "bank_line": "ligne de relevé",
}
"""What the rows of a table are, in French."""


def missing(table: str, row_id: int) -> StoreError:
    """The error for a thing that the journal does not have."""
    return StoreError(f"Il n’y a pas de {THINGS.get(table, table)} n° {row_id} au journal.")


def check_moves(table: str, ids: Sequence[int], present: dict[int, State], state: State) -> None:
    """StoreError for the first of these things that is not there, comes twice or may not be moved."""
    for one in ids:
        if one not in present:
            raise missing(table, one)
        check_move(table, one, present[one], state)
        present[one] = state


def check_move(table: str, row_id: int, present: State, state: State) -> None:
    """StoreError when `state` may not follow `present`."""
    if not present.leads_to(state):
        if present is state:
            raise StoreError(
                f"« {present.label} » est fait déjà ({THINGS[table]} {row_id}).",
                cause="c’était fait, ou une autre fenêtre vient de le faire",
                next_step="affichez l’état : il n’y a peut-être plus rien à faire.",
            )
        raise StoreError(
            f"« {state.label} » ne peut pas suivre « {present.label} » ({THINGS[table]} {row_id}).",
            cause="une autre fenêtre vient de le faire",
            next_step="affichez l’état et recommencez.",
        )
