"""`tournee journal`: which numbers it gives; the whole file read, and said good or damaged."""

import json
import shutil
import sqlite3
from collections.abc import Callable
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
    with Journal(path, Cipher(journal_key(path)), lambda: NOW.astimezone(), station=0) as journal:
        Maker().invoice(journal)
    return path


def check(path: Path, *words: str) -> Result:
    config = str(path.with_name("tournee.toml"))
    return CliRunner().invoke(root, ["--config", config, "journal", "check", *words])


def test_a_good_journal_is_said_good(path: Path) -> None:
    told = check(path)
    assert (told.exit_code, "est bon" in " ".join(told.output.split())) == (0, True)
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


def test_journal_says_its_station_and_ranges_in_plain_french(path: Path) -> None:
    told = run(path, "journal").stdout
    assert "Poste 00, que demande la configuration" in told
    assert "000000001 à 000009999, époque 000" in told
    found = json.loads(run(path, "journal", "--json").stdout)
    assert (found["station"], found["anew"], found["lots"]) == (0, "", [1, 19])
    assert [one["last"] for one in found["ranges"]] == [9999, 99]


def test_copy_says_that_its_numbers_will_be_others_until_it_is_accepted(
    path: Path, tmp_path: Path, configured: Callable[[Path], Path]
) -> None:
    copy = configured(tmp_path / "copy").with_name("journal.db")
    for file in path.parent.glob("journal.db*"):
        shutil.copy(file, copy.parent)
    assert "ses prochaines factures auront d’autres numéros" in run(copy, "journal").stdout
    (alert,) = [one for one in told_alerts(copy) if one["kind"] == "other_numbers"]
    assert "copie" in alert["text"]
    accepted = run(copy, "journal", "accept")
    assert (accepted.exit_code, "d’autres numéros suivent" in accepted.stdout) == (0, True)
    assert json.loads(run(copy, "journal", "accept", "--json").stdout)["accepted"] is False
    assert "other_numbers" not in {one["kind"] for one in told_alerts(copy)}
    found = json.loads(run(copy, "journal", "--json").stdout)
    assert (found["station"] != 0, found["asked"], found["anew"]) == (True, 0, "")


@pytest.mark.parametrize("words", [("day", "import", "day.toml"), ("send",), ("fetch", "--json")])
def test_copy_is_told_by_every_command_at_once(
    path: Path, tmp_path: Path, configured: Callable[[Path], Path], words: tuple[str, ...]
) -> None:
    copy = configured(tmp_path / "copy").with_name("journal.db")
    for file in path.parent.glob("journal.db*"):
        shutil.copy(file, copy.parent)
    day = copy.with_name("day.toml")
    day.write_text('[journee]\ndate = 2026-03-02\nps = "756000014"\nprofession = "IF"\n')
    told = run(copy, *(str(day) if word == day.name else word for word in words))
    assert "c’est une copie" in told.stderr
    assert "c’est une copie" not in run(path, "status").stderr


def told_alerts(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run(path, "alerts", "--json").stdout)["alerts"]
    return found


def test_new_journal_is_told_after_which_numbers_it_goes_on(config: Path) -> None:
    journal = config.with_name("journal.db")
    words = ("journal", "start", "--after", "000012345", "--file", "87", "--lot", "7")
    told = run(journal, *words)
    assert (told.exit_code, "000012346 à 000019999" in told.stdout) == (0, True)
    again = run(journal, "journal", "start", "--after", "12000")
    assert (status.of(again.exception), "déjà été donnés" in str(again.exception)) == (8, True)
    found = json.loads(run(journal, *words[:2], "--after", "12345", "--json").stdout)
    assert found["ranges"][-2]["first"] == 12346


@pytest.mark.parametrize("word", ["abc", "-1", "1234567890", "999999999", "١٢", ""])
def test_number_that_is_none_is_refused(config: Path, word: str) -> None:
    told = run(config.with_name("journal.db"), "journal", "start", "--after", word)
    assert told.exit_code == 2
