"""Tables in PostgreSQL: made and brought forward by `tournee store migrate`, never by an opening."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tournee.errors import StoreError
from tournee.store import opening

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMA = opening.SCHEMA / "postgresql"
"""Folder of the migrations: NNNN.sql brings a database to version NNNN, that of SQLite's NNNN.sql."""

_LOCK = 0x544F5552  # `TOUR`: one migrates at a time
_VERSIONS = """CREATE TABLE IF NOT EXISTS schema_version
    (version bigint PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())"""
_OPEN = """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    AND relname <> 'schema_version' AND NOT (relrowsecurity AND relforcerowsecurity)"""
_OWN = "practice = current_setting('tournee.practice')::bigint"
_PASSING = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"


def latest(schema: Path = SCHEMA) -> int:
    """The version that this program works with."""
    return opening.migrations(schema)[-1][0]


def version(connection: Connection) -> int:
    """The version of the database's tables, 0 where there are none."""
    if connection.execute("SELECT to_regclass('schema_version')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
    return int(row[0]) if row else 0


def migrate(connection: Connection, role: str = "", schema: Path = SCHEMA) -> list[int]:
    """Run the migrations that the database has not had, all or none; the versions that it was brought to.

    `role` may then use the tables: who opens journals, where that is not who migrates. StoreError for a
    database that is newer than this program.
    """
    done = []
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(_VERSIONS)
        found = version(connection)
        refuse_version(found, schema, migrating=True)
        for number, script in opening.migrations(schema):
            if number > found:
                connection.execute(script.read_bytes())
                connection.execute("INSERT INTO schema_version (version) VALUES (%s)", (number,))
                done.append(number)
        _shut(connection)
        if role:
            _give(connection, role)
    return done


def refuse_version(found: int, schema: Path = SCHEMA, *, migrating: bool = False) -> None:
    """StoreError for a database that this program does not work with."""
    wanted = latest(schema)
    if found > wanted:
        raise StoreError(
            f"La base est d’une version plus récente ({found}) que ce programme ({wanted}).",
            next_step="mettez Tournée à jour.",
        )
    if found < wanted and not migrating:
        raise StoreError(
            f"La base n’a pas les tables de ce programme (version {found}, il faut {wanted}).",
            cause="elle est neuve, ou d’un Tournée plus ancien",
            next_step="son administrateur les y met.",
            remedy="migrate-tables",
        )


def refuse_passing(connection: Connection) -> None:
    """StoreError for an account that row-level security does not bind: it would see all practices."""
    if connection.execute(_PASSING).fetchone() != (False,):
        raise StoreError(
            "Ce compte de la base voit tous les cabinets : il ne peut pas ouvrir un journal.",
            cause="c’est un administrateur (SUPERUSER ou BYPASSRLS)",
            next_step="ouvrez le journal par un compte ordinaire, à qui l’administrateur en donne le droit.",
            remedy="migrate-tables",
        )


def _shut(connection: Connection) -> None:
    """Let nobody, its owner neither, see more of a table than the practice that the connection is of."""
    for (table,) in connection.execute(_OPEN).fetchall():
        connection.execute(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            f" CREATE POLICY own ON {table} USING ({_OWN}) WITH CHECK ({_OWN})".encode()
        )


def _give(connection: Connection, role: str) -> None:
    from psycopg import sql

    who = sql.Identifier(role)
    schema = connection.execute("SELECT current_schema()").fetchone()
    where = sql.Identifier(str(schema[0] if schema else "public"))
    for right in (
        "GRANT USAGE ON SCHEMA {where} TO {who}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {where} TO {who}",
        "REVOKE INSERT, UPDATE, DELETE ON schema_version FROM {who}",
    ):
        connection.execute(sql.SQL(right).format(where=where, who=who))
