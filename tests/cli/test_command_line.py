"""The command line as it is typed: help in French, a simulation everywhere, an exit status for each error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import tournee.emulation
from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.config import load_config
from tournee.errors import TourneeError

TOURNEE = Path(sys.executable).with_name("tournee")


def run(*arguments: str, config: Path | None = None, typed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", "TOURNEE_CONFIG": str(config or "/nowhere/tournee.toml")}
    return subprocess.run(
        [str(TOURNEE), *arguments],
        capture_output=True,
        text=True,
        input=typed,
        check=False,
        env=environment,
        timeout=60,
    )


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [path]
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(root), ids=" ".join)
def test_help_of_every_command_is_french_and_says_simulation(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(root, [*path, "--help"])
    assert told.exit_code == 0
    assert "Affiche cette aide." in told.output
    assert "SIMULATION" in told.output
    assert "Show this message" not in told.output


@pytest.mark.parametrize("path", [("file", "make"), ("send",), ("fetch",), ("status",)], ids=" ".join)
def test_what_a_carer_reads_begins_with_the_simulation(path: tuple[str, ...], config: Path) -> None:
    told = run(*path, config=config)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("SIMULATION")


@pytest.mark.parametrize("path", [("file", "make"), ("send",), ("fetch",), ("status",)], ids=" ".join)
def test_what_a_program_reads_is_one_json_object_that_says_simulation(
    path: tuple[str, ...], config: Path
) -> None:
    told = json.loads(run(*path, "--json", config=config).stdout)
    assert (told["profile"], told["simulation"]) == ("open-1", True)


def test_every_error_class_has_an_exit_status_of_its_own() -> None:
    layers = {kind for kind in TourneeError.__subclasses__() if kind.__module__ == TourneeError.__module__}
    assert layers <= set(status.OF_ERROR)
    assert len(set(status.OF_ERROR.values())) == len(status.OF_ERROR)


def test_exit_statuses_are_those_of_the_manual(config: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[journee]\n")
    assert run("status").returncode == 3
    assert run("nonsense").returncode == status.USAGE
    assert run("day", "import", str(tmp_path / "bad.toml"), config=config).returncode == 5
    assert run("trace", "7", config=config).returncode == 8
    assert run("reader", "insert", str(tmp_path), "ps", "kine").returncode == 9


def test_configuration_mistake_names_table_and_key(config: Path) -> None:
    config.write_text(config.read_text().replace("port = 1", 'port = "un"'))
    told = run("status", config=config)
    assert told.returncode == 3
    assert "[route.essai.envoi] port : un nombre entier est attendu" in told.stderr


def test_unknown_key_of_the_configuration_is_refused(config: Path) -> None:
    config.write_text(config.read_text() + "boite_aux_lettres = 1\n")
    assert "boite_aux_lettres : clé inconnue" in run("status", config=config).stderr


def test_model_of_the_configuration_is_one(tmp_path: Path) -> None:
    model = run("config").stdout
    path = tmp_path / "tournee.toml"
    path.write_text(model)
    assert load_config(path).route.name == "mon-oct"


def test_password_file_open_to_others_is_refused(config: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o644)
    text = config.read_text().replace(
        'securite = "tls"', 'securite = "tls"\nutilisateur = "u"\nfichier_mot_de_passe = "secret"'
    )
    config.write_text(text)
    route = load_config(config).route
    assert route.submission.password is not None
    with pytest.raises(TourneeError, match="lisible par d’autres"):
        route.submission.password()


def test_visit_set_aside_and_taken_up_again(config: Path) -> None:
    day = str(Path(tournee.emulation.__file__).with_name("days") / "kine.toml")
    assert run("day", "import", day, config=config).returncode == 0
    assert run("day", "abandon", "2", "--reason", "absent", config=config).returncode == 0

    def states() -> list[str]:
        told = json.loads(run("day", "visits", "--json", config=config).stdout)
        return [visit["state"] for visit in told["visits"]]

    assert states() == [*["pending"] * 5, "abandoned", "pending"]  # the newest first
    assert run("day", "abandon", "2", "--reason", "encore", config=config).returncode == 8
    assert run("day", "reopen", "2", "--reason", "revenu", config=config).returncode == 0
    assert states() == ["pending"] * 7
    assert "16/11/2026" in run("day", "visits", config=config).stdout


def test_lot_that_is_not_refused_is_not_remade(config: Path) -> None:
    told = run("lot", "remake", "7", config=config)
    assert told.returncode == 8
    assert "Aucun lot 007 n’est refusé" in told.stderr


def test_alerts_say_when_there_are_none(config: Path) -> None:
    assert "Rien n’attend votre attention." in run("alerts", config=config).stdout
    assert json.loads(run("alerts", "--json", config=config).stdout)["alerts"] == []


def test_lot_that_is_not_there_is_not_dissolved(config: Path) -> None:
    told = run("lot", "dissolve", "7", "--reason", "essai", config=config)
    assert told.returncode == 8
    assert "Aucun lot 7 n’attend d’être certifié." in told.stderr


def test_what_a_stranger_wrote_is_shown_as_it_is_and_breaks_no_screen(config: Path, tmp_path: Path) -> None:
    text = "[/red] [bold]payez :smile: [link=x]"
    head = f"Subject: ART/00000756000121/202611161930 {text}\r\nContent-Description: ART/IF\r\n"
    body = "Content-Type: Application/EDI-consent\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text
    (tmp_path / "retours" / "new" / "1.letter").write_bytes((head + body).encode())
    (tmp_path / "retours" / "new" / "2.letter").write_bytes(f"Subject: {text}\r\n\r\nrien".encode())
    told = run("fetch", config=config)
    assert told.returncode == 0, told.stderr
    assert text in told.stdout
    assert run("status", config=config).returncode == 0
