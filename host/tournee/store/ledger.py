"""What every part of the journal stands on: one step is one transaction, sealed values, numbers, moves and
history.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tournee.errors import StoreError
from tournee.store.cipher import Cipher
from tournee.store.database import SCHEMA, migrate, migrations, open_database, translate, version
from tournee.store.naming import NAMES
from tournee.store.rows import HistoryRow
from tournee.store.states import (
    FileState,
    LotState,
    MessageState,
    ReturnState,
    SheetState,
    State,
    VisitState,
)

_KEY_CHECK = b"tournee journal"

_STATES: dict[str, type[State]] = {
    "visit": VisitState,
    "sheet": SheetState,
    "lot": LotState,
    "file": FileState,
    "message": MessageState,
    "received": ReturnState,
}


class Ledger:
    """An open journal. Not for use by two threads at once; two processes may share one file.

    `clock` gives the local time. `on_step(name)` is called just before (`make_lot.before`) and just after
    (`make_lot.after`) each commit: a test may kill the process there. `busy_seconds` bounds the wait for
    another process's transaction. `schema` is the folder of migrations. `station`, 0 to 99, tells this host
    from others that send from the same address (OCT-MSG-4); None: the one that the journal drew once.
    """

    def __init__(
        self,
        path: Path | str,
        cipher: Cipher,
        clock: Callable[[], datetime],
        on_step: Callable[[str], None] | None = None,
        *,
        busy_seconds: float = 5.0,
        schema: Path = SCHEMA,
        station: int | None = None,
    ) -> None:
        self.path = Path(path)
        self._cipher = cipher
        self._clock = clock
        self._on_step = on_step
        self._station = station
        self._db = open_database(self.path, busy_seconds, schema)
        try:
            self._begin(schema)
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file; the journal cannot be used any more."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def history(self, subject: str = "", subject_id: int = 0) -> tuple[HistoryRow, ...]:
        """Changes of state in order: of everything, of one kind of thing ("sheet" …) or of one thing."""
        query = """SELECT * FROM history
            WHERE ?1 = '' OR (subject = ?1 AND (?2 = 0 OR subject_id = ?2)) ORDER BY id"""
        with self._reading():
            return tuple(self._history_row(row) for row in self._rows(query, subject, subject_id))

    # --- for the journal's parts ---

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        """One step: all of it is on the disk afterwards, or nothing."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._told(f"{name}.before")
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise translate(error) from error
        self._told(f"{name}.after")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Several reads that see one state of the journal."""
        if self._db.in_transaction:
            yield
            return
        try:
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                if self._db.in_transaction:  # SQLite ends it by itself on some errors
                    self._db.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise translate(error) from error

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _new_id(self, table: str) -> int:
        return int(self._db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])  # noqa: S608

    def _next_number(self, owner: str, kind: str, last: int, *, cycles: bool) -> int:
        """The next of 1..`last` for `owner`; after `last` it starts again, or is refused when `cycles` is
        false.
        """
        row = self._db.execute(
            "SELECT value FROM counter WHERE owner = ? AND kind = ?", (owner, kind)
        ).fetchone()
        number = (row[0] if row else 0) + 1
        if number > last:
            if not cycles:
                raise StoreError(
                    f"Il n’y a plus de numéro libre ({kind}, {owner}) : le dernier était {last}."
                )
            number = 1
        self._set_counter(owner, kind, number)
        return number

    def _set_counter(self, owner: str, kind: str, value: int) -> None:
        self._db.execute(
            "INSERT INTO counter VALUES (?1, ?2, ?3) ON CONFLICT (owner, kind) DO UPDATE SET value = ?3",
            (owner, kind, value),
        )

    def _seal(self, plain: bytes | str, table: str, column: str, row: int) -> bytes:
        data = plain.encode() if isinstance(plain, str) else plain
        return self._cipher.seal(data, f"{table}.{column}.{row}")

    def _unseal(self, sealed: bytes | None, table: str, column: str, row: int) -> bytes:
        return b"" if sealed is None else self._cipher.unseal(sealed, f"{table}.{column}.{row}")

    def _row(self, table: str, row_id: int) -> sqlite3.Row:
        row: sqlite3.Row | None = self._db.execute(
            f"SELECT * FROM {table} WHERE id = ?",  # noqa: S608
            (row_id,),
        ).fetchone()
        if row is None:
            raise StoreError(f"Le journal n’a pas d’élément {row_id} ({table}).")
        return row

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(query, values).fetchall()

    def _among(self, query: str, values: Sequence[Any]) -> list[sqlite3.Row]:
        """Rows of a query whose `{marks}` stand for these values."""
        return self._rows(query.format(marks=", ".join("?" * len(values))), *values)

    def _matching(self, query: str, order: str, **wanted: Any) -> list[sqlite3.Row]:
        """Rows of `query` by `order` where each column named has its value; None and "" ask for nothing."""
        asked = {name: value for name, value in wanted.items() if value not in (None, "")}
        where = " WHERE " + " AND ".join(f"{name} = ?" for name in asked) if asked else ""
        return self._rows(f"{query}{where} ORDER BY {order}", *asked.values())

    def _state(self, table: str, row_id: int) -> State:
        return _STATES[table](self._row(table, row_id)["state"])

    def _remember(self, subject: str, subject_id: int, state: State, detail: str) -> None:
        self._remember_all(subject, [subject_id], state, detail)

    def _remember_all(self, subject: str, ids: Sequence[int], state: State, detail: str) -> None:
        at, first = self._now(), self._new_id("history")
        self._db.executemany(
            "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)",
            [
                (row, at, subject, one, state.value, self._seal(detail, "history", "detail", row))
                for row, one in enumerate(ids, first)
            ],
        )

    def _move(self, table: str, row_id: int, state: State, detail: str = "") -> None:
        """Bring a thing to `state`, with its history; StoreError when that may not follow now."""
        self._move_all(table, [row_id], state, detail)

    def _move_all(self, table: str, ids: Sequence[int], state: State, detail: str = "") -> None:
        """Bring several things to `state`, each with its history; StoreError for the first that may not."""
        rows = self._among(f"SELECT id, state FROM {table} WHERE id IN ({{marks}})", ids)  # noqa: S608
        found = {row["id"]: _STATES[table](row["state"]) for row in rows}
        for row_id in ids:
            present = found[row_id] if row_id in found else self._state(table, row_id)
            if not present.leads_to(state):
                raise StoreError(
                    f"« {state.label} » ne peut pas suivre « {present.label} » ({table} {row_id}).",
                    cause="un autre programme a déjà fait avancer cet élément",
                    next_step="Affichez l’état et recommencez.",
                )
            found[row_id] = state
        self._db.executemany(
            f"UPDATE {table} SET state = ? WHERE id = ?",  # noqa: S608
            [(state.value, row_id) for row_id in ids],
        )
        self._remember_all(table, ids, state, detail)

    def _give_reason(self, table: str, row_id: int, reason: str) -> None:
        sealed = self._seal(reason, table, "reason", row_id)
        self._db.execute(f"UPDATE {table} SET reason_sealed = ? WHERE id = ?", (sealed, row_id))  # noqa: S608

    # --- its own ---

    def _begin(self, schema: Path) -> None:
        self._db.row_factory = sqlite3.Row
        latest = max(number for number, _ in migrations(schema))
        try:
            if version(self._db) < latest:
                with self._step("open"):
                    migrate(self._db, schema)
                    if not self._rows("SELECT id FROM journal"):
                        sealed = self._seal(_KEY_CHECK, "journal", "key", 1)
                        self._db.execute("INSERT INTO journal VALUES (1, ?, ?)", (self._now(), sealed))
            row = self._db.execute("SELECT key_sealed FROM journal").fetchone()
        except sqlite3.Error as error:
            raise translate(error) from error
        try:
            self._unseal(row["key_sealed"], "journal", "key", 1)
        except StoreError:
            raise StoreError(
                "La clé ne correspond pas à ce journal.",
                cause="le journal a été copié sans sa clé, ou la clé a été remplacée",
                next_step="Restaurez la clé d’origine ; rien n’a été modifié.",
            ) from None

    def _told(self, step: str) -> None:
        if self._on_step is not None:
            self._on_step(step)

    def _history_row(self, row: sqlite3.Row) -> HistoryRow:
        state = _STATES[row["subject"]](row["state"])
        detail = self._unseal(row["detail_sealed"], "history", "detail", row["id"]).decode()
        name = self._rows(NAMES[row["subject"]], row["subject_id"])[0][0]
        return HistoryRow(
            row["at"], row["subject"], row["subject_id"], state.value, state.label, detail, name
        )
