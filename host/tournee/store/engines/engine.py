"""What the journal asks of a database: steps that are whole or nothing, reads that see one state, and what
the database itself knows of its health. Our SQL is the same on each (`statements`); how it is begun, kept
and refused is the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tournee.errors import StoreError


class Alteration(NamedTuple):
    """What another hand did to the journal: what is amiss and what to do, in French."""

    text: str
    next_step: str


class FirstRow(NamedTuple):
    """What a new journal is begun with, and what an open one is judged by.

    `check_key` raises StoreError when the key is not this journal's; `write` writes its first row.
    """

    check_key: Callable[[], None]
    write: Callable[[], None]


class StatementResult(Protocol):
    """What a statement gave: names of its columns, its rows."""

    @property
    def description(self) -> Any:
        """Of each column, its name first; None where there are none."""

    def fetchall(self) -> list[Any]:
        """All rows, as tuples."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """Where statements go."""

    @property
    def in_transaction(self) -> bool:
        """Whether a step, or several reads, are under way."""

    def execute(self, query: str, values: Sequence[Any] = ..., /) -> StatementResult:
        """Run one statement, a `?` for each value."""


class JournalEngine(Protocol):
    """An open database that holds one journal. Not for use by two threads at once."""

    @property
    def connection(self) -> Connection:
        """Where statements go, inside steps and reads or alone."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises, for `translate`."""

    @property
    def version(self) -> int:
        """The version of the tables."""

    def translate(self, error: Exception) -> StoreError:
        """The driver's error in the carer's words."""

    def begin(self, first: FirstRow) -> None:
        """Make the journal where there is none, judge one that is there; StoreError when it is unfit."""

    def close(self) -> None:
        """Let go of it; the journal cannot be used any more."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """One step: all of it is on the disk afterwards, or nothing. Writers come in the order they asked."""

    def reading(self) -> AbstractContextManager[None]:
        """Several reads that see one state of the journal."""

    def check(self) -> tuple[str, ...]:
        """What is wrong with it as a whole, in the database's words; a good one is noted as such."""

    def copy_to(self, path: Path, told: Callable[[int, int], None]) -> int:
        """Copy the journal as of one moment into a new file; the number of the last step in it."""

    @property
    def alterations(self) -> tuple[Alteration, ...]:
        """What another hand did to the journal, as far as was looked when it was opened."""

    def look_wholly(self) -> tuple[Alteration, ...]:
        """The same, after a look at every row."""

    def accept(self) -> None:
        """Take the journal as it is: from now on it is not what another hand did."""

    @property
    def is_older(self) -> bool:
        """Whether its opening saw an older copy of the journal, that nobody accepted."""

    @property
    def last_step(self) -> int:
        """The number of the last step."""

    def gives_numbers(self, new_holder: str) -> None:
        """Inside a step: it gives numbers, or takes ranges for a new holder."""

    def why_not_here(self, holder: str, given: int) -> str:
        """Why this journal may not go on with the numbers of this holder, of whom it knows so many to be
        given: `COPIED`, `OLDER`; "" when it may.
        """
