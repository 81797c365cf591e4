"""A journal in a PostgreSQL database: one practice of many, shut from all others by row-level security.

A writing step takes its practice's row first: writers of one practice come in turn, those of others at once.
Another hand is kept out by the server's own rights, which is why no sums are kept over the rows here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tournee.errors import StoreError
from tournee.store.cipher import Cipher
from tournee.store.engines import postgresql_schema as tables
from tournee.store.engines.engine import Alteration, FirstRow
from tournee.store.engines.postgresql_link import (
    MOVED,
    OURS,
    PracticeLink,
    address_of,
    refuse_moved,
    translated,
)

_BEGIN = f"BEGIN; {MOVED} FOR UPDATE"
_COUNT_AND_COMMIT = f"UPDATE practice SET step = step + 1 WHERE {OURS}; COMMIT"  # noqa: S608
_READ = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {MOVED}"


class PostgresqlEngine:
    """The journal at `url`; `told` and `busy_seconds` are those of `Database`.

    StoreError for a database that does not answer, has not this program's tables, or lets this account see
    all practices.
    """

    errors = (psycopg.Error,)
    alterations: tuple[Alteration, ...] = ()
    is_older = False

    def __init__(self, url: str, cipher: Cipher, told: Callable[[str], None], *, busy_seconds: float) -> None:
        self._cipher, self._told = cipher, told
        self._practice = address_of(url).practice
        with self._translated():
            self.connection = PracticeLink(address_of(url), busy_seconds)
        try:
            with self._translated():
                tables.refuse_version(tables.version(self.connection.raw))
                tables.refuse_passing(self.connection.raw)
        except BaseException:
            self.connection.close()
            raise

    def begin(self, first: FirstRow) -> None:
        """Make the practice's journal where there is none."""
        try:
            with self._translated():
                if not self.holds_journal:
                    self.enter()
                    with self.step("open"):
                        if not self.holds_journal:  # another may just have made it
                            first.write()
                            self.connection.execute(
                                "UPDATE journal SET identity = ?", (self._cipher.identity,)
                            )
                first.check_key()
            refuse_moved((self.moved,))
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step, once the practice's row is ours."""
        with self._translated():
            try:
                self.connection.begin(_BEGIN)
                yield
                self._told(f"{name}.before")
                self.connection.end(_COUNT_AND_COMMIT if self.connection.wrote else "COMMIT")
            finally:
                self._roll_back()
        self._told(f"{name}.after")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Several reads that see one state of the journal."""
        if self.connection.in_transaction:
            yield
            return
        with self._translated():
            try:
                self.connection.begin(_READ)
                yield
            finally:
                self._roll_back()

    def check(self) -> tuple[str, ...]:
        """Pages and indices are the server's own to check (pg_amcheck): nothing is told of them here."""
        return ()

    def copy_to(self, path: Path, told: Callable[[int, int], None]) -> int:
        """No file can be copied: StoreError."""
        raise StoreError(
            f"Le journal ne peut pas être copié dans {path} : il est dans une base PostgreSQL.",
            next_step="la sauvegarde est celle de la base (pg_dump, pg_basebackup).",
        )

    def look_wholly(self) -> tuple[Alteration, ...]:
        """No sums are kept here: nothing is told."""
        return ()

    def accept(self) -> None:
        """Nothing is told of another hand: there is nothing to accept."""

    @property
    def last_step(self) -> int:
        """The number of the last step that wrote something."""
        with self._translated():
            row = self.connection.execute("SELECT step FROM practice").fetchone()
        return int(row[0]) if row else 0

    @property
    def version(self) -> int:
        """The version of the tables."""
        with self._translated():
            return tables.version(self.connection.raw)

    def gives_numbers(self, new_holder: str) -> None:
        """All who give numbers do so from the one database: no machine notes any."""

    def why_not_here(self, holder: str, given: int) -> str:
        """They may always go on, for the same reason."""
        del holder, given
        return ""

    def translate(self, error: Exception) -> StoreError:
        """PostgreSQL's error in the carer's words."""
        return translated(error)

    @property
    def holds_journal(self) -> bool:
        """Whether the practice has a journal."""
        with self._translated():
            return self.connection.execute("SELECT 1 FROM journal").fetchone() is not None

    def enter(self) -> None:
        """Let the practice be one of the database's."""
        with self._translated():
            query = "INSERT INTO practice (practice) VALUES (?) ON CONFLICT DO NOTHING"
            self.connection.execute(query, (self._practice,))

    @property
    def moved(self) -> str:
        """When the journal was moved away from here, "" while it was not."""
        with self._translated():
            found = self.connection.execute(MOVED).fetchone()
        return str(found[0]) if found else ""

    def _roll_back(self) -> None:
        with suppress(psycopg.Error):  # it was cut meanwhile: what stopped the step is told
            self.connection.end()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise translated(error) from error
