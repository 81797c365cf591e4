"""Patients' files: found, completed by a card, decided, put together, erased."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from day_files import import_visits, open_office, visit
from days import MOMENT
from people import ON_CARD, ORDER, YVONNE, twin

from tournee.app.context import Office
from tournee.app.practice.patients import (
    add_patient,
    decide,
    edit_patient,
    erase_patient,
    find_patient,
    find_patients,
    meet,
    merge_patients,
)
from tournee.app.practice.prescriptions import add_prescription, prescriptions_of
from tournee.billing.identity import Amc
from tournee.errors import StoreError
from tournee.practice.patient_file import PatientError, PatientFile
from tournee.store import DossierState


@pytest.mark.parametrize(
    "words", ["lambert", "LAMB", "yvonne lam", "lam yvo", "tilleuls", "2550699999001", "0100000001", ""]
)
def test_a_patient_is_found_by_any_part(office: Office, words: str) -> None:
    add_patient(office, YVONNE)
    add_patient(office, PatientFile("D’Œuf-Léger", "Zoé", "19600101"))
    assert YVONNE in [one.told for one in find_patients(office, words)]


@pytest.mark.parametrize("words", ["oeuf", "ŒUF", "leger", "zoe d'oeuf", "Zoé"])
def test_accents_ligatures_and_apostrophes_are_no_matter(office: Office, words: str) -> None:
    add_patient(office, YVONNE)
    zoe = add_patient(office, PatientFile("D’Œuf-Léger", "Zoé", "19600101"))
    assert [one.id for one in find_patients(office, words)] == [zoe.id]


def test_one_patient_is_asked_for_by_words_or_number_and_several_are_told(office: Office) -> None:
    first = add_patient(office, YVONNE)
    second = add_patient(office, twin("1"))
    assert find_patient(office, ["yvonne"]).id == first.id
    assert find_patient(office, [str(second.id)]).id == second.id
    with pytest.raises(StoreError, match=r"né\(e\) le 02/01/2024.*né\(e\) le 04/06/1955"):
        find_patient(office, ["lambert"])
    with pytest.raises(StoreError, match="personne"):
        find_patient(office, ["personne"])


def test_the_same_person_has_one_file(office: Office) -> None:
    known = add_patient(office, YVONNE)
    with pytest.raises(StoreError, match=rf"dossier \(n° {known.id}\)"):
        add_patient(office, replace(YVONNE, name="Lambert-Roy"))
    assert {add_patient(office, twin(rank)).told.birth_rank for rank in "12"} == {"1", "2"}


def test_a_card_makes_its_patient_then_completes_it(office: Office) -> None:
    met = meet(office, ON_CARD)
    assert (met.is_new, met.patient.told.who, met.differences) == (True, "Yvonne Lambert", ())
    again = meet(office, replace(ON_CARD, caisse="752"))
    assert (again.is_new, again.patient.id) == (False, met.patient.id)
    read = again.patient.told.last_read
    assert read is not None
    assert (read.beneficiary.caisse, read.day, read.origin) == ("752", MOMENT.date(), "card")


def test_what_a_card_says_otherwise_is_shown_and_overwrites_nothing(office: Office) -> None:
    typed = replace(YVONNE, name="Lambert-Roy", amc=Amc("0099900009"))
    add_patient(office, typed)
    met = meet(office, replace(ON_CARD, amc=Amc("0099900017")))
    assert {(one.label, one.kept, one.told) for one in met.differences} == {
        ("nom", "Lambert-Roy", "LAMBERT"),
        ("mutuelle", "0099900009", "0099900017"),
    }
    assert met.patient.told.name == "Lambert-Roy"
    kept = decide(office, met.patient, ["name"], take=False)
    assert [one.name for one in meet(office, replace(ON_CARD, amc=Amc("0099900017"))).differences] == ["amc"]
    taken = decide(office, find_patient(office, [str(kept.id)]), ["amc"], take=True)
    assert (taken.told.name, taken.told.amc) == ("Lambert-Roy", None)
    with pytest.raises(PatientError, match="Rien ne diffère"):
        decide(office, taken, ["name"], take=True)


def test_the_number_that_was_awaited_comes_with_the_card(office: Office) -> None:
    born = add_patient(office, PatientFile("Lambert", "Yvonne", "19550604"))
    met = meet(office, ON_CARD)
    assert (met.patient.id, met.is_new) == (born.id, False)
    assert (met.patient.told.nir, met.patient.told.key) == ("2550699999001", "62")


def test_somebody_alike_under_another_number_is_told(office: Office) -> None:
    other = add_patient(office, replace(YVONNE, nir="2550175113042", key="09"))
    met = meet(office, ON_CARD)
    assert met.is_new
    assert [one.id for one in met.alike] == [other.id]


def test_two_files_of_one_person_become_one_with_all_that_is_about_them(office: Office) -> None:
    kept = add_patient(office, replace(YVONNE, phone="", notes="chien"))
    other = add_patient(
        office, PatientFile("Lambert", "Yvonne", "19550604", phone="0600000000", notes="sonner")
    )
    add_prescription(office, other, ORDER)
    one = merge_patients(office, kept, other, "la même personne")
    assert (one.told.phone, one.told.notes, one.told.nir) == ("0600000000", "chien\nsonner", YVONNE.nir)
    assert [order.told for order, _ in prescriptions_of(office, one)] == [ORDER]
    assert [found.id for found in find_patients(office, "lambert")] == [kept.id]


def test_a_file_changed_in_another_window_is_not_overwritten(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    edit_patient(office, patient, replace(YVONNE, notes="first"))
    with pytest.raises(StoreError, match="vient d’être changé"):
        edit_patient(office, patient, replace(YVONNE, notes="second"))


def test_a_file_is_erased_once_its_time_is_over_and_not_before(tmp_path) -> None:
    with open_office(tmp_path) as office:
        patient = add_patient(office, YVONNE)
        add_prescription(office, patient, ORDER)
        import_visits(office, visit())
        with pytest.raises(StoreError, match="à garder jusqu’au 16/11/2046"):
            erase_patient(office, patient, "demandé")
    later = MOMENT + timedelta(days=20 * 366)
    with open_office(tmp_path, now=later) as office:
        patient = find_patient(office, ["lambert"])
        assert erase_patient(office, patient, "vingt ans") == date(2026, 11, 16)
        assert find_patients(office) == []
        rows = office.journal.dossiers.find("prescription", state=None)
        assert [(row.state, row.content) for row in rows] == [(DossierState.ERASED, b"")]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"born": "1955"}, "8 chiffres"),
        ({"name": " "}, "le nom"),
        ({"key": "63"}, "clé"),
        ({"notes": "x" * 4_001}, "4000 au plus"),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(wrong, says) -> None:
    with pytest.raises(PatientError, match=says):
        replace(YVONNE, **wrong)
