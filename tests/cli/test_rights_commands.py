"""`tournee droits …`: asked, shown, chosen, waiting, in words and for programs; no number on the screen."""

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
from tournee.errors import TourneeError

WHO = "1620506088054"


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cabinet")
    with practice(folder, with_services=True) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            ask(folder, "insert", slot="ps", card="infirmiere")
            ask(folder, "insert", slot="vitale", card="martinez")
            yield folder
        finally:
            ask(folder, "stop")
            serving.join()


@pytest.fixture(autouse=True)
def configured(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOURNEE_CONFIG", str(desk / CONFIG_NAME))


def run(*words: str, code: str = "1234\n") -> Result:
    return CliRunner().invoke(root, list(words), input=code)


def told(*words: str) -> dict:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout[done.stdout.index("{") :])


def test_the_life_of_a_patient_s_rights(desk: Path) -> None:
    """DRT-6, DRT-7."""
    assert run("patient", "card").exit_code == 0
    asked = told("droits", "demander", "martinez")
    assert (asked["request"]["state"], asked["answer"]["origin"]) == ("answered", "ADRi")
    assert asked["simulation"] is True
    assert [one["name"] for one in asked["differences"]] == ["droits", "ald"]
    assert asked["to_choose"] is True
    shown = run("droits", "montrer", "martinez")
    assert "simulation" in shown.stdout
    assert "diffère : ALD, aucune sur la carte" in shown.stdout
    assert WHO not in shown.output
    chosen = told("droits", "choisir", "martinez", "--service")
    assert (chosen["answer"]["choice"], chosen["anew"]) == ("service", [])
    assert "Choisi : les droits dits par le service" in run("droits", "montrer", "martinez").stdout


def test_with_the_carers_card_away_the_request_waits_and_leaves_later(desk: Path) -> None:
    """DRT-4."""
    run("patient", "card")
    ask(desk, "remove", slot="ps")
    waits = told("droits", "demander", "martinez")
    assert waits["request"]["state"] == "waiting"
    assert waits["request"]["reason"]
    ask(desk, "insert", slot="ps", card="infirmiere")
    left = told("droits", "attente")
    (one,) = left["asked"]  # used, where she chose what counts before and nothing changed since
    assert left["waiting"] == 0 and one["state"] in ("answered", "used")


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        (("droits", "demander", "personne"), 8),
        (("droits", "montrer", "2990199999999"), 8),
        (("droits", "choisir", "martinez"), 2),
        (("droits", "demander"), 2),
    ],
)
def test_a_mistake_ends_with_its_status(words: tuple[str, ...], ends: int) -> None:
    done = run(*words)
    error = done.exception
    assert (status.of(error) if isinstance(error, TourneeError) else done.exit_code) == ends


def test_what_is_received_is_kept_where_a_stranger_may_open_it(desk: Path) -> None:
    """DRT-5: no number in a file's name."""
    names = [one.name for one in (desk / "services" / "droits").iterdir()]
    assert "0001-recu.xml" in names
    assert not any(WHO in name for name in names)
