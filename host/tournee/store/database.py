"""What every part of the journal stands on: steps and reads, values encrypted for their row, moves and
history.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tournee.errors import StoreError
from tournee.store import opening
from tournee.store.cipher import Cipher
from tournee.store.integrity.brought_forward import fill
from tournee.store.integrity.host_note import Host
from tournee.store.integrity.last_step import Alteration, LastStep
from tournee.store.statements import Row, Statements, check_moves, refuse_other_thread
from tournee.store.states import STATES, State
from tournee.store.writer_lock import OPEN_HERE, WriterLock

_KEY_CHECK = b"tournee journal"
_PAGES_AT_ONCE = 2048
CHECK_EVERY = timedelta(days=7)
"""A journal that was not checked for so long is when it is opened."""


class Database(Statements):
    """An open journal. Not for use by two threads at once; any number of processes may share one file.

    `clock` gives the local time. `on_step(name)` is called just before (`make_lot.before`) and just after
    (`make_lot.after`) each commit: a test may kill the process there. `busy_seconds` bounds the wait for
    other processes' steps. `schema` is the folder of migrations, `host` who works with the journal: this
    account on this machine when None.
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
        self.path = Path(path)
        self.cipher = cipher
        self._clock = clock
        self._on_step = on_step
        self._lock = WriterLock(self.path, busy_seconds)
        self._last_step = LastStep(self.path, cipher, host or Host.this())
        super().__init__(opening.open_database(self.path, busy_seconds, schema, self._lock))
        self._last_step.open(self._connection)
        try:
            self._begin(schema)
        except BaseException:
            self._connection.close()
            OPEN_HERE.closed(self.path)
            self._lock.close()
            raise

    def close(self) -> None:
        """Close the file; the journal cannot be used any more."""
        step = 0
        with suppress(sqlite3.Error):
            step = self._last_step.last_step()
        with self._translated():
            self._connection.close()
        OPEN_HERE.closed(self.path)
        if step:
            self._last_step.note(step, closing=True)
        self._lock.close()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step: all of it is on the disk afterwards, or nothing. Writers come in the order they asked."""
        with self._lock, self._translated():
            self._last_step.begin()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                number = self._last_step.end()
                self._told(f"{name}.before")
                self._connection.execute("COMMIT")
            except BaseException:
                self._last_step.drop()
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            if number:
                self._last_step.note(number)
        self._told(f"{name}.after")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several reads that see one state of the journal."""
        if self._connection.in_transaction:
            yield
            return
        with self._translated():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:  # SQLite ends it by itself on some errors
                    self._connection.execute("ROLLBACK")

    def rows(self, query: str, *values: Any) -> list[Row]:
        """All rows of a query; StoreError when the journal is closed or does not answer."""
        with self._translated():
            return super().rows(query, *values)

    def tuples(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The same without names."""
        with self._translated():
            return super().tuples(query, *values)

    def check(self) -> tuple[str, ...]:
        """What is wrong with the file as a whole: nothing, or SQLite's words. A good one is noted as such."""
        with self._translated():
            found = opening.problems(self._connection, thorough=True)
        if not found:
            self._note_check()
        return found

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """What another hand did to the journal, as far as was looked when it was opened."""
        return self._last_step.alterations

    def look_wholly(self) -> tuple[Alteration, ...]:
        """The same, after a look at every row."""
        with self.reading():
            return self._last_step.look(wholly=True)

    def accept(self) -> None:
        """Take the journal as it is: from now on it is not what another hand did."""
        with self.step("accept"):
            number = self._last_step.accept()
        self._last_step.note(number)

    @property
    def is_older(self) -> bool:
        """Whether its opening saw an older copy of the journal, that nobody accepted."""
        return self._last_step.is_older

    def gives_numbers(self, new_holder: str = "") -> None:
        """Inside a step: it gives numbers, or takes ranges for a new holder, which this machine notes."""
        self._last_step.gives()
        if new_holder:
            self._last_step.host_note.reserve(new_holder)

    def why_not_here(self, holder: str, given: int) -> str:
        """Why this journal may not go on with the numbers of this holder, of whom it knows so many to be
        given: `COPIED`, `OLDER`; "" when it may.
        """
        return self._last_step.host_note.why_not(holder, given)

    def copy_to(self, path: Path, told: Callable[[int, int], None]) -> int:
        """Copy the whole journal as of one moment into a new file, while others write; the number of the last
        step that is in it. `told` how many pages are done, of how many.
        """
        with self.reading(), closing(sqlite3.connect(path)) as copy:
            step = self._last_step.last_step()  # the moment: from here on this connection sees one state
            self._connection.backup(
                copy, pages=_PAGES_AT_ONCE, progress=lambda _, left, all_: told(all_ - left, all_)
            )
        return step

    @property
    def last_step(self) -> int:
        """The number of the last step."""
        return self._last_step.last_step()

    @property
    def version(self) -> int:
        """The version of the tables."""
        return opening.version(self._connection)

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

    def _begin(self, schema: Path) -> None:
        latest = opening.migrations(schema)[-1][0]
        with self._translated():
            found = opening.version(self._connection)
            if found:
                self._check_key()
            if found < latest:
                self._bring_forward(schema)
        if not found:
            self._check_key()
            opening.set_new(self.path, False)
        with self.reading():
            self._last_step.look()
        self._last_step.start()
        self._check_if_due()

    def _bring_forward(self, schema: Path) -> None:
        with self.reading():
            self._last_step.look()
        with opening.unbound(self._connection), self.step("open"):
            found = opening.version(self._connection)
            opening.migrate(self._connection, schema)
            if not found:
                encrypted = self.encrypt(_KEY_CHECK, "journal", "key", 1)
                self.insert("journal", id=1, created=self.now(), key_sealed=encrypted, checked=self._today())
            fill(self._connection, self.cipher, found)
            self._last_step.bring_forward()
            if found < opening.RANGES <= opening.version(self._connection):
                self._last_step.begin_here()

    def _check_key(self) -> None:
        try:
            self.decrypt(self.rows("SELECT key_sealed FROM journal")[0]["key_sealed"], "journal", "key", 1)
        except StoreError:
            raise StoreError(
                "La clé ne correspond pas à ce journal.",
                cause="le journal a été copié sans sa clé, ou la clé a été remplacée",
                next_step="restaurez la clé d’origine ; rien n’a été modifié.",
            ) from None

    def _check_if_due(self) -> None:
        """Check a journal that waits for it: once a week, or when it gave an error."""
        (row,) = self.rows("SELECT checked FROM journal")
        since = date.fromisoformat(row["checked"]) if row["checked"] else date.min
        doubted = opening.is_doubted(self.path)
        if doubted or abs(date.fromisoformat(self._today()) - since) >= CHECK_EVERY:
            with self._translated():
                opening.refuse_damaged(self._connection, self.path)
            self.look_wholly()
            self._note_check()

    def _note_check(self) -> None:
        opening.trust(self.path)
        if self.rows("SELECT checked FROM journal")[0]["checked"] != self._today():
            with self._lock, self._translated():
                self.write("UPDATE journal SET checked = ?", self._today())

    def _today(self) -> str:
        return self._clock().date().isoformat()

    def _told(self, step: str) -> None:
        if self._on_step is not None:
            self._on_step(step)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OverflowError as error:
            raise StoreError("Un numéro est plus grand que tous ceux du journal.") from error
        except sqlite3.Error as error:
            refuse_other_thread(error)
            if opening.is_damage(error):
                opening.doubt(self.path)
            raise opening.translate(error) from error
