"""`tournee journal check`: the whole file is read, and said good or damaged."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from journal_maker import NOW, Maker

from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.errors import StoreError
from tournee.store import Cipher, Journal, journal_key


@pytest.fixture
def path(config: Path) -> Path:
    """A journal of one invoice, where the configuration has it."""
    path = config.with_name("journal.db")
    with Journal(path, Cipher(journal_key(path)), lambda: NOW, station=0) as journal:
        Maker().invoice(journal)
    return path


def check(path: Path, *words: str) -> Result:
    config = str(path.with_name("tournee.toml"))
    return CliRunner().invoke(root, ["--config", config, "journal", "check", *words])


def test_a_good_journal_is_said_good(path: Path) -> None:
    told = check(path)
    assert (told.exit_code, "est bon" in told.output) == (0, True)
    assert json.loads(check(path, "--json").stdout)["problems"] == []


def test_a_damaged_journal_is_an_error_with_the_next_step(path: Path) -> None:
    check(path)  # the weekly check is done: opening finds nothing amiss by itself
    with sqlite3.connect(path) as raw:
        page = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sheet_bytes'").fetchone()[0]
    raw.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 64)
    error = check(path).exception
    assert isinstance(error, StoreError)
    assert status.of(error) == 8
    assert "sauvegarde" in str(error)


def run(path: Path, *words: str) -> Result:
    return CliRunner().invoke(root, ["--config", str(path.with_name("tournee.toml")), *words])


def test_journal_that_another_program_changed_says_so_everywhere_until_it_is_accepted(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO counter (owner, kind, value) VALUES ('756000121', 'other', 7)")
    raw.close()
    told = run(path, "status")
    assert (told.exit_code, "modifié par un autre programme" in told.stderr) == (0, True)
    assert "numéro donné" in run(path, "alerts").stdout
    assert "numéro donné" in str(check(path).exception)
    assert "accepté" in run(path, "journal", "accept").stdout
    assert "numéro donné" not in run(path, "alerts").output
    assert check(path).exit_code == 0
    assert "rien à accepter" in run(path, "journal", "accept").stdout
