"""Prescribers and insurers: kept by what names them first, found, proposed, carried by planned visits."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from people import DAILY, DOCTOR, ON_CARD, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.dossiers import search
from tournee.app.practice.insurers import (
    add_insurer,
    change_insurer,
    find_insurer,
    keep_insurer,
    proposed_insurers,
    said_insurer,
)
from tournee.app.practice.patients import add_patient, edit_patient, meet
from tournee.app.practice.plans import PlanOf, add_plan
from tournee.app.practice.prescribers import (
    add_prescriber,
    keep_prescriber,
    proposed_prescribers,
    said_prescriber,
)
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import round_of, take_round
from tournee.billing.identity import Amc, IdentityError
from tournee.billing.kept.judged import read_judged
from tournee.billing.visit import BOTH_PAY
from tournee.errors import StoreError
from tournee.practice.insurer_file import Convention, InsurerError, InsurerFile
from tournee.practice.patient_file import Address, Doctor
from tournee.practice.planning.plan_file import as_care
from tournee.practice.prescriber_file import PrescriberFile
from tournee.practice.prescription_file import Prescriber, PrescriptionError
from tournee.store import VisitState

TODAY = date(2026, 11, 16)
MUTUELLE = InsurerFile(
    "0099900009", "Mutuelle des Tilleuls", Convention("separate", "30", "MA", "HOT", "total"), "0100000009"
)
SALAUN = Prescriber("Dr Marc Salaün", "691000343", "10100002087")


def planned(office: Office, **told) -> PlanOf:
    patient = add_patient(office, replace(YVONNE, **told))
    return add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)


def test_a_prescriber_is_kept_by_the_first_prescription_and_found_by_number_or_name(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    add_prescription(office, patient, ORDER)
    for said in ("10100001071", "1 01 00 00 10 71", "751000126", "roy", "ANNE"):
        assert said_prescriber(office, said) == DOCTOR
    assert said_prescriber(office, "10100002087", "Dr Marc Salaün").name == "Dr Marc Salaün"
    with pytest.raises(StoreError, match="Rien ne répond"):
        said_prescriber(office, "personne")


def test_a_number_learned_later_completes_the_prescriber_that_was_kept(office: Office) -> None:
    keep_prescriber(office, Prescriber("Dr Marc Salaün", number="691000343"))
    keep_prescriber(office, SALAUN)
    (one,) = search(office, PrescriberFile, "salaun")
    assert one.told.prescriber == SALAUN
    with pytest.raises(StoreError, match="déjà connu"):
        add_prescriber(office, PrescriberFile.of(SALAUN))


def test_how_to_reach_a_prescriber_stays_when_the_next_prescription_names_it(office: Office) -> None:
    told = PrescriberFile(
        "Dr Marc Salaün", rpps="10100002087", phone="0100000002", address=Address(town="Lyon")
    )
    add_prescriber(office, told)
    keep_prescriber(office, SALAUN)
    (one,) = search(office, PrescriberFile, "lyon")
    assert (one.told.phone, one.told.number) == ("0100000002", "691000343")


def test_a_prescriber_kept_before_it_had_an_address_is_read(office: Office) -> None:
    plain = b'{"name":"Dr Anne Roy","rpps":"10100001071","schema":1}'
    from tournee.practice.forms import read_form

    assert read_form(PrescriberFile, plain) == PrescriberFile("Dr Anne Roy", rpps="10100001071")


def test_who_prescribed_before_then_the_doctor_then_the_last_of_the_practice_are_proposed(
    office: Office,
) -> None:
    patient = add_patient(office, replace(YVONNE, doctor=Doctor("Marc Salaün")))
    other = add_patient(office, replace(YVONNE, first_name="Paul", born="19500101"))
    keep_prescriber(office, SALAUN)
    third = Prescriber("Dr Lise Ferrand", "331000562", "10100003093")
    add_prescription(office, other, replace(ORDER, prescriber=third, months=3))
    add_prescription(office, patient, ORDER)
    found = proposed_prescribers(office, patient)
    assert [(one.dossier.told.name, one.why) for one in found] == [
        ("Dr Anne Roy", "a déjà prescrit à ce patient"),
        ("Dr Marc Salaün", "médecin traitant"),
        ("Dr Lise Ferrand", "a prescrit récemment"),
    ]
    assert [one.last.months if one.last else None for one in found] == [0, None, 3]
    office.journal.dossiers.close(found[0].dossier.id, "retired")
    assert len(proposed_prescribers(office, patient)) == 2


@pytest.mark.parametrize("wrong", [{"phone": "0" * 201}, {"mail": "x" * 201}, {"note": "x" * 2001}])
def test_a_prescriber_s_file_is_bounded(wrong) -> None:
    with pytest.raises(PrescriptionError, match="au plus"):
        PrescriberFile("Dr", rpps="10100001071", **wrong)


def test_an_insurer_is_found_by_number_or_name_and_a_new_number_is_kept(office: Office) -> None:
    known = add_insurer(office, MUTUELLE)
    for said in ("0099900009", "00 999 000 09", "tilleuls", "MUTUELLE til"):
        assert said_insurer(office, said).id == known.id
    new = said_insurer(office, "0099900017")
    assert (new.told.name, new.told.convention.indicator) == ("", "30")
    with pytest.raises(StoreError, match="déjà connue"):
        add_insurer(office, MUTUELLE)
    with pytest.raises(StoreError, match="Rien ne répond"):
        said_insurer(office, "personne")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"number": "12"}, IdentityError),
        ({"convention": Convention(indicator="3")}, InsurerError),
        ({"convention": Convention(indicator="xx")}, InsurerError),
        ({"convention": Convention(routing="LONG")}, IdentityError),
        ({"name": "x" * 201}, InsurerError),
    ],
)
def test_an_insurer_that_says_what_cannot_be_is_refused(said, error) -> None:
    with pytest.raises(error):
        replace(MUTUELLE, **said)


@pytest.mark.parametrize(
    ("convention", "word"),
    [
        (Convention(indicator="30"), "toujours"),
        (Convention(indicator="20"), "avec-tiers-payant"),
        (Convention(indicator="10"), "sans-tiers-payant"),
        (Convention(indicator="00"), "jamais"),
        (Convention("single", "30"), "jamais"),
        (Convention(indicator="60"), ""),
    ],
)
def test_when_an_insurer_takes_a_dre_is_said_in_words(convention: Convention, word: str) -> None:
    assert convention.dre == word


def test_a_card_s_insurer_is_kept_once_and_changes_nothing_that_is_known(office: Office) -> None:
    meet(office, replace(ON_CARD, amc=Amc("0099900017", "single", indicator="10")))
    kept = find_insurer(office, ["0099900017"])
    assert kept.told.convention == Convention("single", "10")
    change_insurer(office, kept, replace(kept.told, convention=Convention("separate", "20")))
    meet(office, replace(ON_CARD, amc=Amc("0099900017", "single", indicator="10")))
    assert find_insurer(office, ["0099900017"]).told.convention == Convention("separate", "20")


def test_the_card_s_insurer_then_the_family_s_then_the_practice_s_are_proposed(office: Office) -> None:
    add_insurer(office, replace(MUTUELLE, number="0099900025", name="Autre"))
    add_insurer(office, MUTUELLE)
    add_patient(
        office, replace(YVONNE, first_name="Léo", born="20150302", amc=Amc("0099900009", member="A12"))
    )
    patient = add_patient(office, YVONNE)
    met = meet(office, replace(ON_CARD, amc=Amc("0099900017", member="B7")))
    assert met.patient.id == patient.id
    found = proposed_insurers(office, met.patient)
    assert [(one.dossier.told.number, one.why, one.member) for one in found] == [
        ("0099900017", "lue sur sa carte", "B7"),
        ("0099900009", "celle de Léo Lambert", "A12"),
        ("0099900025", "connue du cabinet", ""),
    ]


def test_a_planned_visit_is_billed_as_the_insurer_is_without_a_word_typed(
    office: Office, tmp_path: Path
) -> None:
    add_insurer(office, MUTUELLE)
    planned(office, amc=Amc("0099900009", member="A12"), usual="{}")
    take_round(office, TODAY, PS)
    (taken,) = office.journal.visits.find(VisitState.PENDING)
    found = read_judged(taken.payload).visit
    assert found.amc == Amc("0099900009", member="A12", indicator="30", routing="MA", host="HOT")
    assert found.third_party == BOTH_PAY
    table = round_of(office, TODAY, PS)[0].plan.visit(TODAY)
    assert table["tiers_payant"] == "total"


def test_what_is_said_of_the_patient_counts_before_the_convention(office: Office) -> None:
    add_insurer(office, MUTUELLE)
    own = Amc("0099900009", "single", member="A12", indicator="10")
    one = planned(office, amc=own, usual=as_care({"tiers_payant": "amo"}))
    told = one.visit(TODAY)
    assert told["tiers_payant"] == "amo"
    assert (told["amc"]["indicateur"], told["amc"]["accord_de_gestion"]) == ("10", True)


def test_a_convention_changed_changes_what_is_planned_and_nothing_that_is_billed(office: Office) -> None:
    insurer = add_insurer(office, MUTUELLE)
    planned(office, amc=Amc("0099900009"), usual="{}")
    take_round(office, TODAY, PS)
    change_insurer(office, insurer, replace(MUTUELLE, convention=Convention("single", "10")))
    told = round_of(office, TODAY, PS)[0].plan.visit(TODAY)
    assert told["amc"] == {"numero": "0099900009", "indicateur": "10", "accord_de_gestion": True}
    (taken,) = office.journal.visits.find(VisitState.PENDING)
    assert read_judged(taken.payload).visit.third_party == BOTH_PAY


def test_a_patient_without_an_insurer_is_not_asked_for_one(office: Office) -> None:
    add_insurer(office, MUTUELLE)
    assert "amc" not in planned(office).visit(TODAY)


def test_an_insurer_set_aside_completes_nothing_and_its_number_stays_its_own(office: Office) -> None:
    known = add_insurer(office, MUTUELLE)
    patient = add_patient(office, replace(YVONNE, amc=Amc("0099900009")))
    office.journal.dossiers.close(known.id, "merged with another")
    assert keep_insurer(office, Amc("0099900009"), "Other name").told.name == "Mutuelle des Tilleuls"
    assert proposed_insurers(office, edit_patient(office, patient, patient.told)) == []


def test_neither_insurer_nor_prescriber_stands_in_clear(office: Office, tmp_path: Path) -> None:
    add_insurer(office, replace(MUTUELLE, note="dossier 4711 en attente"))
    add_prescriber(office, PrescriberFile("Dr Marc Salaün", "691000343", "10100002087", phone="0198765432"))
    planned(office, amc=Amc("0099900009", member="ADH4711"))
    office.journal.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    words = ("Tilleuls", "TILLEULS", "0099900009", "4711", "Sala", "SALAUN", "10100002087", "0198765432")
    assert [word for word in words if word.encode() in raw] == []
