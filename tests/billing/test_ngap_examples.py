"""The worked examples of the nomenclature (vectors/ngap), through the commands that a carer has."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ngap_examples import DAY, FOLDER, Example, Expected, carer_day, examples, write_day
from visit_price import refusals, rules, visit_price

from tournee.billing.rules.catalogue import CATALOGUE
from tournee.cli.main import tournee as root

EXAMPLES = {example.name: example for example in examples()}
OF_FILES = {name: example for name, example in EXAMPLES.items() if len(example.days) > 1}
PROCESSES = ["published_nurse/if-enfant", "published_physiotherapist/mk-ter", "bsx/bsx-twice-in-two-files"]
PROGRAM = "import sys; from tournee.cli.main import main; sys.exit(main())"
CONFIGURATION = """
[envoi]
route = "essai"
[route.essai]
adresse = "factures@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "732829320"
certificat = "oct.pem"
[route.essai.envoi]
serveur = "localhost"
port = 1
securite = "tls"
[route.essai.retours]
type = "maildir"
dossier = "retours"
"""


def allowed(told: set[str], expected: frozenset[str]) -> bool:
    """Something is refused, by no other rule than those expected."""
    return bool(told) and ("any" in expected or told <= expected)


def lines_match(lines: list[dict[str, Any]], expected: list[dict[str, Any]]) -> bool:
    """Each line is one of those expected, whatever their order."""
    left = list(lines)
    for want in sorted(expected, key=len, reverse=True):
        found = next((line for line in left if want.items() <= line.items()), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def judge(visit: dict[str, Any], expected: Expected) -> None:
    told = rules(visit["refusals"])
    if expected.refused:
        assert allowed(told, expected.refused), visit["refusals"]
    elif not expected.told:
        assert not told, visit["refusals"]
    if expected.lines is not None:
        assert lines_match(visit["lines"], expected.lines), visit["lines"]
    if expected.total is not None:
        assert visit["total_cents"] == expected.total
    assert expected.remarks <= rules(visit["remarks"])
    assert expected.told <= rules(visit["remarks"]) | told


def judge_all(example: Example, exit_status: int, answer: dict[str, Any]) -> None:
    refused = refusals(answer)
    assert exit_status == (5 if refused else 0)
    if example.refused or any(file["errors"] for file in answer["files"]):
        assert allowed(rules(refused), example.allowed), refused
        return
    for file, expected in zip(answer["files"], example.visits, strict=True):
        for visit, want in zip(file["visits"], expected, strict=True):
            judge(visit, want)


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_is_priced_as_written(name: str, tmp_path: Path) -> None:
    example = EXAMPLES[name]
    judge_all(example, *visit_price(*example.write(tmp_path, "toml")))


@pytest.mark.parametrize("name", OF_FILES)
def test_files_in_another_order_and_in_json_are_judged_alike(name: str, tmp_path: Path) -> None:
    example = OF_FILES[name]
    paths = example.write(tmp_path, "json")[::-1]
    turned = Example(name, example.days[::-1], example.visits[::-1], example.refused)
    judge_all(turned, *visit_price(*paths))


@pytest.mark.parametrize("name", PROCESSES)
def test_example_is_priced_by_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    example = EXAMPLES[name]
    paths = map(str, example.write(tmp_path, "toml"))
    command = [sys.executable, "-c", PROGRAM, "visit", "price", *paths, "--json"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    judge_all(example, told.returncode, json.loads(told.stdout))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "retours" / part).mkdir(parents=True)
    path = tmp_path / "tournee.toml"
    path.write_text(CONFIGURATION)
    return path


def take(config: Path, path: Path) -> tuple[int, dict[str, Any]]:
    """The exit status and the answer of `day import`."""
    words = ["--config", str(config), "day", "import", str(path), "--json"]
    told = CliRunner().invoke(root, words, catch_exceptions=False)
    return told.exit_code, json.loads(told.stdout)


@pytest.mark.parametrize("name", OF_FILES)
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_a_file_is_judged_by_what_the_journal_holds_of_the_others(
    name: str, turned: bool, tmp_path: Path, config: Path
) -> None:
    example = OF_FILES[name]
    paths = example.write(tmp_path, "toml")
    told = [take(config, path) for path in (paths[::-1] if turned else paths)]
    refused = [refusal for _, answer in told for visit in answer["visits"] for refusal in visit["refusals"]]
    assert {exit_status for exit_status, _ in told} == ({0, 5} if example.refused else {0})
    assert allowed(rules(refused), example.refused) if example.refused else not refused, refused


def test_a_day_to_come_is_refused_by_its_visit_and_others_go_on(tmp_path: Path, config: Path) -> None:
    coming = date.today() + timedelta(60)
    acts = [{"code": "AMI", "coefficient": 1}]
    care = {"prescription": {"date": DAY}, "actes": acts}
    far = {"who": "robert", "prescription": {"date": DAY}, "actes": [{**acts[0], "date": coming}]}
    write_day(tmp_path / "to_come.toml", carer_day("nurse", DAY, far, care))
    exit_status, told = take(config, tmp_path / "to_come.toml")
    assert exit_status == 5
    assert [visit["answer"] for visit in told["visits"]] == ["refused", "new"]
    assert any(f"{coming:%d/%m/%Y}" in refusal["text"] for refusal in told["visits"][0]["refusals"])


def test_the_catalogue_has_every_rule_of_the_nomenclature() -> None:
    first, *named = (FOLDER / "rules.txt").read_text("utf-8").splitlines()
    assert first.startswith("#")
    assert set(named) <= set(CATALOGUE)
