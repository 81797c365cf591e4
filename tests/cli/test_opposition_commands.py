"""`tournee opposition` as it is typed, against the emulated reader and OCT of `tournee reader emulate`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.errors import OppositionError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A desk with both cards in, its configuration the one in force."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / CONFIG_NAME))
    with practice(tmp_path) as desk:
        serving = threading.Thread(target=desk.serve)
        serving.start()
        ask(tmp_path, "insert", slot="ps", card="infirmiere")
        ask(tmp_path, "insert", slot="vitale", card="verdier")
        yield tmp_path
        ask(tmp_path, "stop")
        serving.join()


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(root, list(words), input=typed)


def told(*words: str) -> dict[str, object]:
    answer = run(*words, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_list_is_asked_for_fetched_shown_checked_and_loaded(home: Path) -> None:
    """OCT-LOI-1, OCT-LOI-2."""
    assert "aucune liste d’opposition" in run("opposition", "status").output
    assert told("opposition", "request")["state"] == "sent"  # in the name of the PS whose card is there
    (answer,) = told("fetch")["returns"]
    assert (answer["kind"], answer["state"]) == ("DLOI", "settled")
    state = told("opposition", "status")
    assert (state["number"], state["count"], state["behind"], state["waiting"]) == (3, 7, False, [])
    assert state["date"] == "2026-11-15"
    assert told("opposition", "check", "800000101")["opposed"] is False
    listed = run("opposition", "check", "800000117", "--json")
    assert json.loads(listed.output)["opposed"] is True
    assert isinstance(listed.exception, OppositionError)
    assert status.of(listed.exception) == 10
    loaded = told("opposition", "load")
    assert (loaded["number"], loaded["count"]) == (3, 7)
    assert "Lecteur : 7 cartes de la liste 000003" in run("opposition", "load").output
    cards = run("cards")
    assert "LEFEBVRE" in cards.output
    assert isinstance(cards.exception, OppositionError)
    assert "en opposition" in str(cards.exception)
    certify = run("certify", "--json", typed="1234\n")
    assert json.loads(certify.output)["opposed"] is True
    assert isinstance(certify.exception, OppositionError)


@pytest.mark.parametrize("serial", ["", "12345678901", "abc", "12 3"])
def test_what_is_no_serial_is_refused(home: Path, serial: str) -> None:
    run("opposition", "request")
    run("fetch")
    assert isinstance(run("opposition", "check", "--", serial).exception, OppositionError)
