"""Practices in one PostgreSQL database: shut from each other, made by the migrations alone, refused where
they may not be opened.
"""

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import psycopg
import pytest
from journal_maker import KEY, NOW
from postgresql_server import OWNER, ROLE

from tournee.errors import StoreError
from tournee.store import Cipher, Journal, opening
from tournee.store.engines import postgresql_schema

OF_SQLITE = {"last_step", "row_tag"}  # sums over rows, against another hand: a server has rights for that
OF_POSTGRESQL = {"practice", "schema_version"}


def opened(url, **options):
    return Journal(url, Cipher(KEY), lambda: NOW, station=0, **options)


@pytest.fixture
def one_visit(practice_url, make):
    """A practice with a visit."""
    with opened(practice_url) as journal:
        make.day(journal)
    return practice_url


@pytest.fixture
def asked(postgresql):
    """Asks the database as an ordinary account, of no practice yet."""
    with psycopg.connect(postgresql.conninfo(), autocommit=True) as connection:
        yield connection


def test_who_says_no_practice_sees_no_row_and_is_refused(one_visit, asked):
    with pytest.raises(psycopg.errors.UndefinedObject):
        asked.execute("SELECT count(*) FROM visit")
    asked.execute("SET tournee.practice = ''")
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        asked.execute("SELECT count(*) FROM visit")


def test_a_practice_neither_sees_nor_writes_rows_of_another(one_visit, asked):
    theirs = int(one_visit.rpartition("=")[2])
    asked.execute(f"SET tournee.practice = {theirs + 1_000_000}")
    assert asked.execute("SELECT count(*) FROM visit").fetchone() == (0,)
    assert asked.execute("UPDATE visit SET state = 'billed'").rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked.execute("INSERT INTO counter (practice, owner, kind, value) VALUES (%s, '', 'x', 1)", [theirs])


def test_every_table_with_rows_of_practices_has_row_level_security_forced(postgresql, asked):
    shut = asked.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relrowsecurity AND relforcerowsecurity"
    ).fetchall()
    assert {name for (name,) in shut} == set(columns_of_postgresql(asked)) - {"schema_version"}


def test_two_practices_give_ids_and_numbers_of_their_own(postgresql, practice_url, make):
    other = postgresql.practice(int(practice_url.rpartition("=")[2]) + 1_000_000)
    with opened(practice_url) as one, opened(other) as two:
        numbers = [make.invoice(journal, "FSE") for journal in (one, two)]
        assert numbers == [1, 1]
        assert [row.number for row in two.overview()] == [row.number for row in one.overview()]


def test_writers_of_one_practice_at_once_give_each_number_once(one_visit, make):
    given = []

    def write():
        with opened(one_visit) as journal:
            for _ in range(5):
                with journal.db.step("several"):
                    given.append(journal.numbers.invoice(make.ps))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(given) == list(range(1, 21))


def test_an_account_that_sees_all_practices_opens_none(postgresql):
    with pytest.raises(StoreError, match="voit tous les cabinets"):
        opened(postgresql.practice(1, user=OWNER))


def test_an_address_without_a_practice_is_refused(postgresql):
    for url in (
        postgresql.conninfo(),
        f"{postgresql.conninfo()}&practice=0",
        f"{postgresql.conninfo()}&practice=x",
    ):
        with pytest.raises(StoreError, match="de quel cabinet"):
            opened(url)


def test_a_practice_opened_with_another_key_is_refused(one_visit):
    with pytest.raises(StoreError, match="La clé ne correspond pas"):
        Journal(one_visit, Cipher(bytes(32)), lambda: NOW)


def test_an_opening_makes_no_table(postgresql):
    with psycopg.connect(postgresql.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
    with pytest.raises(StoreError, match="n’a pas les tables"):
        opened(postgresql.practice(1, database="empty"))
    with psycopg.connect(postgresql.conninfo(OWNER, "empty"), autocommit=True) as connection:
        assert connection.execute("SELECT to_regclass('journal')").fetchone() == (None,)
        latest = postgresql_schema.latest()
        assert migrated(postgresql) == (0, [latest])
        assert migrated(postgresql) == (0, [])
        assert migrated(postgresql, "&practice=7") == (0, [])
        opened(postgresql.practice(1, database="empty")).close()
        connection.execute("INSERT INTO schema_version (version) VALUES (9999)")
    with pytest.raises(StoreError, match="plus récente"):
        opened(postgresql.practice(1, database="empty"))
    assert migrated(postgresql)[0] != 0


def migrated(postgresql, more=""):
    """`tournee store migrate` as it is typed: its status, the versions made."""
    url = postgresql.conninfo(OWNER, "empty") + more
    command = [sys.executable, "-m", "tournee.cli", "store", "migrate", url, "--role", ROLE, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, json.loads(done.stdout or "{}").get("done")


@pytest.mark.parametrize(
    "address",
    ["postgresql://tournee:secret@h/b?none=1", "postgresql://[tournee:secret@h/b", "host=h secret"],
    ids=["parameter", "bracket", "words"],
)
def test_an_address_that_does_not_read_is_told_without_its_password(address):
    command = [sys.executable, "-m", "tournee.cli", "store", "migrate", address]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 8
    assert "ne se lit pas" in done.stderr
    assert "secret" not in done.stderr and "None" not in done.stderr


def test_a_practice_s_journal_has_no_file_and_nothing_beside_it(one_visit):
    with opened(one_visit) as journal:
        assert journal.path is None
        with pytest.raises(StoreError, match="pas dans un fichier") as told:
            assert journal.db.file
    assert "practice" not in str(told.value)


def test_both_engines_have_the_same_tables_and_columns_at_the_same_version(asked):
    with closing(sqlite3.connect(":memory:")) as connection:
        opening.migrate(connection, opening.SCHEMA)
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        theirs = {
            table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for (table,) in tables.fetchall()
            if table not in OF_SQLITE
        }
        assert opening.version(connection) == postgresql_schema.latest()
    ours = {
        table: columns - {"practice"}
        for table, columns in columns_of_postgresql(asked).items()
        if table not in OF_POSTGRESQL
    }
    assert ours == theirs


def columns_of_postgresql(connection):
    rows = connection.execute(
        "SELECT relname::text, array_agg(attname::text)"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 GROUP BY relname"
    )
    return {table: set(columns) for table, columns in rows.fetchall()}
