"""`tournee round calendar|follow`, `tournee day export`: files for other programs, and back."""

import json
from datetime import timedelta

import pytest
from carers_day import today

TODAY = today()
SINCE = f"{TODAY - timedelta(days=6):%d/%m/%Y}"
YVONNE = ("--nom", "Lambert", "--prenom", "Yvonne", "--naissance", "04/06/1955", "--nir", "2550699999001 62")
PLAN = ("--ps", "756000121", "--profession", "IF", "--acte", "AMI 1", "--heure", "8h50", "--du", SINCE)


@pytest.fixture(autouse=True)
def planned(run):
    run("patient", "add", *YVONNE)
    run("ordonnance", "add", "lambert", "--du", SINCE, "--prescripteur", "10100001071", "--seances", "60")
    run("plan", "add", "lambert", *PLAN)


def test_a_calendar_goes_out_unnamed_and_what_was_moved_in_it_is_followed(run, told, refused, tmp_path):
    book = tmp_path / "tournees.ics"
    assert "sans aucun nom" in run("round", "calendar", str(book))
    assert b"Lambert" not in book.read_bytes()
    assert "avec les noms" in run("round", "calendar", str(book), "--noms")
    assert told("round", "calendar", str(book))["events"] == 14
    assert told("round", "follow", str(book))["same"] == 14
    text = book.read_text()
    at = f"{TODAY:%Y%m%d}T"
    book.write_text(text.replace(f"{at}085000", f"{at}103000"))
    shown = told("round", "follow", str(book), "--montrer")
    assert [(one["hour"], one["to_hour"]) for one in shown["moved"]] == [("08:50", "10:30")]
    assert f"{TODAY:%d/%m/%Y} 08:50 → {TODAY:%d/%m/%Y} 10:30" in run("round", "follow", str(book))
    assert told("round", "follow", str(book))["same"] == 14
    book.write_text("nothing")
    assert "pas un calendrier" in refused("round", "follow", str(book))
    assert "366 jours au plus" in refused("round", "calendar", str(book), "--au", "01/01/2090")


def test_a_day_of_the_journal_goes_out_and_is_known_when_it_comes_back(run, told, refused, tmp_path):
    day, file = f"{TODAY:%d/%m/%Y}", tmp_path / "jour.json"
    assert "aucune visite" in refused("day", "export", day, str(file))
    run("round", "take")
    assert told("day", "export", day, str(file))["ps"] == "756000121"
    assert len(json.loads(file.read_text())["visite"]) == 1
    (again,) = told("day", "import", str(file))["visits"]
    assert again["answer"] == "known"
    assert "aucune visite" in refused("day", "export", SINCE, str(file))


def test_what_two_devices_said_is_shown_decided_and_told(run, told):
    assert "une seule version" in run("patient", "versions", "1")
    assert told("patient", "close", "lambert", "--reason", "déménagée")["dossier"] == 1
    told("patient", "reopen", "1", "--reason", "revenue")
    history = told("patient", "history", "1")["history"]
    assert [(one["state"], one["why"]) for one in history] == [
        ("open", ""),
        ("closed", "déménagée"),
        ("open", "revenue"),
    ]
    assert "clos : déménagée" in run("patient", "history", "1")
    assert told("patient", "versions", "1", "--garder", "1")["versions"][0]["said"] == {}
