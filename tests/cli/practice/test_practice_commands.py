"""`tournee patient`, `ordonnance`, `plan`, `round`: typed as a carer types them."""

from __future__ import annotations

import json
from datetime import timedelta

import click
import pytest
from carers_day import today
from click.testing import CliRunner

from tournee.cli.main import tournee as root
from tournee.cli.options.planned import ActWord, Hour, TravelWord, Weekdays

TODAY = today()
SINCE = f"{TODAY - timedelta(days=6):%d/%m/%Y}"
YVONNE = (
    *("--nom", "Lambert", "--prenom", "Yvonne", "--naissance", "04/06/1955"),
    *("--nir", "2 55 06 99 999 001 62", "--rue", "12 rue des Tilleuls", "--digicode", "48B12"),
    *("--tiers-payant", "amo", "--deplacement", "IFA"),
)
ORDER = ("--du", SINCE, "--prescripteur", "10100001071", "--nom-prescripteur", "Dr Anne Roy")
PLAN = ("--ps", "756000121", "--profession", "IF", "--acte", "AMI 1", "--acte", "MAU", "--du", SINCE)


@pytest.fixture
def planned(run, told):
    run("patient", "add", *YVONNE)
    run("ordonnance", "add", "lambert", *ORDER, "--seances", "15")
    return told("plan", "add", "lambert", *PLAN, "--heure", "8h50", "--mots", "injection")["plan"]


def refused(config, *words: str) -> str:
    done = CliRunner().invoke(root, ["--config", str(config), *words])
    assert done.exit_code
    return f"{done.stderr}{done.exception}"


def test_a_patient_is_added_found_changed_and_shown(run, told):
    run("patient", "add", *YVONNE)
    (one,) = told("patient", "list", "tilleuls")["patients"]
    assert (one["who"], one["nir"], one["key"], one["born"]) == (
        "Yvonne Lambert",
        "2550699999001",
        "62",
        "19550604",
    )
    run("patient", "edit", "lambert", "--telephone", "0100000001", "--contact", "Paul, 0600000000, fils")
    shown = run("patient", "show", "lam", "yvo")
    assert "0100000001" in shown
    assert "Paul, fils : 0600000000" in shown
    assert "code 48B12" in shown
    run("patient", "edit", "lambert", "--telephone", "")
    assert "0100000001" not in run("patient", "show", "lambert")
    assert "Aucun patient" in run("patient", "list", "personne")


def test_a_file_closed_is_found_by_its_number_and_reopened(run, told, config):
    run("patient", "add", *YVONNE)
    run("patient", "close", "lambert", "--reason", "déménagé")
    assert told("patient", "list")["patients"] == []
    assert "Yvonne Lambert" in run("patient", "show", "1")
    run("patient", "reopen", "1", "--reason", "revenue")
    assert [one["number"] for one in told("patient", "list")["patients"]] == [1]
    assert "à garder jusqu’au" in refused(config, "patient", "erase", "lambert", "--reason", "demandé")


def test_a_round_is_shown_priced_taken_once_and_counted(run, told, planned):
    (stop,) = told("round", "show", "--prix")["stops"]
    assert (stop["plan"], stop["hour"], stop["state"]) == (planned, "08:50", "planned")
    assert stop["cents"] > 0
    (taken,) = told("round", "take")["visits"]
    assert taken["answer"] == "new"
    (again,) = told("round", "take")["visits"]
    assert again["answer"] == "known"
    assert [one["state"] for one in told("round", "show")["stops"]] == ["taken"]
    (order,) = told("ordonnance", "list", "lambert")["prescriptions"]
    assert (order["done"], order["billed"], order["left"]) == (1, 0, 14)
    assert "1 séance sur 15" in run("patient", "show", "lambert")


def test_a_plan_is_skipped_moved_ended_and_shown_on_fourteen_days(run, told, planned):
    day, number = f"{TODAY:%d/%m/%Y}", str(planned)
    run("plan", "skip", number, day)
    assert told("round", "show")["stops"] == []
    run("plan", "day", number, day)
    assert len(told("round", "show")["stops"]) == 1
    run("plan", "move", number, day, f"{TODAY + timedelta(days=40):%d/%m/%Y}")
    assert told("round", "show")["stops"] == []
    marks = told("plan", "show", number, "--du", SINCE)["days"]
    assert len(marks) == 14
    assert marks[0] == {"day": f"{TODAY - timedelta(days=6)}", "mark": "missed"}
    assert marks[7] == {"day": f"{TODAY + timedelta(days=1)}", "mark": "due"}
    run("plan", "end", number, "--reason", "guérie")
    assert told("round", "month")["days"] == []


def test_what_ends_soon_is_listed(run, told):
    run("patient", "add", *YVONNE)
    run("ordonnance", "add", "lambert", *ORDER, "--seances", "1", "--soin", "injection")
    (one,) = told("ordonnance", "list")["prescriptions"]
    assert (one["who"], one["ends_soon"], one["is_over"]) == ("Yvonne Lambert", True, False)
    number = str(one["number"])
    run("ordonnance", "renew", number, "--du", f"{TODAY:%d/%m/%Y}")
    assert [one["renewal"] for one in told("ordonnance", "list", "lambert")["prescriptions"]] == [True]


def test_a_prescriber_is_known_the_next_time_by_a_part_of_the_name(run, told, planned):
    run("ordonnance", "add", "lambert", "--du", SINCE, "--prescripteur", "roy")
    orders = told("ordonnance", "list", "lambert")["prescriptions"]
    assert {order["prescriber"]["rpps"] for order in orders} == {"10100001071"}


def test_a_round_written_as_a_day_file_is_taken_elsewhere(run, told, planned, configured, tmp_path):
    target = tmp_path / "tournee.json"
    run("round", "export", f"{TODAY:%d/%m/%Y}", str(target))
    (tmp_path / "autre").mkdir()
    other = configured(tmp_path / "autre")
    done = CliRunner().invoke(root, ["--config", str(other), "day", "import", str(target), "--json"])
    assert json.loads(done.stdout)["visits"][0]["answer"] == "new"


def test_all_that_is_known_is_written_in_files_that_anybody_reads(run, told, planned, tmp_path):
    run("round", "take")
    assert told("patient", "copy", "--vers", str(tmp_path / "copie"))["patients"] == 1
    kept = json.loads((tmp_path / "copie" / "patient-1.json").read_text())
    assert kept["patient"]["name"] == "Lambert"
    assert [len(kept[part]) for part in ("prescriptions", "plans", "visits")] == [1, 1, 1]
    assert "Lambert;Yvonne;19550604" in (tmp_path / "copie" / "patients.csv").read_text("utf-8-sig")


def test_a_table_of_patients_goes_out_and_comes_in(run, told, config, configured, tmp_path):
    run("patient", "add", *YVONNE)
    run("patient", "add", "--nom", "=Garnier", "--prenom", "Robert", "--naissance", "12/03/1948")
    table = tmp_path / "patients.csv"
    run("patient", "export", str(table))
    assert "'=Garnier" in table.read_text("utf-8-sig")
    assert told("patient", "import", str(table))["known"] == 1
    (tmp_path / "autre").mkdir()
    other = str(configured(tmp_path / "autre"))
    done = CliRunner().invoke(root, ["--config", other, "patient", "import", str(table), "--json"])
    assert (json.loads(done.stdout)["made"], done.exit_code) == (2, 0)
    listed = CliRunner().invoke(root, ["--config", other, "patient", "list", "--json"])
    assert [one["name"] for one in json.loads(listed.stdout)["patients"]] == ["=Garnier", "Lambert"]


def test_a_row_at_fault_stops_no_other(run, config, tmp_path):
    table = tmp_path / "patients.csv"
    table.write_bytes(
        "nom,prenom,naissance,nir\nDûpont,Léa,01/02/1990,\nX,Y,hier,\nZ,T,19900101,12\n".encode("cp1252")
    )
    done = CliRunner().invoke(root, ["--config", str(config), "patient", "import", str(table), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["made"], len(told["faults"])) == (5, 1, 2)
    assert "Dûpont" in run("patient", "list", "dupont")
    table.write_bytes(b"a;b\n1;2\n")
    assert "il manque les colonnes" in refused(config, "patient", "import", str(table))


def test_the_practice_goes_to_another_device(run, planned, config, configured, tmp_path):
    phrase = "cinq mots sans lien aucun\n"
    file = str(tmp_path / "cabinet")
    (tmp_path / "autre").mkdir()
    other = str(configured(tmp_path / "autre"))

    def typed(where: str, *words: str):
        return CliRunner().invoke(root, ["--config", where, "patient", *words, "--json"], input=phrase)

    assert json.loads(typed(str(config), "send", file).stdout)["dossiers"] == 4
    assert json.loads(typed(other, "receive", file).stdout)["new"] == 4
    shown = CliRunner().invoke(root, ["--config", other, "round", "show", "--json"])
    assert [stop["who"] for stop in json.loads(shown.stdout)["stops"]] == ["Yvonne Lambert"]


def test_an_absence_leaves_the_days_of_its_plans(run, told, planned):
    day = f"{TODAY:%d/%m/%Y}"
    run("round", "absence", day, day, "--mot", "formation")
    assert told("round", "show")["stops"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("plan", "add", "lambert", *PLAN[:-2], "--du", "demain"), "n’est pas un jour"),
        (("plan", "add", "lambert", *PLAN, "--acte", "AMI 1", "--heure", "25h"), "n’est pas une heure"),
        (("plan", "add", "lambert", *PLAN, "--jours", "férié"), "des jours comme"),
        (("plan", "add", "lambert", *PLAN, "--ordonnance", "99"), "pas d’ordonnance 99"),
        (("plan", "show", "1"), "pas de cette sorte"),
        (("plan", "show", "999"), "Il n’y a pas de dossier n° 999"),
        (("patient", "show", "dupont"), "Rien ne répond"),
        (("patient", "add", *YVONNE), "a déjà un dossier"),
        (("round", "show", "--ps", ""), "Aucun plan"),
    ],
)
def test_what_cannot_be_is_refused_with_words(run, config, words, says):
    run("patient", "add", *YVONNE)
    assert says in refused(config, *words)


@pytest.mark.parametrize(
    ("kind", "said", "read"),
    [
        (Weekdays(), "lun,jeu", {0, 3}),
        (Weekdays(), "lun-sam", {0, 1, 2, 3, 4, 5}),
        (Weekdays(), "Samedi-Lundi", {5, 6, 0}),
        (Weekdays(), "tous", set(range(7))),
        (Hour(), "8h50", 530),
        (Hour(), "08:50", 530),
        (Hour(), "7h", 420),
        (ActWord(), "AMI 1,5", {"code": "AMI", "coefficient": 1.5}),
        (ActWord(), "ami 1.5", {"code": "AMI", "coefficient": 1.5}),
        (ActWord(), "BSB", {"code": "BSB"}),
        (ActWord(), "Prise de sang", {"acte": "Prise de sang"}),
        (TravelWord(), "ifa", {"indemnite": "IFA"}),
        (TravelWord(), "IFI 18 montagne", {"indemnite": "IFI", "kilometres": 18, "terrain": "montagne"}),
        (TravelWord(), "12 km", {"kilometres": 12}),
    ],
)
def test_words_of_a_plan_are_read_as_they_are_written(kind, said, read):
    assert kind.convert(said, None, None) == read


@pytest.mark.parametrize(
    ("kind", "said"),
    [(Weekdays(), "lundredi,x"), (Weekdays(), ""), (Hour(), "24h"), (Hour(), "8h60"), (ActWord(), " ")],
)
def test_words_that_are_none_are_refused(kind, said):
    with pytest.raises(click.BadParameter):
        kind.convert(said, None, None)


def test_a_scan_is_kept_and_written_out_again(run, told, refused, tmp_path):
    run("patient", "add", *YVONNE)
    number = str(told("ordonnance", "add", "lambert", *ORDER)["prescription"])
    photo = tmp_path / "photo.pdf"
    photo.write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert "n’a pas d’image" in refused("ordonnance", "scan", number, "--vers", str(tmp_path / "out"))
    kept = told("ordonnance", "scan", number, "--de", str(photo))
    assert (kept["media"], kept["size"]) == ("application/pdf", 15)
    assert "image gardée" in run("ordonnance", "list", "lambert")
    run("ordonnance", "scan", number, "--vers", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == photo.read_bytes()
    photo.write_bytes(b"")
    assert "JPEG" in refused("ordonnance", "scan", number, "--de", str(photo))
    assert "--de" in refused("ordonnance", "scan", number)


def test_patients_and_prescribers_go_out_as_address_books_and_come_back(run, told, refused, tmp_path):
    run("patient", "add", *YVONNE, "--telephone", "0100000001")
    run("prescripteur", "add", "--rpps", "10100001071", "--nom", "Dr Anne Roy")
    book, doctors = tmp_path / "patients.vcf", tmp_path / "doctors.vcf"
    assert told("patient", "export", str(book))["patients"] == 1
    assert told("prescripteur", "export", str(doctors))["prescribers"] == 1
    assert b"48B12" not in book.read_bytes()
    assert told("patient", "import", str(book))["same"] == 1
    book.write_bytes(book.read_bytes().replace(b"0100000001", b"0199999999"))
    (differ,) = told("patient", "import", str(book))["differences"]
    assert (differ["what"], differ["kept"], differ["told"]) == ("téléphone", "0100000001", "0199999999")
    assert "carnet « 0199999999 »" in run("patient", "import", str(book))
    assert told("patient", "import", str(book), "--remplacer")["completed"] == ["Yvonne Lambert"]
    assert told("prescripteur", "import", str(doctors))["same"] == 1
    book.write_bytes(b"nothing")
    assert "pas un carnet" in refused("patient", "import", str(book))


def test_a_newborn_is_guided_and_seen_in_the_family(run, told, refused):
    run("patient", "add", *YVONNE)
    born = ("--naissance", f"{TODAY - timedelta(days=3):%d/%m/%Y}", "--caisse", "01-751-0000")
    shown = told("patient", "newborn", "lambert", "--prenom", "Léo", *born, "--montrer")
    assert (shown["patient"], shown["birth_rank"]) == (None, "1")
    assert "rang de naissance 1" in run("patient", "newborn", "yvonne", "--prenom", "Léo", *born)
    assert told("patient", "newborn", "yvonne", "--prenom", "Zoé", *born)["birth_rank"] == "2"
    family = told("patient", "family", "yvonne")["family"]
    assert [(one["who"], one["twin"], one["awaited"]) for one in family] == [
        ("Yvonne Lambert", False, False),
        ("Léo Lambert", True, True),
        ("Zoé Lambert", True, True),
    ]
    assert "rang 2, pas encore sur une carte" in run("patient", "family", "zoé")
    assert "a déjà un dossier" in refused("patient", "newborn", "yvonne", "--prenom", "Léo", *born)
    assert "01-751-0000" in refused("patient", "newborn", "yvonne", "--prenom", "Max", *born[:3], "751")
