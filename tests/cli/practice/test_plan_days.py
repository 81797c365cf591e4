"""`tournee plan tell|tick|take`: single days of a plan, and several billed at once, as a carer types them."""

from __future__ import annotations

import json
from datetime import timedelta

import click
import pytest
from carers_day import today
from click.testing import CliRunner

from tournee.cli.main import tournee as root
from tournee.cli.options.planned import KeyWord, said_keys

TODAY = today()
SINCE = f"{TODAY - timedelta(days=6):%d/%m/%Y}"
YESTERDAY = f"{TODAY - timedelta(days=1):%d/%m/%Y}"
TOMORROW = f"{TODAY + timedelta(days=1):%d/%m/%Y}"


@pytest.fixture
def run(config):
    def type_in(*words: str, status: int = 0):
        done = CliRunner().invoke(root, ["--config", str(config), *words])
        assert done.exit_code == status, (done.output, done.exception)
        return done.stdout

    return type_in


@pytest.fixture
def told(run):
    return lambda *words: json.loads(run(*words, "--json"))


@pytest.fixture
def planned(run):
    who = ("--nom", "Lambert", "--prenom", "Yvonne", "--naissance", "04/06/1955")
    run("patient", "add", *who, "--nir", "2 55 06 99 999 001 62", "--tiers-payant", "amo")
    run("ordonnance", "add", "lambert", "--du", SINCE, "--prescripteur", "10100001071", "--seances", "15")


@pytest.fixture
def nurse(run, planned):
    acts = ("--acte", "AMI 1", "--deplacement", "IFA", "--heure", "8h50")
    run("plan", "add", "lambert", "--ps", "756000121", "--profession", "IF", *acts, "--du", SINCE)


@pytest.fixture
def series(run, planned):
    acts = ("--acte", "TER 9,79", "--heure", "10h")
    mine = ("--ps", "697000230", "--profession", "MK", "--ensemble")
    run("plan", "add", "lambert", *mine, *acts, "--du", SINCE)


def test_one_day_is_told_otherwise_and_again_as_the_others(run, told, nurse):
    today = f"{TODAY:%d/%m/%Y}"
    said = ("--acte", "AMI 1", "--acte", "MAU", "heure=10h15", "deplacement=")
    assert told("plan", "tell", "lambert", today, *said)["said"]["deplacement"] is None
    (stop,) = told("round", "show")["stops"]
    run("plan", "tell", "lambert", today)
    (again,) = told("round", "show")["stops"]
    assert (stop["cents"], again["cents"]) == (335 + 135, 335 + 275)


def test_days_are_ticked_priced_and_taken_as_one_visit(run, told, series):
    assert told("plan", "tick", "lambert", SINCE, YESTERDAY)["ticked"] == [
        f"{TODAY - timedelta(days=days)}" for days in (6, 1)
    ]
    price = told("plan", "take", "lambert", "--prix")
    assert (price["sessions"], price["total"], price["refusals"]) == ([1, 2], 15, [])
    assert price["cents"] == 2 * 2164
    (visit,) = told("plan", "take", "lambert")["visits"]
    assert visit["answer"] == "new"
    assert "Total" in run("plan", "take", "lambert", "--prix")


def test_a_plan_is_named_by_its_patient_where_there_is_one(run, told, nurse, config):
    assert told("plan", "show", "lambert")["plan"] == told("plan", "show", "lambert yvonne")["plan"]
    acts = ("--acte", "AMI 1", "--heure", "18h", "--mots", "soir")
    run("plan", "add", "lambert", "--ps", "756000121", "--profession", "IF", *acts, "--du", SINCE)
    done = CliRunner().invoke(root, ["--config", str(config), "plan", "show", "lambert"])
    assert done.exit_code
    assert "plusieurs plans" in str(done.exception)


@pytest.mark.parametrize("words", [("tick", "lambert", TOMORROW), ("take", "lambert", TOMORROW)])
def test_a_day_to_come_is_neither_ticked_nor_taken(config, series, words):
    done = CliRunner().invoke(root, ["--config", str(config), "plan", *words])
    assert done.exit_code
    assert "est à venir" in str(done.exception)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("contrat=99", {"contrat": "99"}),
        ("ald=non", {"ald": False}),
        ("tiers_payant=non", {"tiers_payant": "non"}),
        ("bilan=11/3/2026", {"bilan": "2026-03-11"}),
        ("bilan=2026-03-11", {"bilan": "2026-03-11"}),
        ("documents=FSE,DRE", {"documents": ["FSE", "DRE"]}),
        ("deplacement.kilometres=24", {"deplacement": {"kilometres": 24}}),
        ("deplacement.coefficient=0,01", {"deplacement": {"coefficient": 0.01}}),
        ("amc.numero=0099900009", {"amc": {"numero": "0099900009"}}),
        ('actes=[{ code = "MAU" }]', {"actes": [{"code": "MAU"}]}),
        ("foyer=", {"foyer": None}),
        ("motif=carte perdue", {"motif": "carte perdue"}),
    ],
)
def test_a_key_of_the_day_file_is_said_in_one_word(said, told):
    assert said_keys((KeyWord().convert(said, None, None),)) == told


@pytest.mark.parametrize("said", ["contrat", "=99", "Contrat 99=1", "actes=[{", "a..b=1"])
def test_what_is_no_key_and_value_is_refused(said):
    with pytest.raises(click.BadParameter):
        KeyWord().convert(said, None, None)


def test_short_commands_answer_a_program_too(told, nurse, tmp_path) -> None:
    in_two_days = f"{TODAY + timedelta(days=2):%d/%m/%Y}"
    assert told("plan", "skip", "lambert", TOMORROW)["skipped"] == f"{TODAY + timedelta(days=1)}"
    assert told("plan", "day", "lambert", TOMORROW)["added"] == f"{TODAY + timedelta(days=1)}"
    assert told("plan", "move", "lambert", TOMORROW, in_two_days)["to"] == f"{TODAY + timedelta(days=2)}"
    number = told("round", "show", f"{TODAY:%d/%m/%Y}")["stops"][0]["plan"]
    assert told("round", "order", f"{TODAY:%d/%m/%Y}", str(number))["plans"] == [number]
    assert told("round", "export", f"{TODAY:%d/%m/%Y}", str(tmp_path / "day.json"))["day"] == f"{TODAY}"
    assert told("round", "absence", in_two_days, in_two_days)["first"] == f"{TODAY + timedelta(days=2)}"
    assert told("plan", "end", "lambert", "--reason", "guérie")["ended"] is True


def test_every_command_of_the_practice_s_file_knows_json() -> None:
    def commands(group: click.Group, path: str):
        for name in group.list_commands(click.Context(group)):
            one = group.get_command(click.Context(group), name)
            assert one is not None
            if isinstance(one, click.Group):
                yield from commands(one, f"{path} {name}")
            else:
                yield f"{path} {name}", one

    lacking = [
        path
        for name in ("patient", "ordonnance", "plan", "round", "mutuelle", "prescripteur")
        for path, one in commands(root.get_command(click.Context(root), name), name)
        if not any("--json" in option.opts for option in one.params)
    ]
    assert lacking == []
