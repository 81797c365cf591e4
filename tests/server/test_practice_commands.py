"""`tournee serve-practice` and `tournee practice` as they are typed, from the code to the rebuilt tablet."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from days import MOMENT

from tournee.emulation.world import World

SERVER = """
[envoi]
route = "oct"
[serveur]
nom_public = "127.0.0.1"
adresse = "127.0.0.1"
port = {port}
[route.oct]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "999999998"
certificat = "oct/cert.pem"
scellement = "K"
[route.oct.envoi]
serveur = "localhost"
port = 1
securite = "starttls"
[route.oct.retours]
type = "maildir"
dossier = "retours"
"""


def tournee(config: Path, *arguments: str, told: str = "") -> tuple[int, Any, str]:
    """One command with --json: its status, what it wrote, what it said."""
    command = [sys.executable, "-m", "tournee.cli", "--config", str(config), *arguments, "--json"]
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of a server that runs."""
    folder = tmp_path_factory.mktemp("serveur")
    World(folder, lambda: MOMENT)
    for part in ("cur", "new", "tmp"):
        (folder / "retours" / part).mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "tournee.toml"
    config.write_text(SERVER.format(port=port))
    command = [sys.executable, "-m", "tournee.cli", "--config", str(config), "serve-practice", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert json.loads(running.stdout.readline())["port"] == port
        yield config
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) in (0, -signal.SIGTERM)


def test_from_the_code_to_the_rebuilt_tablet(server: Path, tmp_path: Path) -> None:
    picture = tmp_path / "code.svg"
    _, told, _ = tournee(server, "serve-practice", "enrol", "--svg", str(picture))
    assert picture.read_text().startswith("<?xml")
    first = tmp_path / "une" / "tournee.toml"
    first.parent.mkdir()
    status, joined, said = tournee(first, "practice", "join", told["link"], "--nom", "Tablette 1")
    assert status == 0, said
    assert tournee(first, "practice", "join", told["link"])[0] == 6  # a code is for one device
    status, shown, _ = tournee(first, "practice", "show")
    assert (shown["copy"], shown["station"], shown["stopped"]) == ("current", 0, None)
    _, listed, _ = tournee(server, "serve-practice", "devices")
    assert [one["name"] for one in listed["devices"]] == ["Tablette 1"]

    _, told, _ = tournee(server, "serve-practice", "enrol", "--replaces", "Tablette 1")
    second = tmp_path / "deux" / "tournee.toml"
    wrong = tournee(second, "practice", "rebuild", told["link"], told="AAAA\n")
    assert (wrong[0], second.exists()) == (8, False)
    _, told, _ = tournee(server, "serve-practice", "enrol", "--replaces", "Tablette 1")
    code = joined["recovery_code"]
    status, rebuilt, said = tournee(
        second, "practice", "rebuild", told["link"], "--nom", "2", told=f"{code}\n"
    )
    assert status == 0, said
    assert rebuilt["journal_file"] == str(second.parent / "journal.db")
    assert tournee(second, "practice", "copy")[0] == 0
    _, shown, _ = tournee(second, "practice", "show")
    assert (shown["copy"], shown["station"]) == ("current", 1)

    status, _, said = tournee(first, "fetch")
    assert (status, "Un autre appareil a repris" in said) == (6, True)
    _, shown, _ = tournee(first, "practice", "show")
    assert (shown["copy"], shown["stopped"]) == ("stopped", "superseded")
    _, alerts, _ = tournee(first, "alerts")
    assert "copy_stopped" in {one["kind"] for one in alerts["alerts"]}
    _, status_, _ = tournee(server, "serve-practice", "status")
    assert [one["device"] for one in status_["journals"]] == ["2"]
    assert tournee(server, "serve-practice", "revoke", "2")[1]["admitted"] is False
    assert tournee(second, "fetch")[0] == 6


def test_what_is_wrong_is_told_in_french_by_its_status(server: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "tournee.toml"
    for link in ("", "http://a/#A", "https://a/#AAAA", "x" * 5000):
        status, _, said = tournee(nowhere, "practice", "join", link)
        assert (status, "lien de liaison" in said) == (3, True)
    away = "https://127.0.0.1:1/#" + "A" * 16 + "." + "0" * 64
    status, _, said = tournee(nowhere, "practice", "join", away)
    assert (status, "ne répond pas" in said) == (6, True)
    assert tournee(server, "practice", "copy")[0] == 3
    assert tournee(server, "serve-practice", "revoke", "personne")[0] == 6
    second = [sys.executable, "-m", "tournee.cli", "--config", str(server), "serve-practice"]
    done = subprocess.run(second, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "a déjà ce dossier" in done.stderr) == (8, True)
