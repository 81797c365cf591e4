"""How far the journal has come, noted beside it: an older copy that is put in its place is told by that.

A line of `JOURNAL.head`: the number of the last step, what the file looked like then, and a keyed mark over
both. It is no secret, and is written after the step that it tells of: after a crash it may be one behind.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tournee.files import OWNER_ONLY, read_bounded
from tournee.store import opening
from tournee.store.cipher import Cipher

_LINE_MAX = 256
_PURPOSE = "head"


class Noted(NamedTuple):
    """What a line says: `step` is the number of the last step, `looks` what the file looked like."""

    step: int
    looks: str


class Head:
    """The line of one journal."""

    def __init__(self, journal: Path, cipher: Cipher) -> None:
        self._parts = [opening.beside(journal, ending) for ending in ("", "-wal")]
        self._file = opening.beside(journal, ".head")
        self._cipher = cipher
        self._line = ""
        self._opened: tuple[int, int] | None = None

    def open(self) -> None:
        """The journal is open: the file that is in its place now."""
        self._opened = self._file_there()

    def is_replaced(self) -> bool:
        """Whether another file stands in the journal's place since it was opened."""
        return self._file_there() != self._opened

    def _file_there(self) -> tuple[int, int] | None:
        try:
            found = self._parts[0].stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def looks(self) -> str:
        """Sizes and times of the journal and its WAL: another program that writes changes them. The second
        time is one that no program sets.
        """
        told = []
        for part in self._parts:
            with suppress(OSError):
                found = part.stat()
                times = f"{found.st_mtime_ns}/{found.st_ctime_ns}"
                told.append(f"{found.st_size}/{times}" if found.st_size else "")
        return "+".join(filter(None, told))

    def read(self) -> Noted | None:
        """What was noted; None where nothing was, or not by this journal's key."""
        try:
            self._line, mark = read_bounded(self._file, _LINE_MAX).decode("ascii").rstrip().rsplit(" ", 1)
            step, looks = self._line.split(" ")
            return Noted(int(step), looks) if mark == self._mark(self._line) else None
        except (OSError, ValueError):
            return None

    def note(self, step: int, *, trusted: bool) -> None:
        """Note this step; what is not `trusted` is looked at again next time. Where it cannot be written,
        nothing is told of an older copy.
        """
        line = f"{step} {self.looks() if trusted else '-'}"
        if line != self._line:
            self._line = line
            with suppress(OSError):
                number = os.open(self._file, os.O_WRONLY | os.O_CREAT, OWNER_ONLY)
                with os.fdopen(number, "wb", buffering=0) as file:  # not cut first, which takes a disk's time
                    file.write(f"{line} {self._mark(line)}".ljust(_LINE_MAX).encode())
                    if os.fstat(number).st_size > _LINE_MAX:
                        file.truncate()

    def _mark(self, line: str) -> str:
        return self._cipher.name(line.encode(), _PURPOSE).hex()
