"""Rights copied from paper: kept as typed with their day and age, an AME billed by them."""

import json
from dataclasses import replace
from datetime import date

import pytest
from day_files import day_file, import_visits, pending, visit
from people import DAILY, ORDER, PS

from tournee.app.practice.attestations import (
    CopiedAttestation,
    attestation_said,
    by_attestations,
    note_attestation,
)
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import round_file
from tournee.app.visits.pricing import price_files
from tournee.billing.kept.judged import read_judged
from tournee.billing.visit import AMO_PAYS
from tournee.model.codes import NO_CARD, SECURED
from tournee.practice.patient_file import PatientError, PatientFile

PAPER = CopiedAttestation("010410000", date(2026, 9, 1), date(2027, 8, 31), date(2026, 11, 6))
TODAY = date(2026, 11, 16)


@pytest.fixture
def patient(office):
    file = PatientFile("PEREIRA", "ANTONIO", "19590218", nir="1590299351044", key="43")
    return add_patient(office, file)


def test_what_a_paper_says_is_kept_as_typed_with_its_day_and_age(office, patient):
    """CEAM-4."""
    told = note_attestation(office, patient, PAPER).told
    assert attestation_said(told, TODAY) == (
        "droits jusqu’au 31/08/2027, caisse 01 041 0000 (saisi, papier du 06/11/2026, 10 jours)"
    )
    assert "; finie" in attestation_said(told, date(2027, 9, 1))


def test_an_ame_is_what_each_visit_of_the_patient_is_billed_by(office, patient):
    """CEAM-4."""
    aided = note_attestation(office, patient, replace(PAPER, state_aid=True)).told
    assert json.loads(aided.usual)["patient"]["ame"] == {"debut": "2026-09-01", "fin": "2027-08-31"}
    assert attestation_said(aided, TODAY).startswith("AME jusqu’au 31/08/2027")


def test_a_paper_typed_anew_replaces_and_an_older_one_does_not(office, patient):
    """CEAM-4."""
    aided = note_attestation(office, patient, replace(PAPER, state_aid=True))
    before = replace(PAPER, day=date(2026, 11, 2))
    again = note_attestation(office, aided, before).told
    assert attestation_said(again, TODAY).startswith("droits jusqu’au 31/08/2027")
    assert "patient" not in json.loads(again.usual)
    with pytest.raises(PatientError, match="plus récente"):
        note_attestation(office, aided, replace(before, day=date(2026, 11, 1), end=date(2026, 12, 31)))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"organisme": "0104"}, "9 chiffres"),
        ({"end": date(2026, 11, 15)}, "finie depuis le 15/11/2026"),
        ({"end": date(2026, 8, 1)}, "finit avant de commencer"),
        ({"day": date(2026, 11, 17)}, "un jour à venir"),
    ],
)
def test_a_paper_that_is_over_or_wrong_is_refused(office, patient, changes, word):
    """CEAM-4."""
    with pytest.raises(PatientError) as refused:
        note_attestation(office, patient, replace(PAPER, **changes))
    assert word in refused.value.message


ANTONIO = {"nir": "1590299351044", "cle": "43"}
BY_HAND = {"nom": "PEREIRA", "prenom": "ANTONIO", "regime": "01", "caisse": "751", "centre": "0000"}
WITHOUT_HIS_CARD = {"naissance": "1959-02-18", "patient": BY_HAND}


def cents(name, file, office, complete=None):
    (priced,) = price_files([(name, file)], None, office.nomenclature, complete=complete)
    assert not priced.refused, priced
    told = priced.visits[0].quote
    return told.fee, told.amo, told.amc, told.due


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tiers_payant": "amo"},
        {"mode": "sans carte", "motif": "oubliée"},
        {"naissance": "18/02/1959"},
        WITHOUT_HIS_CARD,
        WITHOUT_HIS_CARD | {"patient": BY_HAND | {"mode": "dégradé", "motif": "illisible"}},
    ],
)
def test_a_day_file_bills_an_ame_noted_as_a_planned_visit_to_the_cent(office, patient, more):
    """CEAM-4, DRT-10: AMI 1 (3,35 €) and its travel (2,75 €), all of it the caisse's."""
    aided = note_attestation(office, patient, replace(PAPER, state_aid=True))
    add_plan(office, aided, add_prescription(office, aided, ORDER), DAILY, PS)
    planned = cents("tournée.json", round_file(office, TODAY, PS), office)
    told = visit(ANTONIO, deplacement={"indemnite": "IFA"}, **more)
    assert cents("jour.json", day_file(told), office, by_attestations(office)) == planned == (610, 610, 0, 0)
    import_visits(office, told)
    (number,) = pending(office)
    judged = read_judged(office.journal.visits.get(number).payload).visit
    assert (judged.mode, judged.third_party) == (NO_CARD, AMO_PAYS)
    assert (judged.typed.caisse, judged.reason) == ("041", "attestation d’AME")


def test_an_ame_noted_leaves_a_card_or_another_s_visit_as_it_is_told(office, patient):
    """CEAM-4."""
    note_attestation(office, patient, replace(PAPER, state_aid=True))
    child = {**ANTONIO, "naissance": "2015-03-04"}
    import_visits(office, visit(ANTONIO, mode="sécurisé"), visit(child, heure="10:00"))
    told = [read_judged(office.journal.visits.get(one).payload).visit for one in pending(office)]
    assert [(one.mode, one.typed, one.entitlement.state_aid) for one in told] == [(SECURED, None, None)] * 2


def test_a_day_file_out_of_the_days_of_an_ame_is_refused(office, patient):
    """CEAM-4."""
    note_attestation(office, patient, replace(PAPER, start=date(2026, 11, 17), state_aid=True))
    (told,) = import_visits(office, visit(ANTONIO)).visits
    assert "l’attestation d’AME ne couvre pas le 16/11/2026" in told.mistakes[0].text
    assert pending(office) == []
