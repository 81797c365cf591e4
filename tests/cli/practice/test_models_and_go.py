"""`tournee plan model|favourites`, `tournee ordonnance add` with a plan: as a carer types them."""

from __future__ import annotations

import json
from datetime import date, timedelta

import click
import pytest
from carers_day import today
from click.testing import CliRunner

from tournee.cli.main import tournee as root
from tournee.cli.options.planned import NearDay

TODAY = today()
SINCE = f"{TODAY - timedelta(days=6):%d/%m/%Y}"
MINE = ("--ps", "756000121", "--profession", "IF")
ORDER = ("--du", SINCE, "--prescripteur", "751000126 10100001071", "--nom-prescripteur", "Roy")


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
def yvonne(run):
    who = ("--nom", "Lambert", "--prenom", "Yvonne", "--naissance", "04/06/1955")
    run("patient", "add", *who, "--nir", "2 55 06 99 999 001 62")


def test_a_prescription_is_kept_with_its_plan_in_one_command(run, told, yvonne):
    plan = ("--acte", "AMI 1", "--heure", "7h30", "--tiers-payant", "amo", "--deplacement", "IFA")
    made = told("ordonnance", "add", "lambert", *ORDER, "--seances", "15", *MINE, *plan)
    assert made["plan"] is not None
    (stop,) = told("round", "show")["stops"]
    assert (stop["plan"], stop["hour"], stop["cents"]) == (made["plan"], "07:30", 335 + 275)
    (order,) = told("ordonnance", "list", "lambert")["prescriptions"]
    prescriber = order["prescriber"]
    assert (prescriber["number"], prescriber["rpps"], prescriber["name"]) == (
        "751000126",
        "10100001071",
        "Roy",
    )


def test_a_prescription_whose_plan_does_not_read_is_not_kept(run, told, yvonne):
    run("ordonnance", "add", "lambert", *ORDER, *MINE, "--acte", "AMI 1", "--dire", "bilan=bientôt", status=1)
    assert told("ordonnance", "list", "lambert")["prescriptions"] == []


def test_a_model_is_kept_listed_put_to_a_plan_and_dropped(run, told, yvonne):
    run("plan", "model", "add", "stomie", *MINE, "--acte", "Pansement de stomie", "--jours", "lun,jeu")
    (model,) = told("plan", "model", "list")["models"]
    assert (model["name"], model["weekdays"]) == ("stomie", [0, 3])
    assert "Pansement de stomie" in run("plan", "model", "list")
    made = told("ordonnance", "add", "lambert", *ORDER, *MINE, "--modele", "stom", "--heure", "9h")
    assert "stomie" in run("plan", "show", str(made["plan"]))
    run("plan", "model", "drop", "stomie")
    assert told("plan", "model", "list")["models"] == []
    assert "stomie" in run("plan", "show", str(made["plan"]))


def test_a_model_s_acts_are_added_to_one_day(run, told, yvonne):
    run("ordonnance", "add", "lambert", *ORDER, *MINE, "--acte", "AMI 1", "--deplacement", "IFA")
    run("plan", "model", "add", "seul", "--acte", "MAU")
    said = told("plan", "tell", "lambert", f"{TODAY:%d/%m/%Y}", "--modele", "seul")["said"]
    assert [act["code"] for act in said["actes"]] == ["AMI", "MAU"]


def test_favourites_come_from_visits(run, told, yvonne):
    run("ordonnance", "add", "lambert", *ORDER, *MINE, "--acte", "AMI 1", "--deplacement", "IFA")
    assert told("plan", "favourites")["favourites"] == []
    run("round", "take")
    (act,) = told("plan", "favourites", "lambert")["favourites"]
    assert (act["code"], act["coefficient"], act["count"], act["last"]) == ("AMI", 1.0, 1, f"{TODAY}")
    assert "AMI 1" in run("plan", "favourites")


def test_travel_is_as_the_last_time_where_one_is_known(config, run, told, yvonne):
    run("ordonnance", "add", "lambert", *ORDER, *MINE, "--acte", "AMI 1", "--deplacement", "IFA 24 montagne")
    run("round", "take")
    again = ("plan", "add", "lambert", "--acte", "AMI 1", "--heure", "18h", "--deplacement", "même")
    run(*again)
    kilometres = [stop["kilometres"] for stop in told("round", "show")["stops"]]
    assert kilometres == [24, 24]
    for words in (("plan", "model", "add", "x", "--acte", "MAU"), ("patient", "edit", "lambert")):
        done = CliRunner().invoke(root, ["--config", str(config), *words, "--deplacement", "même"])
        assert done.exit_code == 2


def test_an_agreement_is_noted_then_answered(run, told, yvonne):
    run("ordonnance", "add", "lambert", *ORDER)
    (order,) = told("ordonnance", "list", "lambert")["prescriptions"]
    number = str(order["number"])
    assert told("ordonnance", "agreed", number, "--demande", SINCE)["agreement"]["asked"]
    answered = told("ordonnance", "agreed", number, "--reponse", "accordé", "--numero", "A1")["agreement"]
    assert (answered["answer"], answered["number"], answered["answered"]) == ("given", "A1", f"{TODAY}")


def test_whose_a_plan_is_has_to_be_said_once(config, run, yvonne):
    run("ordonnance", "add", "lambert", *ORDER)
    done = CliRunner().invoke(root, ["--config", str(config), "plan", "add", "lambert", "--acte", "AMI 1"])
    assert done.exit_code
    assert "De quel soignant" in str(done.exception)
    run("plan", "add", "lambert", *MINE, "--acte", "AMI 1")
    run("plan", "add", "lambert", "--acte", "AMI 1", "--heure", "18h")


def test_a_day_without_its_year_is_the_nearest(monkeypatch):
    year = TODAY.year
    for days in (-100, -1, 0, 1, 100):
        day = TODAY + timedelta(days=days)
        assert NearDay().convert(f"{day.day}/{day.month}", None, None) == day
    assert NearDay().convert(f"2/11/{year}", None, None) == date(year, 11, 2)
    for wrong in ("31/2", "0/5", "5/13", "5"):
        with pytest.raises(click.BadParameter):
            NearDay().convert(wrong, None, None)
