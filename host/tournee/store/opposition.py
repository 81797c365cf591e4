"""The opposition list in the journal: requests made, increments received, which of them applied (OCT-LOI).

The list itself is a file of its own; the journal knows how it came about, and lets one process at a time
bring it forward.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from tournee.model import Increment
from tournee.store.drafts import FileDraft
from tournee.store.lots import Lots
from tournee.store.rows import FileRow


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


class OppositionJournal(Lots):
    """The part of the journal that follows the opposition list."""

    def make_request(self, ps: str, number: int, latest: int, build: Callable[[int], FileDraft]) -> int:
        """Give the next file name, and journal the request that `build(name)` makes for `ps` while list
        `number` is in force and `latest` the highest one heard of; gives the file's id.
        """
        with self._step("make_request"):
            file, _ = self._keep_file(ps, build, f"demande de ce qui suit la liste {number:06}")
            self._db.execute("INSERT INTO opposition_request VALUES (?, ?, ?)", (file, number, latest))
            return file

    def last_request(self) -> FileRow | None:
        """The file of the request made last, None when there was none."""
        with self._reading():
            rows = self._rows("SELECT max(file) AS file FROM opposition_request")
            return None if rows[0]["file"] is None else self.file(rows[0]["file"])

    def requests(self, number: int, latest: int) -> tuple[int, ...]:
        """Ids of the files that ask for what follows list `number`, made when list `latest` was known of."""
        with self._reading():
            rows = self._rows(
                "SELECT file FROM opposition_request WHERE number = ? AND latest >= ? ORDER BY file",
                number,
                latest,
            )
            return tuple(int(row["file"]) for row in rows)

    def keep_increments(self, return_id: int, increments: Sequence[Increment]) -> None:
        """Keep what a return says of the list, waiting to be applied; what is kept already stays as it is."""
        with self._step("keep_increments"):
            for rank, one in enumerate(increments):
                self._db.execute(
                    "INSERT INTO opposition_increment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')"
                    " ON CONFLICT (received, rank) DO NOTHING",
                    (
                        self._new_id("opposition_increment"),
                        return_id,
                        rank,
                        one.before,
                        one.after,
                        one.date,
                        len(one.additions),
                        len(one.removals),
                        IncrementState.WAITING.value,
                    ),
                )

    def increments(self, state: IncrementState | None = None) -> tuple[IncrementRow, ...]:
        """Increments by the lists they lead from, in one state or in any."""
        with self._reading():
            rows = self._rows(
                "SELECT * FROM opposition_increment WHERE ?1 IS NULL OR state = ?1"
                " ORDER BY before, after DESC, id",
                state.value if state else None,
            )
            return tuple(map(_increment_row, rows))

    def increment_done(self, increment_id: int, act: Callable[[], tuple[IncrementState, str]]) -> None:
        """Run `act`, which changes the list's file, and write what it gives: the increment's state and a
        note. No other process can write meanwhile; what `act` raises leaves the journal as it was.
        """
        with self._step("increment_done"):
            self._row("opposition_increment", increment_id)
            state, note = act()
            self._db.execute(
                "UPDATE opposition_increment SET state = ?, note = ? WHERE id = ?",
                (state.value, note, increment_id),
            )


def _increment_row(row: sqlite3.Row) -> IncrementRow:
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
