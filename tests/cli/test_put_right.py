"""`tournee visit show|edit|cancel`, `tournee invoice …`: by whatever is at hand, for people and programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tournee.cli.main import tournee as root

USAGE = 2
DAY = """[journee]
date = 2026-11-16
ps = "756000121"
profession = "IF"
[[visite]]
nir = "2550699999001"
nom = "Yvonne D’Angelo-Lefèvre"
prescription = { date = 2026-11-02, rpps = "10100001071" }
actes = [ { code = "AMI", coefficient = 1 } ]
[[visite]]
nir = "1480369123017"
nom = "Robert Moreau"
prescription = { date = 2026-11-02, rpps = "10100001071" }
actes = [ { code = "AMI", coefficient = 2 } ]
"""


@pytest.fixture(autouse=True)
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = CliRunner().invoke(root, ["config"]).stdout
    (tmp_path / "tournee.toml").write_text(model, "utf-8")
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / "tournee.toml"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jour.toml").write_text(DAY, "utf-8")
    assert run("day", "import", "jour.toml").exit_code == 0


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(root, list(words), input=typed)


def told(*words: str) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def refused(*words: str) -> str:
    """What a command that fails says."""
    done = run(*words)
    assert done.exit_code != 0, done.output
    return str(done.exception)


def test_a_visit_is_shown_whole_and_as_what_can_be_given_back() -> None:
    (one,) = told("visit", "show", "angelo")["visits"]
    assert (one["id"], one["fee"], one["told"]["actes"]) == (1, 335, [{"code": "AMI", "coefficient": 1}])
    text = run("visit", "show", "dangelo", "--toml").stdout
    assert text.startswith("[journee]\ndate = 2026-11-16\n")
    Path("v.toml").write_text(text.replace("coefficient = 1", "coefficient = 3"), "utf-8")
    assert told("visit", "edit", "angelo", "--toml", "v.toml")["changes"] == ["actes : AMI 1 → AMI 3"]
    assert len(told("visit", "show", "16/11/2026")["visits"]) == 2
    assert "Robert Moreau" in run("visit", "show", "16/11/2026").stdout


def test_an_edit_by_options_says_what_changed_and_the_price() -> None:
    done = run("visit", "edit", "lefevre yvonne", "--acte", "AMI 1,5", "--heure", "18h30", "--km", "6")
    assert "- actes : AMI 1 → AMI 1,5" in done.stdout
    assert "Total : 5,73 € (au lieu de 3,35 €)" in done.stdout  # 5,03 and two kilometres at 0,35
    made = told("visit", "edit", "2", "--patient", "yvonne", "--heure", "9h")
    assert (made["visit"]["nir"], made["visit"]["name"]) == ("2550699999001", "Yvonne D’Angelo-Lefèvre")
    assert made["fee_before"] == made["fee_after"] == 670


def test_twins_are_told_apart_by_their_rank_and_asked_about_no_more() -> None:
    child = ("--nir", "2550699999001", "--naissance", "2022-02-05", "--acte", "AMI 2", "--heure", "8h")
    told("visit", "edit", "1", *child[2:])
    assert run("visit", "edit", "2", *child).exit_code != 0
    told("visit", "edit", "1", "--rang", "1")
    told("visit", "edit", "2", *child, "--rang", "2")
    assert [told("visit", "show", one)["visits"][0]["told"]["rang_naissance"] for one in "12"] == ["1", "2"]
    assert told("visit", "edit", "1", "--acte", "AMI 3")["fee_after"] > 0


def test_what_is_refused_has_its_place_and_changes_nothing() -> None:
    before = told("visit", "show", "2")
    said = refused("visit", "edit", "moreau", "--acte", "ZZZ 3", "--date", "2030-01-01")
    assert "- actes 1, code" in said and "La visite 2 reste comme elle était" in said
    same = refused("visit", "edit", "2", "--patient", "angelo", "--acte", "AMI 1")
    assert "la même que la visite 1" in same
    assert "rien ne change" in refused("visit", "edit", "2", "--acte", "AMI 2")
    assert run("visit", "edit", "2").exit_code == USAGE
    assert told("visit", "show", "2") == before


def test_a_visit_is_cancelled_in_two_touches_and_taken_back() -> None:
    assert told("visit", "cancel", "moreau")["visit"]["state"] == "abandoned"
    assert "déjà mise de côté" in refused("visit", "cancel", "moreau")
    assert "mise de côté" in refused("visit", "edit", "moreau", "--heure", "8h")
    assert told("day", "reopen", "moreau", "--reason", "si")["visit"]["state"] == "pending"
    assert told("day", "abandon", "moreau", "--reason", "non")["visit"]["id"] == 2


def test_what_may_be_several_is_listed_and_what_is_nothing_is_near_something() -> None:
    both = refused("visit", "edit", "16/11/2026", "--heure", "8h")
    assert "visite 1, Yvonne D’Angelo-Lefèvre" in both and "visite 2, Robert Moreau" in both
    assert "noms voisins : Robert Moreau" in refused("visit", "show", "mureau")
    assert "n’a pas encore de facture" in refused("invoice", "correct", "moreau", "--heure", "8h")
    assert "Aucune facture 000000007" in refused("invoice", "cancelled", "7", "--reason", "x")


@pytest.mark.parametrize(
    "words",
    [
        ("invoice", "correct", "1"),
        ("invoice", "correct", "1", "--laisser", "--heure", "8h"),
        ("invoice", "dre", "1"),
        ("invoice", "dre", "1", "--renvoyer", "--patient"),
    ],
)
def test_what_is_not_said_clearly_is_asked(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == USAGE
