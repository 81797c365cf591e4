"""Rights copied from paper: kept as typed with their day and age, an AME billed by them."""

import json
from dataclasses import replace
from datetime import date

import pytest

from tournee.app.practice.attestations import CopiedAttestation, attestation_said, note_attestation
from tournee.app.practice.patients import add_patient
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
