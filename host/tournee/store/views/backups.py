"""Backups of the journal: a copy of it for one, and when the last one was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tournee.store.database import Database


@dataclass(frozen=True)
class LastBackup:
    """The last backup: when it was made (ISO 8601), or when the journal was begun where there is none
    (`never`); whether it lacks something that was done since.
    """

    at: str
    never: bool
    is_behind: bool


class Backups:
    """What the journal knows of its backups. A backup is no step: nothing of what was billed changes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def copy(self, path: Path, told: Callable[[int, int], None]) -> int:
        """Copy the whole journal as of now into a new file at `path`, while others write; gives the number of
        the last step in it. `told` how many pages are done, of how many.
        """
        return self._db.copy_to(path, told)

    def note(self, step: int) -> None:
        """Note that a backup was made now, which goes as far as `step`."""
        with self._db.step("note_backup"):
            self._db.write("UPDATE journal SET backed_up = ?, backed_up_step = ?", self._db.now(), step)

    def last(self) -> LastBackup:
        """The last backup."""
        with self._db.reading():
            (row,) = self._db.rows("SELECT created, backed_up, backed_up_step FROM journal")
            step = self._db.last_step
        is_behind = step > row["backed_up_step"]
        return LastBackup(row["backed_up"] or row["created"], not row["backed_up"], is_behind)
