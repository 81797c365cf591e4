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

_HEADER = b"SQLite format 3\x00"


def open_database(path: Path, busy_seconds: float, schema: Path) -> sqlite3.Connection:
    """Open the journal at `path`, or make an empty file (0600) for a new one; the schema is `migrate`'s.

    Every commit is on the disk when it returns (WAL, synchronous FULL). StoreError when the file is not a
    journal, is damaged or is newer than this program: it is then left as it was found.
    """
    try:
        if path.exists() and path.stat().st_size:
            _check(path, schema)
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
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        connection.close()
        raise translate(error) from error
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
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


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


def _check(path: Path, schema: Path) -> None:
    """Refuse what is not a sound journal, reading only."""
    with path.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            raise _foreign(path)
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        found = version(connection)
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if not ours and not (empty and found == 0):
            raise _foreign(path)
        known = max(number for number, _ in migrations(schema))
        if found > known:
            raise StoreError(
                f"Le journal {path} est d’une version plus récente ({found}) que ce programme ({known}).",
                next_step="Mettez Tournée à jour.",
            )
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise translate(error) from error
    finally:
        connection.close()
    if verdict != "ok":
        raise StoreError(
            f"Le journal {path} est endommagé ({verdict}).",
            next_step="N’effacez rien ; restaurez la dernière sauvegarde.",
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
