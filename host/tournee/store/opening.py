"""The journal's file, and all that is SQLite's own about it: opened with care, checked when there is a
reason, brought forward by numbered SQL files, never overwritten when it is not ours.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tournee.errors import StoreError
from tournee.french import reason
from tournee.model import Effect
from tournee.store.cipher import Cipher
from tournee.store.writer_lock import OPEN_HERE, WriterLock

_log = logging.getLogger(__name__)

APPLICATION_ID = 0x544F5552
"""What SQLite's header says of a journal: `TOUR`."""

SCHEMA = Path(__file__).with_name("schema")
"""Folder of the migrations: NNNN.sql brings a journal of version NNNN - 1 to version NNNN."""

CLEAR_EFFECTS = 7
"""The version from which effects have what is not personal in clear."""

IDENTITY = 10
"""The version from which a journal tells its own id."""

THREE_SHARES = 13
"""The version from which an invoice says what each of three gives for it."""

RANGES = 15
"""The version from which numbers come of ranges."""

KEYED_DIGESTS = 16
"""The version from which digests are under the journal's key."""

_MAGIC = b"SQLite format 3\x00"
_HEADER_SIZE, _VERSION_AT, _APPLICATION_AT = 100, 60, 68
_PAGE_SIZE_AT, _PAGES_AT = 16, 28


def open_database(path: Path, busy_seconds: float, schema: Path, lock: WriterLock) -> sqlite3.Connection:
    """Open the journal at `path`, or make an empty file (0600) for a new one; its tables are `migrate`'s.

    Every commit is on the disk when it returns (WAL, synchronous FULL). One whose last process ended without
    closing it is checked first. StoreError when the file is not a journal, is damaged or is newer than
    `schema`: it is then left as it was found.
    """
    latest = migrations(schema)[-1][0]
    with OPEN_HERE:  # beside another connection of this process the header is not read: see there
        here = OPEN_HERE.has(path)
        found = _connect(path, busy_seconds, latest) if here else _opened(path, busy_seconds, latest, lock)
        OPEN_HERE.opened(path)
    return found


def _opened(path: Path, busy_seconds: float, latest: int, lock: WriterLock) -> sqlite3.Connection:
    try:
        if not path.exists() or not path.stat().st_size:
            path.parent.mkdir(parents=True, exist_ok=True)
            with lock:  # several processes may start at once: one makes it
                if not path.exists() or not path.stat().st_size:
                    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
                else:
                    check_header(path, latest)
                return _connect(path, busy_seconds, latest)
        try:
            check_header(path, latest)
        except StoreError:
            if not lock.exists:
                raise
            with lock:  # another process may just be making it
                check_header(path, latest)
        return _connect(path, busy_seconds, latest)
    except OSError as error:
        raise StoreError(
            f"Le journal {path} ne peut pas être ouvert : {reason(error)}.",
            next_step="vérifiez le dossier et ses droits.",
        ) from error


def version(connection: sqlite3.Connection) -> int:
    """The schema version of the open journal, 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, schema: Path) -> None:
    """Run the migrations that the journal has not had; the caller holds the transaction."""
    found = version(connection)
    for number, script in migrations(schema):
        if number > found:
            for statement in _statements(script.read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            _log.warning("journal brought forward to version %d", number)
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise StoreError(
            "Le journal ne peut pas être mis à jour : des éléments manquent à d’autres.",
            cause="le fichier est endommagé",
            next_step="n’effacez rien ; restaurez la dernière sauvegarde.",
        )


@contextmanager
def unbound(connection: sqlite3.Connection) -> Iterator[None]:
    """Tables may be made anew: what refers to them is checked once, by `migrate`."""
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def fill_clear_effects(connection: sqlite3.Connection, cipher: Cipher) -> None:
    """Give the effects of a journal made before `CLEAR_EFFECTS` what is not personal in them, in clear."""
    for row, encrypted in connection.execute("SELECT id, told_sealed FROM effect").fetchall():
        told = Effect.from_json(cipher.decrypt(encrypted, f"effect.told.{row}"))
        connection.execute(
            "UPDATE effect SET outcome = ?, code = ?, share = ?, level = ? WHERE id = ?",
            (told.outcome.value, told.code, told.share, told.level, row),
        )


def identity_in(path: Path) -> str:
    """The id that the file of a journal tells, without its key; "" when it is older, or tells none."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return str(connection.execute("SELECT identity FROM journal").fetchone()[0])
    except (sqlite3.Error, TypeError):  # not a journal yet, or damaged: who opens it says so
        return ""


def migrations(schema: Path) -> list[tuple[int, Path]]:
    """The numbered SQL files of `schema`, in order."""
    return sorted((int(script.stem), script) for script in schema.glob("[0-9][0-9][0-9][0-9].sql"))


def problems(connection: sqlite3.Connection, *, thorough: bool = False) -> tuple[str, ...]:
    """What does not hold together in the file, in SQLite's words: its pages, and with `thorough` its indices
    and references too.
    """
    check = "integrity_check" if thorough else "quick_check(1)"
    found = []
    try:
        found += [str(row[0]) for row in connection.execute(f"PRAGMA {check}") if row[0] != "ok"]
        if thorough and not found:
            references = connection.execute("PRAGMA foreign_key_check")
            found += [f"{row[0]} {row[1]} : {row[2]}" for row in references]
    except sqlite3.DatabaseError as error:  # damaged where SQLite cannot even look
        if not is_damage(error):
            raise
        found.append(str(error))
    return tuple(found)


def refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    """StoreError for a journal whose pages do not hold together."""
    found = problems(connection)
    if found:
        _log.error("journal damaged: %d pages do not hold together", len(found))
        doubt(path)
        raise StoreError(
            f"Le journal {path} est endommagé ({found[0]}).",
            next_step="n’effacez rien ; restaurez la dernière sauvegarde.",
        )


def beside(path: Path, ending: str) -> Path:
    """A file of the journal's own, where SQLite has its WAL: beside the journal, not beside a link to it."""
    journal = path.resolve()
    return journal.with_name(journal.name + ending)


def doubt(path: Path) -> None:
    """Note beside the journal that it gave an error: it is checked when it is opened next."""
    with suppress(OSError):
        _mark(path, "check").touch(0o600)


def is_doubted(path: Path) -> bool:
    """Whether `doubt` was said of it, and not `trust` since."""
    return _mark(path, "check").exists()


def trust(path: Path) -> None:
    """Note that the journal was checked and is good."""
    with suppress(OSError):
        _mark(path, "check").unlink(missing_ok=True)


def set_new(path: Path, new: bool) -> None:
    """Note beside a journal that it is about to be made, before its key is; or that it was."""
    mark = _mark(path, "new")
    if new:
        mark.touch(0o600)
    elif mark.exists():  # a folder that is protected takes no other question
        mark.unlink(missing_ok=True)


def is_new(path: Path) -> bool:
    """Whether a journal that is not there was never there: a first start was cut short."""
    return _mark(path, "new").exists()


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error may come of a damaged file, not of another process or of a wrong value."""
    expected = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)
    return (
        isinstance(error, sqlite3.DatabaseError) and not isinstance(error, expected) and not _is_busy(error)
    )


_RESTORE = "n’effacez rien ; restaurez la dernière sauvegarde."
_FAULTS = {
    sqlite3.SQLITE_FULL: ("le disque est plein", "libérez de la place, puis recommencez ; rien n’est perdu."),
    sqlite3.SQLITE_IOERR: (
        "le disque refuse une lecture ou une écriture",
        "vérifiez-le, puis recommencez.",
    ),
    sqlite3.SQLITE_READONLY: ("le fichier est protégé en écriture", "vérifiez ses droits, puis recommencez."),
    sqlite3.SQLITE_CANTOPEN: ("il ne peut pas être ouvert", "vérifiez le dossier et ses droits."),
    sqlite3.SQLITE_CORRUPT: ("le fichier est endommagé", _RESTORE),
    sqlite3.SQLITE_NOTADB: ("ce n’est pas un journal, ou il est endommagé", _RESTORE),
}
"""By SQLite's primary code: what is wrong, what to do."""


def translate(error: sqlite3.Error) -> StoreError:
    """The error of SQLite in the carer's words."""
    _log.error("SQLite: %s", getattr(error, "sqlite_errorname", type(error).__name__))
    if _is_busy(error):
        return StoreError(
            "Le journal est occupé par un autre programme.",
            cause="une autre fenêtre de Tournée est en train d’écrire",
            next_step="attendez qu’elle ait fini, puis recommencez.",
        )
    if isinstance(error, sqlite3.IntegrityError):
        return StoreError(f"Le journal refuse une écriture incohérente : {error}.")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # an extended code bears the primary one below
    what, next_step = _FAULTS.get(code, (str(error), _RESTORE))
    return StoreError(f"Le journal ne peut pas être lu ou écrit : {what}.", next_step=next_step)


def _connect(path: Path, busy_seconds: float, latest: int) -> sqlite3.Connection:
    try:
        _check_unclean(path)
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    except sqlite3.Error as error:
        raise translate(error) from error
    try:
        _check_version(path, version(connection), latest)  # the WAL may have brought it beyond its header
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            connection.execute(
                f"PRAGMA application_id = {APPLICATION_ID}"
            )  # before the WAL may hold it alone
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        connection.close()
        if is_damage(error):
            doubt(path)
        raise translate(error) from error
    except StoreError:
        connection.close()
        raise
    return connection


def _check_unclean(path: Path) -> None:
    """Check a journal whose last process ended without closing it: its WAL was left behind, and nobody has
    it open, for SQLite gives it to this one alone.
    """
    if not _has_wal(path):
        return
    _log.warning("journal not closed by its last process: checked")
    alone = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        alone.execute("PRAGMA locking_mode = EXCLUSIVE")
        alone.execute("SELECT 1 FROM sqlite_master").fetchone()
        refuse_damaged(alone, path)
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            raise
    finally:
        alone.close()


def _has_wal(path: Path) -> bool:
    wal = beside(path, "-wal")
    return wal.exists() and wal.stat().st_size > 0


def check_header(path: Path, latest: int) -> None:
    """Refuse a file that is not a journal, or is cut short, by its first bytes alone (SQLite file format
    1.3). Where a WAL was left, the end may still be in it: a checkpoint writes the first page first.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_SIZE)
    if header[: len(_MAGIC)] != _MAGIC or _number(header, _APPLICATION_AT) != APPLICATION_ID:
        raise StoreError(
            f"Le fichier {path} n’est pas un journal de Tournée.",
            cause="le chemin désigne un autre fichier",
            next_step="indiquez le bon chemin ; ce fichier n’a pas été modifié.",
        )
    _check_version(path, _number(header, _VERSION_AT), latest)
    page = int.from_bytes(header[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 2], "big")
    whole = _number(header, _PAGES_AT) * (page if page > 1 else 1 << 16)
    if path.stat().st_size < whole and not _has_wal(path):
        raise StoreError(
            f"Le journal {path} est endommagé (il lui manque la fin).",
            next_step="n’effacez rien ; restaurez la dernière sauvegarde.",
        )


def _check_version(path: Path, found: int, latest: int) -> None:
    if found > latest:
        raise StoreError(
            f"Le journal {path} est d’une version plus récente ({found}) que ce programme ({latest}).",
            next_step="mettez Tournée à jour.",
        )


def _is_busy(error: sqlite3.Error) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def _number(header: bytes, at: int) -> int:
    return int.from_bytes(header[at : at + 4], "big")


def _mark(path: Path, what: str) -> Path:
    return beside(path, f".{what}")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
