"""A real PostgreSQL: Debian's, of a temporary directory, on a unix socket alone, nothing flushed.

A pytest plugin: `postgresql` starts one a session, the tables made; `practice_url` is a practice that no test
has used, so that no test makes a table. A missing program fails the test, it never skips it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tournee.store.engines.postgresql_schema import migrate

INSTALLED = Path("/usr/lib/postgresql")
OWNER, ROLE, DATABASE = "owner", "carer", "tournee"
PATIENCE = 60
_QUICK = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresqlServer:
    """One cluster, running inside a `with`; it does not run as root, which PostgreSQL refuses."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="tournee-pg-"))
        self._as = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(self.directory, **self._as)
        versions = sorted(INSTALLED.glob("*/bin/postgres"), key=lambda one: int(one.parts[-3]))
        assert versions, f"no PostgreSQL in {INSTALLED}: apt-get install postgresql"
        self._programs = versions[-1].parent

    def __enter__(self) -> PostgresqlServer:
        made = ["-D", str(self.directory / "data"), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C"]
        self._run("initdb", *made, "--no-sync", "--no-instructions")
        self.start()
        with psycopg.connect(self.conninfo(OWNER, "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
            connection.execute(f"CREATE ROLE {ROLE} LOGIN")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("immediate")
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self) -> None:
        """Start it, and return once it takes connections."""
        settings = " ".join(f"-c {name}={value}" for name, value in _QUICK.items())
        data, log = str(self.directory / "data"), str(self.directory / "log")
        options = f"-k {self.directory} {settings}"
        self._run("pg_ctl", "start", "--wait", f"--timeout={PATIENCE}", "-D", data, "-l", log, "-o", options)

    def stop(self, how: str = "fast") -> None:
        """Stop it: `fast` cuts all connections, `immediate` is a crash."""
        self._run("pg_ctl", "stop", "--wait", "-m", how, "-D", str(self.directory / "data"))

    def conninfo(self, user: str = ROLE, database: str = DATABASE) -> str:
        """How libpq connects to it."""
        return f"postgresql://{user}@/{database}?host={self.directory}"

    def practice(self, number: int, user: str = ROLE, database: str = DATABASE) -> str:
        """The address of a practice's journal."""
        return f"{self.conninfo(user, database)}&practice={number}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
            **self._as,
        )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """The server, its database with our tables, which an ordinary account may use."""
    with PostgresqlServer() as server:
        with psycopg.connect(server.conninfo(OWNER), autocommit=True) as connection:
            migrate(connection, ROLE)
        yield server


_NUMBERS = itertools.count(1)


@pytest.fixture
def practice_url(postgresql: PostgresqlServer) -> str:
    """The address of a practice that nobody has used."""
    return postgresql.practice(next(_NUMBERS))
