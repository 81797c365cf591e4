"""The journal's file: opened with care, brought forward by numbered SQL files, never overwritten when it is
not ours.
"""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tournee.errors import StoreError

APPLICATION_ID = 0x544F5552
"""What SQLite's header says of a journal: `TOUR`."""

SCHEMA = Path(__file__).with_name("schema")
"""Folder of the migrations: NNNN.sql brings a journal of version NNNN - 1 to version NNNN."""

_MAGIC = b"SQLite format 3\x00"
_HEADER_SIZE, _VERSION_AT, _APPLICATION_AT = 100, 60, 68


def open_database(path: Path, busy_seconds: float, schema: Path) -> sqlite3.Connection:
    """Open the journal at `path`, or make an empty file (0600) for a new one; its tables are `migrate`'s.

    Every commit is on the disk when it returns (WAL, synchronous FULL). StoreError when the file is not a
    journal, is damaged or is newer than `schema`: it is then left as it was found.
    """
    latest = migrations(schema)[-1][0]
    try:
        if path.exists() and path.stat().st_size:
            _check_header(path, latest)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    except OSError as error:
        raise StoreError(
            f"Le journal {path} ne peut pas être ouvert : {error.strerror}.",
            next_step="Vérifiez le dossier et ses droits.",
        ) from error
    except sqlite3.Error as error:
        raise translate(error) from error
    try:
        _check_content(connection, path, latest)
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            connection.execute(
                f"PRAGMA application_id = {APPLICATION_ID}"
            )  # before the WAL may hold it alone
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        connection.close()
        raise translate(error) from error
    except StoreError:
        connection.close()
        raise
    return connection


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


def migrations(schema: Path) -> list[tuple[int, Path]]:
    """The numbered SQL files of `schema`, in order."""
    return sorted((int(script.stem), script) for script in schema.glob("[0-9][0-9][0-9][0-9].sql"))


def translate(error: sqlite3.Error) -> StoreError:
    """The error of SQLite in the carer's words."""
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return StoreError(
            "Le journal est occupé par un autre programme.",
            cause="une autre fenêtre de Tournée est en train d’écrire",
            next_step="Attendez qu’elle ait fini, puis recommencez.",
        )
    if isinstance(error, sqlite3.IntegrityError):
        return StoreError(f"Le journal refuse une écriture incohérente : {error}.")
    return StoreError(
        f"Le journal ne peut pas être lu ou écrit : {error}.",
        cause="le fichier est endommagé, ou le disque est plein ou protégé",
        next_step="N’effacez rien ; restaurez la dernière sauvegarde ou libérez de la place.",
    )


def _check_header(path: Path, latest: int) -> None:
    """Refuse a file that is not a journal by its first bytes alone (SQLite file format 1.3)."""
    with path.open("rb") as file:
        header = file.read(_HEADER_SIZE)
    found = int.from_bytes(header[_APPLICATION_AT : _APPLICATION_AT + 4], "big")
    if header[: len(_MAGIC)] != _MAGIC or found != APPLICATION_ID:
        raise _foreign(path)
    _check_version(path, int.from_bytes(header[_VERSION_AT : _VERSION_AT + 4], "big"), latest)


def _check_content(connection: sqlite3.Connection, path: Path, latest: int) -> None:
    """Refuse a journal whose pages do not hold together, or that its WAL brought beyond `latest`."""
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise StoreError(
            f"Le journal {path} est endommagé ({verdict}).",
            next_step="N’effacez rien ; restaurez la dernière sauvegarde.",
        )
    _check_version(path, version(connection), latest)


def _check_version(path: Path, found: int, latest: int) -> None:
    if found > latest:
        raise StoreError(
            f"Le journal {path} est d’une version plus récente ({found}) que ce programme ({latest}).",
            next_step="Mettez Tournée à jour.",
        )


def _foreign(path: Path) -> StoreError:
    return StoreError(
        f"Le fichier {path} n’est pas un journal de Tournée.",
        cause="le chemin désigne un autre fichier",
        next_step="Indiquez le bon chemin ; ce fichier n’a pas été modifié.",
    )


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
