"""A device without a practice: first use, a backup made here and taken up there, patients passed on."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from screens_asked import OpenDevice, Screens

from tournee.app.context import open_office
from tournee.app.practice.patients import add_patient, find_patients
from tournee.config import load_config
from tournee.emulation.oct import make_mail_identity
from tournee.practice.patient_file import PatientFile

OCT = {
    "nom": "Mon OCT à moi",
    "adresse": "factures@oct.example",
    "siren": "732829320",
    "expediteur": "cabinet@ville.example",
    "envoi": "smtp.example:587",
    "retours": "imap.example:993",
    "compte": "cabinet",
    "motdepasse": "secret du compte",
}
PHRASE = "cheval agrafe pile correct lune"


def names(page: Screens) -> list[str]:
    with open_office(load_config(page.home / "tournee.toml")) as office:
        return [one.told.name for one in find_patients(office)]


def begin(page: Screens) -> Screens:
    assert page.post("/debut/1").at == "/debut/2"
    return page


def with_patient(page: Screens, name: str = "Houdin") -> Screens:
    begin(page)
    with open_office(load_config(page.home / "tournee.toml")) as office:
        person = PatientFile(name=name, first_name="Odile", nir="2550675999001", key="31", born="19550612")
        add_patient(office, person)
    return page


def saved_backup(page: Screens) -> bytes:
    made = page.post("/sauvegarde", phrase=PHRASE, encore=PHRASE, dossier="")
    assert made.at == "/sauvegarde/faite", made.text
    return page.show("/sauvegarde/fichier").data


def test_without_a_configuration_the_page_begins_with_the_first_use(open_device: OpenDevice):
    page = open_device("tablette")
    assert page.first == "/debut/1"
    assert page.show("/tournee").at == "/debut/1"
    assert page.show("/debut/1").status == 200
    assert not (page.home / "tournee.toml").exists()


def test_a_first_configuration_leads_nowhere_and_says_so(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    assert "Ne mène nulle part" in page.show("/routes").text
    assert "Aucun, jumelez le vôtre" in page.show("/reglages").text
    assert page.show("/tournee").status == 200
    assert stat.S_IMODE((page.home / "tournee.toml").stat().st_mode) == 0o600


def test_beginning_again_leaves_a_configuration_that_is_there(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    text = (page.home / "tournee.toml").read_text() + "# à moi\n"
    (page.home / "tournee.toml").write_text(text)
    begin(page)
    assert (page.home / "tournee.toml").read_text() == text


def test_a_backup_is_taken_up_on_another_device(open_device: OpenDevice):
    backup = saved_backup(with_patient(open_device("perdue")))
    new = open_device("neuve")
    assert new.send("/debut/sauvegarde", backup).at == "/debut/reprise"
    done = new.post("/debut/reprendre", phrase=PHRASE)
    assert "Le cabinet est de retour" in done.text
    assert names(new) == ["Houdin"]
    assert not list(new.home.glob(".page-*"))


def test_a_backup_with_a_wrong_phrase_changes_nothing(open_device: OpenDevice):
    backup = saved_backup(with_patient(open_device("perdue")))
    new = open_device("neuve")
    new.send("/debut/sauvegarde", backup)
    refused = new.post("/debut/reprendre", phrase=PHRASE + "s", remplacer="oui")
    assert (refused.status, refused.at) == (409, "/debut/reprise")
    assert (
        'role="alert"' in refused.text and "Donnez la phrase qui le scelle" in refused.text
    )  # it is still in
    assert not (new.home / "tournee.toml").exists()
    assert "Le cabinet est de retour" in new.post("/debut/reprendre", phrase=PHRASE).text


def test_a_practice_that_is_there_is_replaced_only_where_it_was_said(open_device: OpenDevice):
    backup = saved_backup(with_patient(open_device("perdue")))
    other = with_patient(open_device("autre"), "Ysern")
    other.send("/debut/sauvegarde", backup)
    assert other.post("/debut/reprendre", phrase=PHRASE).status == 409
    wrong = other.post("/debut/reprendre", phrase=PHRASE + "s", remplacer="oui")
    assert 'name="remplacer" value="oui" checked' in wrong.text
    assert names(other) == ["Ysern"]
    assert "gardé dans le dossier" in other.post("/debut/reprendre", phrase=PHRASE, remplacer="oui").text
    assert names(other) == ["Houdin"]


@pytest.mark.parametrize(
    ("phrase", "again"), [("court", "court"), (PHRASE, PHRASE + "x"), ("", ""), ("aaaaaaaaaaaaa",) * 2]
)
def test_a_backup_wants_a_phrase_given_twice(open_device: OpenDevice, phrase: str, again: str):
    page = begin(open_device("tablette"))
    assert page.post("/sauvegarde", phrase=phrase, encore=again, dossier="").status == 409
    assert page.show("/sauvegarde/fichier").status == 409


def test_a_backup_goes_to_a_folder_that_is_there(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    assert (
        page.post("/sauvegarde", phrase=PHRASE, encore=PHRASE, dossier=str(page.home / "cle")).status == 409
    )
    (page.home / "cle").mkdir()
    page.post("/sauvegarde", phrase=PHRASE, encore=PHRASE, dossier=str(page.home / "cle"))
    assert [one.suffix for one in (page.home / "cle").iterdir()] == [".sauvegarde"]
    assert "Tout est dans la dernière" in page.show("/sauvegarde").text


def test_patients_pass_to_a_second_device(open_device: OpenDevice):
    page = with_patient(open_device("cabinet"))
    assert page.post("/deuxieme/donner", phrase=PHRASE, encore=PHRASE).at == "/deuxieme/donne"
    file = page.show("/deuxieme/fichier").data
    other = begin(open_device("tablette"))
    assert other.send("/deuxieme/apporter", file).at == "/deuxieme/phrase"
    assert other.post("/deuxieme/prendre", phrase="autre phrase de passe").status == 409
    assert "1\N{NO-BREAK SPACE}changement reçu" in other.post("/deuxieme/prendre", phrase=PHRASE).text
    assert names(other) == ["Houdin"]


def test_what_is_no_file_of_a_practice_is_refused(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    page.send("/deuxieme/apporter", b"x" * 5_000)
    assert page.post("/deuxieme/prendre", phrase=PHRASE).status == 409
    assert page.post("/debut/reprendre", phrase=PHRASE).status == 409


def test_minutes_and_hours_are_written_and_hold_at_once(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    assert page.post("/verrouillage", minutes="2").at == "/verrouillage"
    page.post("/verrouillage", heures="1")
    page.post("/verrouillage", minutes="999", heures="x")
    choice = load_config(page.home / "tournee.toml").page
    assert (choice.lock_minutes, choice.code_hours) == (2, 1)
    assert page.made.entrance.lock_after == 120


def test_a_code_is_kept_when_it_is_given_twice_the_same(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    assert "Encore une fois" in page.post("/verrouillage/code", code="4071").text
    assert page.post("/verrouillage/code/encore", code="4072").status == 409
    assert page.post("/verrouillage/code/encore", code="4071").status == 409
    page.post("/verrouillage/code", code="4071")
    assert page.post("/verrouillage/code/encore", code="4071").at == "/verrouillage"
    assert page.made.entrance.has_code


def test_a_device_sees_itself_among_those_admitted(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    page.made.entrance.kept.enrol("Firefox, Linux")
    text = page.show("/verrouillage").text
    assert text.count("Celui-ci") == 1
    assert "Retirer Firefox, Linux" in text


def test_a_route_that_is_none_changes_nothing(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    assert page.post("/routes", route="ailleurs").status == 409
    assert load_config(page.home / "tournee.toml").active == "a-choisir"


@pytest.mark.parametrize("code", ["", "1234", "TOURNEE1:X:Y"])
def test_a_reader_is_not_put_in_use_before_it_answers(open_device: OpenDevice, code: str):
    page = begin(open_device("tablette"))
    assert page.post("/jumeler/cable", autre="/dev/nulle-part", code=code).status == 409
    assert load_config(page.home / "tournee.toml").reader.port == ""


def test_there_are_no_test_cards_outside_the_demonstration(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    assert page.show("/cartes-d-essai").status == 409
    assert page.post("/cartes-d-essai/inserer", carte="infirmiere").status == 409
    assert "Cartes d’essai" not in page.show("/reglages").text


def test_an_oct_is_added_with_its_certificate_and_put_in_force(open_device: OpenDevice, tmp_path: Path):
    page = begin(open_device("tablette"))
    make_mail_identity(tmp_path / "oct", datetime.now(UTC), "OCT de test")
    assert page.send("/routes/certificat", (tmp_path / "oct" / "cert.pem").read_bytes()).at == "/routes/oct"
    assert page.post("/routes/oct", **OCT).at == "/routes"
    assert page.post("/routes", route="mon-oct-a-moi").at == "/routes"
    route = load_config(page.home / "tournee.toml").route
    assert (route.address, route.identifier) == ("factures@oct.example", "732829320")
    assert route.submission.password() == "secret du compte"
    assert stat.S_IMODE((page.home / "mon-oct-a-moi.motdepasse").stat().st_mode) == 0o600


@pytest.mark.parametrize("wrong", [{"nom": "?"}, {"envoi": "smtp.example"}, {"adresse": ""}, {"siren": ""}])
def test_an_oct_that_is_half_told_leaves_nothing(
    open_device: OpenDevice, tmp_path: Path, wrong: dict[str, str]
):
    page = begin(open_device("tablette"))
    make_mail_identity(tmp_path / "oct", datetime.now(UTC), "OCT de test")
    page.send("/routes/certificat", (tmp_path / "oct" / "cert.pem").read_bytes())
    text = (page.home / "tournee.toml").read_text()
    assert page.post("/routes/oct", **(OCT | wrong)).status == 409
    assert (page.home / "tournee.toml").read_text() == text
    assert not list(page.home.glob("*.pem"))
    assert not list(page.home.glob("*.motdepasse"))


def test_a_certificate_that_is_none_leaves_nothing(open_device: OpenDevice):
    page = begin(open_device("tablette"))
    for bytes_of_it in (b"", b"x" * 70_000, b"-----BEGIN CERTIFICATE-----\n"):
        page.send("/routes/certificat", bytes_of_it)
        assert page.post("/routes/oct", **OCT).status == 409
    assert not list(page.home.glob("mon-oct*"))
