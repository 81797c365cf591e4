"""`tournee day import`: the answer to each visit, for people and for programs, and the exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import tournee.emulation
from tournee.cli.main import tournee as root

DAYS = Path(tournee.emulation.__file__).with_name("days")
REFUSED = 5
HEAD = """[journee]
date = {day}
ps = "756000121"
profession = "IF"
"""
VISIT = """
[[visite]]
nir = "2550699999001"
cle = "62"
tiers_payant = "amo"
prescription = {{ date = 2026-11-02, prescripteur = "751000126", rpps = "10100001071" }}
actes = [ {acts} ]
"""


@pytest.fixture(autouse=True)
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = CliRunner().invoke(root, ["config"]).stdout
    (tmp_path / "tournee.toml").write_text(model, "utf-8")
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / "tournee.toml"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> Result:
    return CliRunner().invoke(root, ["day", "import", *words])


def told(*words: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(run(*words, "--json").stdout)
    return values


def write(name: str, *acts: str, day: str = "2026-11-16") -> str:
    text = HEAD.format(day=day) + "".join(VISIT.format(acts=one) for one in acts)
    Path(name).write_text(text, "utf-8")
    return name


def labels(values: dict[str, Any]) -> list[str]:
    return [one["label"] for one in values["visits"]]


def test_the_day_billed_already_with_one_comment_more_adds_no_visit() -> None:
    day = (DAYS / "infirmier.toml").read_text("utf-8")
    Path("jour.toml").write_text(day, "utf-8")
    done = run("jour.toml")
    assert done.exit_code == 0
    assert "10 visites à facturer. Ensuite : tournee certify" in done.stdout
    Path("relu.toml").write_text(day + "# relu\n", "utf-8")
    values = told("relu.toml")
    assert labels(values) == ["connue"] * 10
    assert values["counts"]["new"] == 0
    assert "Aucune visite nouvelle, 10 connues." in run("relu.toml").stdout


def test_a_day_to_come_is_refused_with_the_visit_s_name_day_act_and_line() -> None:
    name = write("demain.toml", '{ code = "AMI", coefficient = 1 }', day="2096-01-16")
    done = run(name)
    assert done.exit_code == REFUSED
    assert "Refusée : 2550699999001, 16/01/2096, AMI 1 (visite 1 du fichier, ligne 6)" in done.stderr
    assert "la visite est datée du 16/01/2096" in done.stderr
    assert "colonne" not in done.stderr


def test_the_second_of_two_files_with_a_bsb_is_refused_because_one_stands() -> None:
    assert run(write("1.toml", '{ code = "BSB" }')).exit_code == 0
    done = run(write("2.toml", '{ code = "BSB" }, { code = "MCI" }'), "--json")
    assert done.exit_code == REFUSED
    (visit,) = json.loads(done.stdout)["visits"]
    assert (visit["answer"], visit["id"], visit["may_be"]) == ("refused", None, [1])
    assert any("BSB est dans la visite 1 du journal" in one["text"] for one in visit["refusals"])
    assert {one["rule"] for one in visit["refusals"]} >= {"bsx"}


def test_what_is_asked_says_how_it_is_answered() -> None:
    run(write("1.toml", '{ code = "AMI", coefficient = 1 }'))
    done = run(write("2.toml", '{ code = "AMI", coefficient = 2 }'))
    assert done.exit_code == REFUSED
    assert "À vous de dire : 2550699999001, 16/11/2026, AMI 2" in done.stderr
    assert "--remplace" in done.stderr and "--jumelle" in done.stderr
    assert run("2.toml", "--remplace", "--jumelle").exit_code == 2
    assert labels(told("2.toml", "--remplace")) == ["changée"]
    assert run("2.toml").exit_code == 0


def test_one_refused_visit_leaves_the_others_taken() -> None:
    right, wrong = '{ code = "AMI", coefficient = 1 }', '{ code = "AMI", coefficient = 99 }'
    values = told(write("jour.toml", wrong, right))
    assert labels(values) == ["refusée", "nouvelle"]
    assert values["refused"] is True
    listed = json.loads(CliRunner().invoke(root, ["day", "visits", "--json"]).stdout)["visits"]
    assert [(one["id"], one["acts"], one["nir"]) for one in listed] == [(1, "AMI 1", "2550699999001")]


def test_how_old_a_care_may_be_is_a_setting() -> None:
    name = write("jour.toml", '{ code = "AMI", coefficient = 1 }')
    config = Path("tournee.toml")
    config.write_text(config.read_text("utf-8") + "\n[facturation]\ndelai_mois = 0\n", "utf-8")
    assert "[facturation] delai_mois" in str(run(name).exception)
    config.write_text(config.read_text("utf-8").replace("delai_mois = 0", "delai_mois = 27"), "utf-8")
    assert run(name).exit_code == 0


def test_a_head_that_does_not_read_is_one_error_of_the_file() -> None:
    Path("jour.toml").write_text('[journee]\ndate = 2026-11-16\nprofession = "IF"\n[[visite]]\n', "utf-8")
    done = run("jour.toml")
    assert done.exit_code not in (0, None)
    assert "journee, ps : manque" in str(done.exception)
