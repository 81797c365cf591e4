"""The rules of a visit and of a day that need no card, one a test."""

from datetime import date

import pytest
from billed import on

from tournee.billing.rules.visit import visit_breaches
from tournee.billing.visit import (
    AMC_PAYS,
    AMO_PAYS,
    BOTH_PAY,
    NO_THIRD_PARTY,
    WORK_ACCIDENT,
    Accident,
    Act,
    Prescription,
)
from tournee.model.codes import DEGRADED

SUNDAY = date(2026, 11, 15)


@pytest.fixture
def told(visit):
    def judge(*acts, **changes):
        return [str(breach) for breach in visit_breaches(visit(*acts, **changes))]

    return judge


def test_contract_99_with_fse_and_dre_is_refused_naming_both(told):
    """OCT-X-1."""
    assert told(contract99=True, documents=frozenset({"FSE", "DRE"})) == [
        "contrat : le contrat 99 (l’OCT éclate la facture) et la création de FSE et DRE "
        "(éclatement à la source) s’excluent : "
        "garder le contrat 99 avec la FSE seule, ou la DRE sans le contrat 99 [OCT-X-1]"
    ]


def test_contract_99_with_a_dre_alone_is_refused(told):
    """OCT-X-1."""
    (only,) = told(contract99=True, documents=frozenset({"DRE"}))
    assert "la création de DRE" in only


def test_contract_99_with_the_fse_alone_is_accepted(told):
    assert told(contract99=True, documents=frozenset({"FSE"})) == []


@pytest.mark.parametrize("third_party", [AMC_PAYS, BOTH_PAY])
def test_contract_99_with_complementary_third_party_in_group_1410_is_refused(told, third_party):
    """OCT-EF-3."""
    (only,) = told(contract99=True, third_party=third_party)
    assert only.startswith(
        "tiers_payant : avec le contrat 99, le tiers payant se limite à « non » ou « amo »"
    )
    assert "tiers_payant_complementaire = true" in only


@pytest.mark.parametrize("third_party", [NO_THIRD_PARTY, AMO_PAYS])
def test_contract_99_says_complementary_third_party_in_group_1321(told, third_party):
    """OCT-EF-3."""
    assert told(contract99=True, third_party=third_party, complementary_third_party=True) == []


def test_complementary_third_party_of_group_1321_without_contract_99_is_refused(told):
    (only,) = told(complementary_third_party=True)
    assert only.startswith("tiers_payant_complementaire : n’a de sens qu’avec le contrat 99")


def test_care_before_its_prescription_is_refused(told):
    prescription = Prescription(date(2026, 11, 14), rpps="10100001071")
    passages = (on(date(2026, 11, 13), Act("AMI", 400)),)
    assert told(passages=passages, prescription=prescription) == [
        "passages 1, date : soin du 13/11/2026 avant sa prescription du 14/11/2026 [ordonnance]"
    ]


def test_care_after_the_day_is_refused(told):
    assert told(passages=(on(date(2026, 11, 16), Act("AMI", 400)),)) == [
        "passages 1, date : soin du 16/11/2026 après la journée (15/11/2026)"
    ]


def test_visit_without_act_is_refused(told):
    assert told(passages=(on(SUNDAY),)) == ["actes : aucun acte"]


def test_prescription_after_the_day_is_refused(told):
    prescription = Prescription(date(2026, 11, 16), rpps="10100001071")
    assert told(prescription=prescription) == [
        "prescription, date : 16/11/2026 est après la journée (15/11/2026) [ordonnance]",
        "passages 1, date : soin du 15/11/2026 avant sa prescription du 16/11/2026 [ordonnance]",
    ]


def test_accident_of_another_nature_is_refused(told):
    assert told(accident=Accident(day=SUNDAY)) == [
        "accident : n’a de sens qu’avec la nature « accident du travail » [accident]"
    ]


def test_accident_after_the_day_is_refused(told):
    accident = Accident(day=date(2026, 11, 16))
    assert told(nature=WORK_ACCIDENT, accident=accident) == [
        "accident, date : 16/11/2026 est après la journée (15/11/2026) [accident]"
    ]


def test_degraded_mode_without_a_patient_typed_in_is_refused(told):
    assert told(mode=DEGRADED, reason="puce illisible") == [
        "patient : se saisit à la main en mode dégradé ou sans carte, et seulement alors [mode]"
    ]


def test_patient_typed_in_under_a_secured_mode_is_refused(told, patient):
    (only,) = told(typed=patient())
    assert only.startswith("patient : se saisit à la main")


def test_degraded_mode_without_a_reason_is_refused(told, patient):
    assert told(mode=DEGRADED, typed=patient()) == [
        "patient, motif : manque ; dire pourquoi la carte n’a pas été lue [mode]"
    ]


def test_more_acts_than_record_5_can_count_are_refused(told):
    acts = (Act("AMI", 100),) * 1000
    assert told(*acts) == ["actes : 1000 actes, 999 au plus par facture"]
