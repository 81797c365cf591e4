"""What the server knows: one SQLite file, each act one transaction that is on the disk when it returns; and
the bytes that it keeps, each file put there whole before a row names it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tournee.errors import StoreError
from tournee.files import replacing, sync_folder
from tournee.french import reason

SCHEMA = Path(__file__).with_name("schema.sql")
VERSION = 1
_FOLDERS = ("messages", "letters", "copies", "boxes", "incoming")
_FREE_MIN = 64 * 2**20  # bytes that stay free on the disk


class FullError(StoreError):
    """There is no room for what comes."""


class ServerRecords:
    """Opened once in a process, used by any thread; one process alone is `serving`, others look and give
    codes meanwhile. `clock` gives aware
    times. `on_step(name)` is called after each transaction: a test may kill the process there.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        on_step: Callable[[str], None] = lambda step: None,
        *,
        serving: bool = True,
    ) -> None:
        self.folder, self.clock, self._on_step = folder, clock, on_step
        self._turn = threading.RLock()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in _FOLDERS:
                (folder / name).mkdir(mode=0o700, exist_ok=True)
            self._held = _hold(folder / "server.lock") if serving else -1
            path = folder / "server.db"
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._open()
        except (OSError, sqlite3.Error) as error:
            why = reason(error) if isinstance(error, OSError) else str(error)
            raise StoreError(
                f"Le dossier du serveur, {folder}, ne peut pas être utilisé.",
                cause=why,
                next_step="vérifiez ses droits et la place libre",
            ) from error
        for left in (folder / "incoming").iterdir() if serving else ():
            left.unlink(missing_ok=True)

    def _open(self) -> None:
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {pragma}")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise sqlite3.DatabaseError("un Tournée plus récent l’a écrit")
        if version < VERSION:
            self._db.executescript(f"BEGIN; {SCHEMA.read_text('utf-8')} COMMIT;")

    def close(self) -> None:
        """Nothing can be asked any more."""
        with self._turn:
            self._db.close()
            if self._held >= 0:
                os.close(self._held)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One act: all of it is on the disk afterwards, or nothing."""
        with self._turn:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._on_step(name)

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._turn:
            return self._db.execute(query, values).fetchall()

    def write(self, query: str, *values: Any) -> int:
        """Change rows, inside a step; how many."""
        return self._db.execute(query, values).rowcount

    def add(self, table: str, **values: Any) -> int:
        """Add a row, inside a step; its id."""
        marks = ", ".join("?" * len(values))
        done = self._db.execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 (names of ours)
            tuple(values.values()),
        )
        return int(done.lastrowid or 0)

    def now(self) -> str:
        """The time as rows have it: ISO 8601 in UTC, so that texts compare as times do."""
        return utc(self.clock())

    # --- bytes ---

    def path_of(self, kind: str, name: str) -> Path:
        """Where the bytes of this name are kept; `kind` is one of the folders."""
        return self.folder / kind / name

    def keep(self, kind: str, name: str, data: bytes) -> None:
        """Keep bytes, whole, under a name: before the row that speaks of them. FullError."""
        self.check_room(len(data))
        try:
            with replacing(self.path_of(kind, name)) as file:
                file.write(data)
        except OSError as error:
            raise _full(error) from error

    def adopt(self, draft: Path, kind: str, name: str) -> None:
        """The same for a file that lies in `incoming`, written and synced."""
        draft.replace(self.path_of(kind, name))
        sync_folder(self.folder / kind)

    def check_room(self, size: int) -> None:
        """FullError when so many bytes would leave the disk too little room."""
        told = os.statvfs(self.folder) if hasattr(os, "statvfs") else None
        if told is not None and told.f_bavail * told.f_frsize < size + _FREE_MIN:
            raise _full(None)

    def drop(self, kind: str, name: str) -> None:
        """Keep these bytes no more."""
        with suppress(FileNotFoundError):
            self.path_of(kind, name).unlink()


class Arriving:
    """Bytes that arrive, into a file of `incoming`: counted, digested, bounded by who calls."""

    def __init__(self, records: ServerRecords) -> None:
        self._records = records
        self.path = records.folder / "incoming" / os.urandom(12).hex()
        self.size, self._digest = 0, hashlib.sha256()
        try:
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
            self._file = os.fdopen(os.open(self.path, flags, 0o600), "wb")
        except OSError as error:
            raise _full(error) from error

    def write(self, data: bytes) -> None:
        """Add some. FullError."""
        try:
            self._file.write(data)
        except OSError as error:
            raise _full(error) from error
        self._digest.update(data)
        self.size += len(data)

    def end(self) -> str:
        """All is there, and on the disk; its SHA-256. FullError."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise _full(error) from error
        return self._digest.hexdigest()

    def drop(self) -> None:
        """Nobody took it: nothing of it stays."""
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def utc(moment: datetime) -> str:
    """An aware time as rows have it."""
    from datetime import UTC

    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _full(error: OSError | None) -> FullError:
    return FullError(
        "Il n’y a plus de place sur le disque du serveur.", cause="" if error is None else reason(error)
    )


def _hold(path: Path) -> int:
    """Have the folder alone, as long as the process lives; StoreError when another has it."""
    number = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    except OSError:
        os.close(number)
        raise StoreError(
            "Un autre serveur de cabinet a déjà ce dossier.", next_step="arrêtez-le d’abord, ou attendez"
        ) from None
    return number
