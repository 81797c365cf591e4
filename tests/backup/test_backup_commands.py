"""`tournee backup`, `tournee restore`, as they are typed; and the passphrase, which no screen shows."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from whole_practice import PHRASE, Practice

from tournee.app.backup import check_passphrase
from tournee.errors import ConfigError

LINE = f"{PHRASE}\n"


def tournee(*arguments: str | Path, told: str = LINE, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tournee.cli", *map(str, arguments)]
    return subprocess.run(
        command, input=told, capture_output=True, text=True, check=False, timeout=60, **options
    )


def test_a_backup_is_made_checked_and_restored_by_its_commands(practice: Practice) -> None:
    made = tournee("--config", practice.config, "backup", practice.file, "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["file"] == str(practice.file)
    assert told["bytes"] == practice.file.stat().st_size
    assert stat.S_IMODE(practice.file.stat().st_mode) == 0o600
    checked = tournee("backup", "--check", practice.file, "--json")
    assert json.loads(checked.stdout)["journal"] == told["journal"]
    config = practice.elsewhere / "cabinet.toml"
    back = tournee("--config", config, "restore", practice.file, "--json")
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["config"] == str(config)
    status = tournee("--config", config, "status", "--json")
    assert len(json.loads(status.stdout)["invoices"]) == 1
    assert PHRASE not in made.stdout + made.stderr + back.stdout + back.stderr


def test_in_a_folder_a_backup_is_named_by_its_day(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "clé usb").mkdir()
    made = tournee("--config", practice.config, "backup", tmp_path / "clé usb")
    assert made.returncode == 0, made.stderr
    (file,) = (tmp_path / "clé usb").iterdir()
    assert file.name.startswith("tournee-2")
    assert file.suffix == ".sauvegarde"
    assert "Sauvegarde écrite et relue" in made.stdout


def test_a_passphrase_comes_by_a_descriptor_of_its_own(practice: Practice) -> None:
    read, write = os.pipe()
    os.write(write, LINE.encode() + b"what follows")
    os.close(write)
    arguments = ("--config", practice.config, "backup", practice.file, "--passphrase-fd", str(read))
    made = tournee(*arguments, told="", pass_fds=(read,))
    assert made.returncode == 0, made.stderr
    os.close(read)
    assert tournee("backup", "--check", practice.file).returncode == 0


def typed(practice: Practice, *lines: str) -> tuple[int, str]:
    """Make a backup at a terminal, each line typed when it is asked for; the status and what it showed."""
    child, terminal = pty.fork()
    if child == 0:
        command = ["-m", "tournee.cli", "--config", str(practice.config), "backup", str(practice.file)]
        os.execv(sys.executable, [sys.executable, *command])
    shown, asked = "", 0
    while True:
        try:
            shown += os.read(terminal, 4096).decode(errors="replace")
        except OSError:
            break
        if asked < len(lines) and shown.endswith(": "):
            os.write(terminal, f"{lines[asked]}\n".encode())
            asked += 1
            shown += "\n"
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


def test_at_a_terminal_it_is_asked_for_twice_and_never_shown(practice: Practice) -> None:
    code, shown = typed(practice, PHRASE, PHRASE)
    assert code == 0, shown
    assert shown.count("Phrase de passe") == 1
    assert "encore une fois" in shown
    assert PHRASE not in shown
    assert practice.file.exists()


def test_two_that_differ_are_asked_for_again(practice: Practice) -> None:
    code, shown = typed(practice, PHRASE, "une autre phrase", PHRASE, PHRASE)
    assert code == 0, shown
    assert "ne sont pas les mêmes" in shown


GUESSED = ["", "court", "onze signes", "a" * 16, "abc" * 6, "123456789012345", "0123456789abcdef"]


@pytest.mark.parametrize("phrase", [*GUESSED, "azertyuiopqsdfgh", "x" * 1025])
def test_a_passphrase_that_is_guessed_at_once_is_refused(phrase: str) -> None:
    with pytest.raises(ConfigError, match="trop faible"):
        check_passphrase(phrase)


def test_a_short_one_is_warned_of_and_a_long_one_is_not() -> None:
    assert "courte" in check_passphrase("tr0is mots 1ci")
    assert check_passphrase(PHRASE) == ""


@pytest.mark.parametrize("told", ["", "\n"])
def test_nothing_on_the_standard_input_is_told(practice: Practice, told: str) -> None:
    made = tournee("--config", practice.config, "backup", practice.file, told=told)
    assert made.returncode == 3
    assert "n’a pas pu être lue" in made.stderr
    assert not practice.file.exists()


def test_a_restoration_that_is_refused_names_the_way_to_replace(practice: Practice) -> None:
    tournee("--config", practice.config, "backup", practice.file)
    config = practice.elsewhere / "tournee.toml"
    assert tournee("--config", config, "restore", practice.file).returncode == 0
    again = tournee("--config", config, "restore", practice.file)
    assert again.returncode == 8
    assert "tournee restore FICHIER --replace" in again.stderr
    replaced = tournee("--config", config, "restore", "--replace", practice.file)
    assert replaced.returncode == 0, replaced.stderr
    assert "Ce qui était là est gardé dans" in replaced.stdout
