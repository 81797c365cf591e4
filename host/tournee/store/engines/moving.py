"""A journal carried from a file into a practice of PostgreSQL, or back: row by row, no sealed value opened,
and what arrived is proven to be what left before any of it is kept.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

from tournee.errors import StoreError
from tournee.store import opening
from tournee.store.cipher import Cipher
from tournee.store.database import URL, Database, check_key
from tournee.store.engines.postgresql import PostgresqlEngine
from tournee.store.statements import Statements

_OWN = ("last_step", "row_tag")  # sums over a file's rows: worked out where a file is written
_VALUES_AT_ONCE, _BYTES_AT_ONCE = 5_000, 4 << 20
_ASIDE, _COMING = ".moved", ".coming"
_BESIDE = ("", "-wal", "-shm", ".head", ".lock")


class MovedJournal(NamedTuple):
    """What was carried: rows by table; `aside` is where a file lies now that is no journal any more."""

    rows: dict[str, int]
    aside: Path | None


class _Table(NamedTuple):
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def query(self) -> str:
        columns, key = ", ".join(self.columns), ", ".join(self.key)
        return f"SELECT {columns} FROM {self.name} ORDER BY {key}"  # noqa: S608 (names of ours)


def move(source: str, target: str, cipher: Cipher, clock: Callable[[], datetime]) -> MovedJournal:
    """Carry the journal at `source` to `target`, one of them a file and the other an address of PostgreSQL.

    All of it, or nothing: StoreError when there is a journal at the target already, and when what arrived
    differs. Afterwards nothing opens the source: a file is put aside, a practice is marked. The journal takes
    other numbers before it gives the next, as one that was restored does.
    """
    if source.startswith(URL) == target.startswith(URL):
        raise StoreError(
            "Un journal se déplace d’un fichier vers une base PostgreSQL, ou de la base vers un fichier.",
            next_step="donnez un chemin et une adresse « postgresql://…?practice=N ».",
        )
    return (
        _into_file(source, Path(target), cipher, clock)
        if source.startswith(URL)
        else _into_base(Path(source), target, cipher, clock)
    )


def _into_base(file: Path, url: str, cipher: Cipher, clock: Callable[[], datetime]) -> MovedJournal:
    aside = file.with_name(file.name + _ASIDE)
    _refuse_file(file, aside)
    engine, is_aside = PostgresqlEngine(url, cipher, lambda _: None, busy_seconds=5.0), False
    try:
        with closing(engine):
            base = Statements(engine.connection)
            engine.enter()
            with engine.step("move"):
                if engine.holds_journal:
                    raise StoreError(
                        "Ce cabinet de la base a déjà un journal.",
                        next_step="donnez un autre numéro de cabinet.",
                    )
                base.write("SET CONSTRAINTS ALL DEFERRED")
                with closing(Database(file, cipher, clock)) as left, left.step("move"):
                    rows = _carried(left, base)
                    base.write("UPDATE practice SET step = ?", left.last_step)
                    _take_other_numbers(base)
                    with suppress(PermissionError):  # a system that renames no open file: once it is closed
                        file.rename(aside)  # while nobody else may write in it
                        is_aside = True
                if not is_aside:
                    file.rename(aside)
                    is_aside = True
                # only now is the practice's usable: neither of them, rather than both
    except BaseException:
        if not is_aside or not _arrived(file, aside, url, cipher):
            raise
    return MovedJournal(rows, aside)


def _refuse_file(file: Path, aside: Path) -> None:
    if file.exists() and aside.exists():
        raise StoreError(
            f"Il y a déjà un fichier {aside}.", next_step="rangez-le ailleurs, puis recommencez."
        )
    if aside.exists():
        raise StoreError(
            f"Le journal {file} est déjà mis de côté ({aside}).",
            cause="il a été déplacé, ou son déplacement a été interrompu",
            next_step="ouvrez-le dans la base ; si elle n’a pas de journal de ce cabinet,"
            f" renommez le fichier en {file.name}, puis recommencez.",
        )
    if not file.exists():
        raise StoreError(f"Il n’y a pas de journal {file}.")


def _arrived(file: Path, aside: Path, url: str, cipher: Cipher) -> bool:
    """Whether the base kept the journal though its answer did not come; the file is a journal again where it
    did not. StoreError when it cannot be asked: the file stays aside.
    """
    try:
        with closing(PostgresqlEngine(url, cipher, lambda _: None, busy_seconds=5.0)) as engine:
            arrived = engine.holds_journal
    except StoreError as error:
        raise StoreError(
            "La base ne dit pas si elle a gardé le journal.",
            cause=str(error),
            next_step=f"il reste mis de côté ({aside}) : quand elle répond, ouvrez-le là-bas ;"
            " si elle n’a pas de journal de ce cabinet,"
            f" renommez le fichier en {file.name}, puis recommencez.",
        ) from error
    if not arrived:
        aside.rename(file)
    return arrived


def _into_file(url: str, file: Path, cipher: Cipher, clock: Callable[[], datetime]) -> MovedJournal:
    if file.exists():
        raise StoreError(f"Il y a déjà un fichier {file}.", next_step="donnez un autre chemin.")
    engine = PostgresqlEngine(url, cipher, lambda _: None, busy_seconds=5.0)
    with closing(engine):
        if not engine.holds_journal:
            raise StoreError("Ce cabinet de la base n’a pas de journal.")
        base = Statements(engine.connection)
        check_key(base, cipher)
        coming = _coming(file, engine.moved)
        if engine.moved and coming.exists():  # whole, as the practice was closed after it
            return _finish(coming, file, cipher, clock)
        now, is_whole = clock().isoformat(timespec="seconds"), False
        coming = _coming(file, now)
        if coming.exists():
            raise StoreError(f"Il y a déjà un fichier {coming}.", next_step="recommencez.")
        try:
            with engine.step("move"):
                try:
                    with closing(Database(coming, cipher, clock)) as made, made.step("move"):
                        made.write("PRAGMA defer_foreign_keys = ON")
                        made.write("DELETE FROM journal")
                        _carried(base, made)
                        _take_other_numbers(made)
                    base.write("UPDATE practice SET moved = ?", now)
                except BaseException:
                    _discard(coming)
                    raise
                is_whole = True
        except BaseException:
            if not is_whole:
                raise
            if _left(url, coming, cipher) != now:
                _discard(coming)
                raise
    return _finish(coming, file, cipher, clock)


def _coming(file: Path, moved: str) -> Path:
    """Where the file comes, that is one once the practice says that its journal left then."""
    return file.with_name(f"{file.name}.{moved.replace(':', '')}{_COMING}")


def _left(url: str, coming: Path, cipher: Cipher) -> str:
    """When the practice was closed, though the base's answer did not come; "" for not. StoreError when it
    cannot be asked: what came is kept.
    """
    try:
        with closing(PostgresqlEngine(url, cipher, lambda _: None, busy_seconds=5.0)) as engine:
            return engine.moved
    except StoreError as error:
        raise StoreError(
            "La base ne dit pas si elle a laissé partir le journal.",
            cause=str(error),
            next_step=f"gardez {coming} : quand elle répond, redonnez la même commande,"
            " elle achève ou recommence.",
        ) from error


def _finish(coming: Path, file: Path, cipher: Cipher, clock: Callable[[], datetime]) -> MovedJournal:
    with closing(Database(coming, cipher, clock)) as made:
        rows = {
            table.name: made.rows(f"SELECT count(*) AS rows FROM {table.name}")[0]["rows"]  # noqa: S608
            for table in _tables()
        }
    for ending in reversed(_BESIDE):  # the journal last: what is its own lies beside it then
        with suppress(FileNotFoundError):
            opening.beside(coming, ending).replace(opening.beside(file, ending))
    return MovedJournal(rows, None)


def _discard(coming: Path) -> None:
    for ending in _BESIDE:
        with suppress(OSError):
            opening.beside(coming, ending).unlink(missing_ok=True)


def _carried(left: Statements, into: Statements) -> dict[str, int]:
    """Carry every table, in the order that they refer to each other; how many rows each has."""
    counts = {}
    for table in _tables():
        for some in _bounded(left.each(table.query()), len(table.columns)):
            into.insert_all(table.name, table.columns, some)
        here, there = (_told(statements.each(table.query())) for statements in (left, into))
        if here != there:
            raise StoreError(
                f"Ce qui est arrivé n’est pas ce qui est parti ({table.name}) : rien n’a été déplacé."
            )
        counts[table.name] = here[0]
    return counts


def _bounded(rows: Iterable[tuple[Any, ...]], columns: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows by so many as one statement takes."""
    some: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        some.append(row)
        size += sum(len(value) for value in row if isinstance(value, bytes))
        if len(some) * columns > _VALUES_AT_ONCE or size > _BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _told(rows: Iterable[tuple[Any, ...]]) -> tuple[int, bytes]:
    """How many rows, and a digest of them, in their order."""
    count, digest = 0, hashlib.sha256()
    for row in rows:
        count += 1
        digest.update(repr(row).encode())
    return count, digest.digest()


def _take_other_numbers(into: Statements) -> None:
    into.write(
        "INSERT INTO counter (owner, kind, value) VALUES ('', 'anew', 1)"
        " ON CONFLICT (owner, kind) DO UPDATE SET value = excluded.value"
    )


def _tables() -> list[_Table]:
    """The tables of this program's version, each after those that it refers to."""
    with closing(sqlite3.connect(":memory:")) as empty:
        opening.migrate(empty, opening.SCHEMA)
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        names = [name for (name,) in empty.execute(query).fetchall() if name not in _OWN]
        needed = {
            name: {row[2] for row in empty.execute(f"PRAGMA foreign_key_list({name})")} - {name}
            for name in names
        }
        told = {name: empty.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
    return [
        _Table(
            name,
            tuple(column[1] for column in told[name]),
            tuple(column[1] for column in sorted(told[name], key=lambda one: one[5]) if column[5]),
        )
        for name in TopologicalSorter(needed).static_order()
    ]
