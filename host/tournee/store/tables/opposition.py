"""The opposition list in the journal: requests made, increments received, which of them applied (OCT-LOI).

The list itself is a file of its own; the journal knows how it came about, and lets one process at a time
bring it forward.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from tournee.model import Increment
from tournee.store.database import Database
from tournee.store.inserts import FileDraft
from tournee.store.rows import FileRow
from tournee.store.statements import Row
from tournee.store.tables.files import LotFiles

_INCREMENTS = """SELECT id, received, rank, before, after, date, additions, removals, state, note
    FROM opposition_increment"""

_KEEP = """INSERT INTO opposition_increment
    (id, received, rank, before, after, date, additions, removals, state, note)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (received, rank) DO NOTHING"""


class IncrementState(Enum):
    """An increment: `WAITING` for those before it, `KNOWN` when the list is past it, `REFUSED` for good."""

    WAITING = "waiting"
    APPLIED = "applied"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True)
class IncrementRow:
    """An increment received: the return that holds it, its place there from 0, the lists that it leads from
    and to, its date AAMMJJ, how many serials it adds and removes, and what became of it.
    """

    id: int
    return_id: int
    rank: int
    before: int
    after: int
    date: str
    additions: int
    removals: int
    state: IncrementState
    note: str


class OppositionUpdates:
    """What became of the opposition list."""

    def __init__(self, db: Database, files: LotFiles) -> None:
        self._db, self._files = db, files

    def make_request(self, ps: str, number: int, latest: int, build: Callable[[int], FileDraft]) -> int:
        """Give the next file name, and journal the request that `build(name)` makes for `ps` while list
        `number` is in force and `latest` the highest one heard of; gives the file's id.
        """
        with self._db.step("make_request"):
            file = self._files.keep(ps, (), build, f"demande de ce qui suit la liste {number:06}")
            self._db.insert("opposition_request", file=file, number=number, latest=latest)
            return file

    def last_request(self) -> FileRow | None:
        """The file of the request made last, None when there was none."""
        with self._db.reading():
            (last,) = self._db.rows("SELECT max(file) AS file FROM opposition_request")
            return None if last["file"] is None else self._files.get(last["file"])

    def requests(self, number: int, latest: int) -> tuple[int, ...]:
        """Ids of the files that ask for what follows list `number`, made when list `latest` was known of."""
        query = "SELECT file FROM opposition_request WHERE number = ? AND latest >= ? ORDER BY file"
        with self._db.reading():
            return tuple(int(row["file"]) for row in self._db.rows(query, number, latest))

    def keep_increments(self, return_id: int, increments: Sequence[Increment]) -> None:
        """Keep what a return says of the list, waiting to be applied; what is kept already stays as it is."""
        with self._db.step("keep_increments"):
            first = self._db.new_id("opposition_increment")
            for rank, one in enumerate(increments):
                self._db.write(
                    _KEEP,
                    *(first + rank, return_id, rank, one.before, one.after, one.date),
                    *(len(one.additions), len(one.removals), IncrementState.WAITING.value, ""),
                )

    def increments(self, state: IncrementState | None = None) -> tuple[IncrementRow, ...]:
        """Increments by the lists they lead from, in one state or in any."""
        with self._db.reading():
            wanted = state.value if state else ""
            rows = self._db.matching(_INCREMENTS, "before, after DESC, id", state=wanted)
            return tuple(map(_increment_row, rows))

    def increment_done(self, increment_id: int, act: Callable[[], tuple[IncrementState, str]]) -> None:
        """Run `act`, which changes the list's file, and write what it gives: the increment's state and a
        note. No other process can write meanwhile; what `act` raises leaves the journal as it was.
        """
        with self._db.step("increment_done"):
            self._db.row("opposition_increment", "id", increment_id)
            state, note = act()
            self._db.update("opposition_increment", increment_id, state=state.value, note=note)


def _increment_row(row: Row) -> IncrementRow:
    return IncrementRow(
        id=row["id"],
        return_id=row["received"],
        rank=row["rank"],
        before=row["before"],
        after=row["after"],
        date=row["date"],
        additions=row["additions"],
        removals=row["removals"],
        state=IncrementState(row["state"]),
        note=row["note"],
    )
