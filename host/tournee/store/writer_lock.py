"""Processes that write one after another: an operating system's lock beside the journal, taken in turn.

SQLite's own wait looks again and again and lets some starve. Here a process first takes the place of the next
one (`_NEXT`), then waits for the journal itself (`_HELD`), and only then lets go of that place: who has just
written comes after all who wait. The kernel frees what a killed process held.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tournee.errors import StoreError
from tournee.french import reason

_HELD, _NEXT = 0, 1  # bytes of the lock's file


class WriterLock:
    """The turn to write the journal `path`, within `seconds`; its file is `<path>.lock`, made when needed.

    One place at a time in a process: within one, SQLite's own lock tells two journals apart. On a file system
    without locks it lets all through, and SQLite's own is left.
    """

    def __init__(self, path: Path, seconds: float) -> None:
        journal = path.resolve()  # one lock, by whatever link the journal is opened
        self._path = journal.with_name(journal.name + ".lock")
        self._seconds = seconds
        self._file = -1

    def __enter__(self) -> None:
        deadline = time.monotonic() + self._seconds
        try:
            if self._file < 0:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"Le journal ne peut pas être écrit : {reason(error)} ({self._path}).",
                next_step="vérifiez le dossier et ses droits.",
            ) from error
        self._take(_NEXT, deadline)
        try:
            self._take(_HELD, deadline)
        finally:
            _unlock(self._file, _NEXT)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file >= 0:
            _unlock(self._file, _HELD)

    @property
    def exists(self) -> bool:
        """Whether some process has made this lock: another may be making the journal."""
        return self._path.exists()

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _take(self, byte: int, deadline: float) -> None:
        if not _try(self._file, byte) and not _wait(self._file, byte, deadline - time.monotonic()):
            raise StoreError(
                "Le journal est occupé par un autre programme.",
                cause="une autre fenêtre de Tournée est en train d’écrire",
                next_step="attendez qu’elle ait fini, puis recommencez.",
            )


if sys.platform == "win32":
    import msvcrt

    _LOOK_AGAIN_S = 0.002

    def _try(file: int, byte: int) -> bool:
        os.lseek(file, byte, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait(file: int, byte: int, seconds: float) -> bool:
        """Windows has no wait for a byte that ends: look again, shortly."""
        deadline = time.monotonic() + seconds
        while not _try(file, byte):
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_AGAIN_S)
        return True

    def _unlock(file: int, byte: int) -> None:
        os.lseek(file, byte, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try(file: int, byte: int) -> bool:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except (BlockingIOError, PermissionError):
            return False
        except OSError:  # a file system without locks
            return True
        return True

    def _wait(file: int, byte: int, seconds: float) -> bool:
        """Wait in the kernel's queue, which has an order, for so long at most.

        The wait itself cannot be cut short, so another thread does it; one that comes too late lets go.
        """
        mutex, answered = threading.Lock(), threading.Event()
        given_up = False

        def wait() -> None:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)
            except OSError:  # closed meanwhile, or a file system without locks
                answered.set()
                return
            with mutex:
                if given_up:
                    _unlock(file, byte)
                answered.set()

        threading.Thread(target=wait, daemon=True).start()
        answered.wait(max(0.0, seconds))
        with mutex:
            given_up = not answered.is_set()
        return not given_up

    def _unlock(file: int, byte: int) -> None:
        with suppress(OSError):
            fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)


class FilesOpenHere:
    """Which files this process has connections to, by device and inode.

    On POSIX, whoever closes a file lets go of all the locks that its process has on it, SQLite's with them;
    another process could then take the WAL away. So no file is opened beside SQLite while one is here.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._open: Counter[tuple[int, int]] = Counter()

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def has(self, path: Path) -> bool:
        """Whether a connection of this process is open to the file."""
        with self, suppress(OSError):
            return self._open[_told(path)] > 0
        return False

    def opened(self, path: Path) -> None:
        """Note that one was opened."""
        with self:
            self._open[_told(path)] += 1

    def closed(self, path: Path) -> None:
        """Note that one was closed."""
        with self, suppress(OSError):
            self._open[_told(path)] -= 1


def _told(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_dev, told.st_ino


OPEN_HERE = FilesOpenHere()
"""Those of this process."""
