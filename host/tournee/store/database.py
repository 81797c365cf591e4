"""What every part of the journal stands on: steps and reads, values encrypted for their row, moves and
history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from tournee.errors import StoreError
from tournee.extras import missing
from tournee.store import opening
from tournee.store.cipher import Cipher
from tournee.store.engines.engine import Alteration, FirstRow, JournalEngine
from tournee.store.engines.sqlite import SqliteEngine
from tournee.store.integrity.host_note import Host
from tournee.store.statements import Row, Statements, check_moves
from tournee.store.states import STATES, State

URL = ("postgresql://", "postgres://")
"""How the address of a journal in PostgreSQL begins: `postgresql://HOST/DATABASE?practice=7`."""

_KEY_CHECK = b"tournee journal"


class Database(Statements):
    """An open journal. Not for use by two threads at once; any number of processes may share one.

    `clock` gives the local time. `on_step(name)` is called just before (`make_lot.before`) and just after
    (`make_lot.after`) each commit: a test may kill the process there. `busy_seconds` bounds the wait for
    other processes' steps. `schema` is the folder of migrations, `host` who works with the journal: this
    account on this machine when None. For a journal in PostgreSQL, whose address is the `path`, both say
    nothing: `tournee store migrate` makes its tables.
    """

    def __init__(
        self,
        path: Path | str,
        cipher: Cipher,
        clock: Callable[[], datetime],
        on_step: Callable[[str], None] | None = None,
        *,
        busy_seconds: float = 5.0,
        schema: Path = opening.SCHEMA,
        host: Host | None = None,
    ) -> None:
        self.cipher = cipher
        self._clock = clock
        told = on_step or (lambda _: None)
        self.path: Path | None = None  # of the file, None in PostgreSQL: an address has a password in it
        if isinstance(path, str) and path.startswith(URL):
            self._engine: JournalEngine = _of_practice(path, cipher, told, busy_seconds)
        else:
            self.path = Path(path)
            self._engine = SqliteEngine(
                *(self.path, cipher, clock, told),
                busy_seconds=busy_seconds,
                schema=schema,
                host=host or Host.this(),
            )
        super().__init__(self._engine.connection)
        self._engine.begin(FirstRow(self._check_key, self._write_first_row))

    @property
    def file(self) -> Path:
        """The journal's file, for what lies beside it. StoreError for a journal in PostgreSQL."""
        if self.path is None:
            raise StoreError(
                "Ce journal n’est pas dans un fichier : rien ne peut être tenu à côté de lui.",
                cause="il est dans une base PostgreSQL",
            )
        return self.path

    def close(self) -> None:
        """Let go of it; the journal cannot be used any more."""
        self._engine.close()

    def step(self, name: str) -> AbstractContextManager[None]:
        """One step: all of it is on the disk afterwards, or nothing. Writers come in the order they asked."""
        return self._engine.step(name)

    def reading(self) -> AbstractContextManager[None]:
        """Several reads that see one state of the journal."""
        return self._engine.reading()

    def rows(self, query: str, *values: Any) -> list[Row]:
        """All rows of a query; StoreError when the journal is closed or does not answer."""
        try:
            return super().rows(query, *values)
        except self._engine.errors as error:
            raise self._engine.translate(error) from error

    def tuples(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The same without names."""
        try:
            return super().tuples(query, *values)
        except self._engine.errors as error:
            raise self._engine.translate(error) from error

    def check(self) -> tuple[str, ...]:
        """What is wrong with it as a whole: nothing, or the database's words. A good one is noted as such."""
        return self._engine.check()

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """What another hand did to the journal, as far as was looked when it was opened."""
        return self._engine.alterations

    def look_wholly(self) -> tuple[Alteration, ...]:
        """The same, after a look at every row."""
        return self._engine.look_wholly()

    def accept(self) -> None:
        """Take the journal as it is: from now on it is not what another hand did."""
        self._engine.accept()

    @property
    def is_older(self) -> bool:
        """Whether its opening saw an older copy of the journal, that nobody accepted."""
        return self._engine.is_older

    def gives_numbers(self, new_holder: str = "") -> None:
        """Inside a step: it gives numbers, or takes ranges for a new holder, which this machine notes."""
        self._engine.gives_numbers(new_holder)

    def why_not_here(self, holder: str, given: int) -> str:
        """Why this journal may not go on with the numbers of this holder, of whom it knows so many to be
        given: `COPIED`, `OLDER`; "" when it may.
        """
        return self._engine.why_not_here(holder, given)

    def copy_to(self, path: Path, told: Callable[[int, int], None]) -> int:
        """Copy the whole journal as of one moment into a new file, while others write; the number of the last
        step that is in it. `told` how many pages are done, of how many.
        """
        return self._engine.copy_to(path, told)

    @property
    def last_step(self) -> int:
        """The number of the last step."""
        return self._engine.last_step

    @property
    def version(self) -> int:
        """The version of the tables."""
        return self._engine.version

    def now(self) -> str:
        """The local time, as the journal writes it."""
        return self._clock().isoformat(timespec="seconds")

    def time(self) -> datetime:
        """The local time."""
        return self._clock()

    def state(self, table: str, row_id: int) -> State:
        """The state of one thing."""
        return STATES[table](self.row(table, "state", row_id)["state"])

    # --- numbers ---

    def new_id(self, table: str) -> int:
        """The id of the next row of a table: rows are never deleted, ids never given twice."""
        return int(self.rows(f"SELECT coalesce(max(id), 0) + 1 AS id FROM {table}")[0]["id"])  # noqa: S608

    def counter(self, owner: str, kind: str) -> int:
        """The last number given; 0 when none was."""
        found = self.rows("SELECT value FROM counter WHERE owner = ? AND kind = ?", owner, kind)
        return int(found[0]["value"]) if found else 0

    def set_counter(self, owner: str, kind: str, value: int) -> None:
        """Let `value` be the last number given."""
        self.write(
            "INSERT INTO counter (owner, kind, value) VALUES (?, ?, ?)"
            " ON CONFLICT (owner, kind) DO UPDATE SET value = excluded.value",
            *(owner, kind, value),
        )

    # --- encrypted values ---

    def encrypt(self, plain: bytes | str, table: str, column: str, row: int) -> bytes:
        """Encrypt a value for its place."""
        data = plain.encode() if isinstance(plain, str) else plain
        return self.cipher.encrypt(data, f"{table}.{column}.{row}")

    def decrypt(self, encrypted: bytes | None, table: str, column: str, row: int) -> bytes:
        """What was encrypted for this row; nothing where nothing was."""
        return self.cipher.decrypt(encrypted, f"{table}.{column}.{row}") if encrypted else b""

    def decrypt_text(self, encrypted: bytes | None, table: str, column: str, row: int) -> str:
        """The same, as text."""
        return self.decrypt(encrypted, table, column, row).decode()

    # --- moves and history ---

    def move(self, table: str, ids: Sequence[int], state: State, detail: str = "") -> None:
        """Bring things to `state`, with their history; StoreError when that may not follow now."""
        found = self.among(f"SELECT id, state FROM {table} WHERE id IN ({{marks}})", ids)  # noqa: S608
        check_moves(table, ids, {row["id"]: STATES[table](row["state"]) for row in found}, state)
        self.set_state(table, ids, state)
        self.remember([(table, one, state, detail) for one in ids])

    def set_state(self, table: str, ids: Sequence[int], state: State) -> None:
        """Write the state of things, without more."""
        self.write_among(f"UPDATE {table} SET state = ? WHERE id IN ({{marks}})", [state.value], ids)  # noqa: S608

    def remember(self, changes: Sequence[tuple[str, int, State, str]], at: str = "") -> None:
        """Write into the history: of what, its id, its state, and why; `at`: when, "" for now."""
        if not changes:
            return
        now, first = at or self.now(), self.new_id("history")
        self.insert_all(
            "history",
            ("id", "at", "subject", "subject_id", "state", "detail_sealed"),
            [
                (
                    row,
                    now,
                    subject,
                    one,
                    state.value,
                    self.encrypt(detail, "history", "detail", row) if detail else b"",
                )
                for row, (subject, one, state, detail) in enumerate(changes, first)
            ],
        )

    def encrypted_reason(self, table: str, row_id: int, reason: str) -> bytes | None:
        """A reason as its row keeps it."""
        return self.encrypt(reason, table, "reason", row_id) if reason else None

    def give_reason(self, table: str, row_id: int, reason: str) -> None:
        """Keep why a thing is in its state; "" for nothing to say."""
        self.update(table, row_id, reason_sealed=self.encrypted_reason(table, row_id, reason))

    # --- its own ---

    def _check_key(self) -> None:
        check_key(self, self.cipher)

    def _write_first_row(self) -> None:
        encrypted, now = self.encrypt(_KEY_CHECK, "journal", "key", 1), self._clock()
        self.insert("journal", id=1, created=self.now(), key_sealed=encrypted, checked=now.date().isoformat())


def check_key(journal: Statements, cipher: Cipher) -> None:
    """StoreError when the key is not this journal's."""
    try:
        cipher.decrypt(journal.rows("SELECT key_sealed FROM journal")[0]["key_sealed"], "journal.key.1")
    except StoreError:
        raise StoreError(
            "La clé ne correspond pas à ce journal.",
            cause="le journal a été copié sans sa clé, ou la clé a été remplacée",
            next_step="restaurez la clé d’origine ; rien n’a été modifié.",
        ) from None


def _of_practice(url: str, cipher: Cipher, told: Callable[[str], None], busy_seconds: float) -> JournalEngine:
    """Loaded where one is asked for: its driver is an extra, and a page has none."""
    try:
        from tournee.store.engines.postgresql import PostgresqlEngine
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise missing("postgresql") from None
    return PostgresqlEngine(url, cipher, told, busy_seconds=busy_seconds)
