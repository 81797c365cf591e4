"""A journal in a file of SQLite's: one writer at a time by a lock beside it, guarded against another hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from tournee.errors import StoreError
from tournee.store import opening
from tournee.store.cipher import Cipher
from tournee.store.engines.engine import Alteration, FirstRow
from tournee.store.integrity.brought_forward import fill
from tournee.store.integrity.host_note import Host
from tournee.store.integrity.last_step import LastStep
from tournee.store.writer_lock import OPEN_HERE, WriterLock

CHECK_EVERY = timedelta(days=7)
"""A journal that was not checked for so long is when it is opened."""

_PAGES_AT_ONCE = 2048


class SqliteEngine:
    """The file at `path`, open. Any number of processes may share it.

    `told` is called with each step's name and `.before` its commit, and `.after`; `busy_seconds` bounds the
    wait for other processes' steps. `schema` is the folder of migrations, `host` who works with the journal.
    """

    errors = (sqlite3.Error, OverflowError)

    def __init__(
        self,
        path: Path,
        cipher: Cipher,
        clock: Callable[[], datetime],
        told: Callable[[str], None],
        *,
        busy_seconds: float,
        schema: Path,
        host: Host,
    ) -> None:
        self.path = path
        self._cipher, self._clock, self._told, self._schema = cipher, clock, told, schema
        self._lock = WriterLock(path, busy_seconds)
        self._last_step = LastStep(path, cipher, host)
        self.connection = opening.open_database(path, busy_seconds, schema, self._lock)
        self._last_step.open(self.connection)

    def begin(self, first: FirstRow) -> None:
        """Bring the tables forward where they are older; check the file when it waits for it."""
        latest = opening.migrations(self._schema)[-1][0]
        try:
            with self._translated():
                found = opening.version(self.connection)
                if found:
                    first.check_key()
                if found < latest:
                    self._bring_forward(first)
            if not found:
                first.check_key()
                opening.set_new(self.path, False)
            with self.reading():
                self._last_step.look()
            self._last_step.start()
            self._check_if_due()
        except BaseException:
            self.connection.close()
            OPEN_HERE.closed(self.path)
            self._lock.close()
            raise

    def close(self) -> None:
        """Close the file."""
        step = 0
        with suppress(sqlite3.Error):
            step = self._last_step.last_step()
        with self._translated():
            self.connection.close()
        OPEN_HERE.closed(self.path)
        if step:
            self._last_step.note(step, closing=True)
        self._lock.close()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step, in the order that writers asked."""
        with self._lock, self._translated():
            self._last_step.begin()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                number = self._last_step.end()
                self._told(f"{name}.before")
                self.connection.execute("COMMIT")
            except BaseException:
                self._last_step.drop()
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            if number:
                self._last_step.note(number)
        self._told(f"{name}.after")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several reads that see one state of the journal."""
        if self.connection.in_transaction:
            yield
            return
        with self._translated():
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                if self.connection.in_transaction:  # SQLite ends it by itself on some errors
                    self.connection.execute("ROLLBACK")

    def check(self) -> tuple[str, ...]:
        """What is wrong with the file as a whole: nothing, or SQLite's words."""
        with self._translated():
            found = opening.problems(self.connection, thorough=True)
        if not found:
            self._note_check()
        return found

    def copy_to(self, path: Path, told: Callable[[int, int], None]) -> int:
        """Copy the whole journal as of one moment into a new file, while others write; `told` how many pages
        are done, of how many.
        """
        with self.reading(), closing(sqlite3.connect(path)) as copy:
            step = self._last_step.last_step()  # the moment: from here on this connection sees one state
            self.connection.backup(
                copy, pages=_PAGES_AT_ONCE, progress=lambda _, left, all_: told(all_ - left, all_)
            )
        return step

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """What another hand did to the file, as far as was looked when it was opened."""
        return self._last_step.alterations

    def look_wholly(self) -> tuple[Alteration, ...]:
        """The same, after a look at every row."""
        with self.reading():
            return self._last_step.look(wholly=True)

    def accept(self) -> None:
        """Take the file as it is."""
        with self.step("accept"):
            number = self._last_step.accept()
        self._last_step.note(number)

    @property
    def is_older(self) -> bool:
        """Whether its opening saw an older copy, that nobody accepted."""
        return self._last_step.is_older

    @property
    def last_step(self) -> int:
        """The number of the last step."""
        return self._last_step.last_step()

    @property
    def version(self) -> int:
        """The version of the tables."""
        return opening.version(self.connection)

    def gives_numbers(self, new_holder: str) -> None:
        """Inside a step: this machine notes how many numbers are given, or their new holder."""
        self._last_step.gives()
        if new_holder:
            self._last_step.host_note.reserve(new_holder)

    def why_not_here(self, holder: str, given: int) -> str:
        """What this machine's note says of the holder's numbers."""
        return self._last_step.host_note.why_not(holder, given)

    def translate(self, error: Exception) -> StoreError:
        """SQLite's error in the carer's words; one that may come of damage is noted beside the file."""
        if isinstance(error, OverflowError):
            return StoreError("Un numéro est plus grand que tous ceux du journal.")
        assert isinstance(error, sqlite3.Error)
        if isinstance(error, sqlite3.ProgrammingError):
            if "thread" in str(error):
                return StoreError(
                    "Le journal est ouvert dans un autre fil d’exécution (thread) de ce programme.",
                    cause="un journal ouvert ne sert qu’au fil qui l’a ouvert",
                    next_step="ouvrez-le dans chaque fil, ou passez par tournee.api,"
                    " qui sert à plusieurs à la fois",
                )
            if "closed" in str(error):
                return StoreError("Le journal est fermé : ce contenu ne peut plus être lu.")
        if opening.is_damage(error):
            opening.doubt(self.path)
        return opening.translate(error)

    def _bring_forward(self, first: FirstRow) -> None:
        with self.reading():
            self._last_step.look()
        with opening.unbound(self.connection), self.step("open"):
            found = opening.version(self.connection)
            opening.migrate(self.connection, self._schema)
            if not found:
                first.write()
            fill(self.connection, self._cipher, found)
            self._last_step.bring_forward()
            if found < opening.RANGES <= opening.version(self.connection):
                self._last_step.begin_here()

    def _check_if_due(self) -> None:
        """Check a journal that waits for it: once a week, or when it gave an error."""
        checked = self._checked()
        since = date.fromisoformat(checked) if checked else date.min
        if opening.is_doubted(self.path) or abs(self._clock().date() - since) >= CHECK_EVERY:
            with self._translated():
                opening.refuse_damaged(self.connection, self.path)
            self.look_wholly()
            self._note_check()

    def _note_check(self) -> None:
        opening.trust(self.path)
        today = self._clock().date().isoformat()
        if self._checked() != today:
            with self._lock, self._translated():
                self.connection.execute("UPDATE journal SET checked = ?", (today,))

    def _checked(self) -> str:
        with self._translated():
            return str(self.connection.execute("SELECT checked FROM journal").fetchone()[0])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self.errors as error:
            raise self.translate(error) from error
