"""The rules that need the cards, one a test; and what a refusal tells."""

from dataclasses import replace
from datetime import date

import pytest
from billed import billed, on

from tournee.billing.identity import Amc, Coverage, IdentityError, Period
from tournee.billing.invoice import choose_patient
from tournee.billing.rules.patient import patient_breaches, require_same_ps
from tournee.billing.rules.visit import RuleError
from tournee.billing.visit import AMO_PAYS, BOTH_PAY, Act, Day
from tournee.errors import BillingError
from tournee.model.codes import DEGRADED

SUNDAY = date(2026, 11, 15)
FSE_AND_DRE = frozenset({"FSE", "DRE"})


@pytest.fixture
def told(visit, patient, nurse):
    def judge(who=None, **changes):
        judged = patient_breaches(visit(**changes), who or patient(), nurse)
        return [str(breach) for breach in judged]

    return judge


def test_right_patient_breaks_nothing(told):
    assert told() == []


def test_card_of_somebody_else_is_refused(told):
    assert told(nir="1480369123017") == [
        "nir : la carte est celle de 2550699999001, la visite attend 1480369123017"
    ]


def test_another_birth_date_is_refused(told):
    assert told(born=date(1955, 6, 16)) == ["naissance : YVONNE LAMBERT n’est pas né(e) ce jour-là"]


def test_real_patient_card_with_a_test_ps_card_is_refused(told, patient):
    (only,) = told(patient(test=False))
    assert "la carte Vitale est réelle et celle du professionnel de test" in only
    assert "F026" in only


def test_rights_closed_on_the_day_are_refused(told, patient):
    assert told(patient(rights=(Period("20200101", "20241231"),))) == [
        "passages 1, date : les droits de la carte ne sont pas ouverts le 15/11/2026 [droits]"
    ]


def test_rights_are_not_judged_in_degraded_mode(told, patient):
    closed = patient(rights=(Period("20200101", "20241231"),))
    assert told(closed, mode=DEGRADED, typed=closed, reason="puce illisible") == []


def test_care_before_birth_is_refused(told, patient):
    assert told(patient(born="20261116")) == [
        "passages 1, date : soin du 15/11/2026 avant la naissance du patient [naissance]"
    ]


def test_young_child_majoration_stops_at_seven(told, patient):
    acts = (Act("MIE"),)
    assert told(patient(born="20191116"), acts=acts) == []
    assert told(patient(born="20191115"), acts=acts) == [
        "passages 1, actes 1, code : MIE : pour les moins de 7 ans, le patient en a 7 [mie]"
    ]


def test_contract_99_without_an_amc_is_refused(told):
    """OCT-EF-2."""
    (only,) = told(contract99=True)
    assert only.startswith("contrat : contrat 99 sans organisme complémentaire ouvert pour YVONNE LAMBERT")


def test_contract_99_under_a_management_agreement_is_refused_naming_both(told, patient):
    """OCT-EF-2."""
    mutual = Amc("0020500018", management="single", indicator="01")
    assert told(patient(amc=mutual), contract99=True) == [
        "contrat : le contrat 99 et l’accord de gestion entre la caisse et l’organisme 0020500018 "
        "s’excluent : la caisse règle déjà les deux parts"
    ]


def test_contract_99_with_an_amc_of_its_own_is_accepted(told, patient, amc):
    assert told(patient(amc=amc), contract99=True) == []


def test_dre_without_an_amc_is_refused(told):
    assert told(documents=FSE_AND_DRE) == [
        "documents : une DRE est demandée et aucun organisme complémentaire n’est ouvert"
    ]


def test_dre_to_an_amc_whose_rights_are_over_is_refused(told, patient, amc):
    over = replace(amc, period=Period("20200101", "20261114"))
    (only,) = told(patient(amc=over), documents=FSE_AND_DRE)
    assert "aucun organisme complémentaire n’est ouvert" in only


def test_dre_under_a_management_agreement_is_refused(told, patient):
    mutual = Amc("0020500018", management="single", indicator="01")
    assert told(patient(amc=mutual), documents=FSE_AND_DRE) == [
        "documents : une DRE est demandée et l’organisme 0020500018 est réglé par la caisse "
        "(accord de gestion)"
    ]


def test_dre_to_an_amc_that_takes_none_is_refused(told, patient):
    assert told(patient(amc=Amc("0035500042", indicator="03")), documents=FSE_AND_DRE) == [
        "documents : une DRE est demandée et l’organisme 0035500042 n’en prend pas (indicateur 03)"
    ]


def test_complementary_third_party_without_an_amc_is_refused(told):
    assert told(third_party=BOTH_PAY) == [
        "tiers_payant : tiers payant sur la part complémentaire et aucun organisme complémentaire ouvert"
    ]


def test_complementary_third_party_with_the_fse_alone_is_refused(told, patient, amc):
    assert told(patient(amc=amc), third_party=BOTH_PAY, documents=frozenset({"FSE"})) == [
        "tiers_payant : tiers payant sur la part complémentaire sans DRE : l’organisme complémentaire "
        "ne paierait pas"
    ]


def test_complementary_third_party_that_the_amc_does_not_practise_is_refused(told, patient):
    outside = Amc("0059500066", indicator="13")
    assert told(patient(amc=outside), third_party=BOTH_PAY, documents=FSE_AND_DRE) == [
        "tiers_payant : l’organisme 0059500066 ne pratique pas le tiers payant (indicateur 13)"
    ]


def test_c2s_patient_without_full_third_party_is_refused(told, patient):
    c2s = Amc("0069500033", indicator="63", c2s=True)
    assert told(patient(amc=c2s), third_party=AMO_PAYS) == [
        "tiers_payant : le patient a la C2S : le tiers payant est « total »"
    ]


def test_dre_of_nothing_is_refused(nurse, patient, visit, amc):
    everything_paid = patient(amc=amc, coverage=(Coverage(ald="1"),))
    with pytest.raises(RuleError, match="la caisse paie tout"):
        billed(nurse, everything_paid, visit(documents=FSE_AND_DRE), 1)


def test_fees_that_record_5_cannot_hold_are_refused(nurse, patient, visit):
    days = [date(2026, 11, day) for day in range(3, 14)]
    dearest = [on(day, Act("AMI", 400, fee=9_999_999, qualifier="D")) for day in days]
    with pytest.raises(RuleError, match="le total dépasse ce qu’une facture peut porter"):
        billed(nurse, patient(), visit(passages=tuple(dearest)), 1)
    assert billed(nurse, patient(), visit(passages=tuple(dearest[:10])), 1).fee == 99_999_990


def test_refusal_holds_every_breach_at_once(nurse, patient, visit):
    with pytest.raises(RuleError) as refusal:
        billed(nurse, patient(), visit(Act("AMI", 400), born=date(1955, 6, 16), third_party=BOTH_PAY), 1)
    assert [breach.path for breach in refusal.value.breaches] == [
        ("naissance",),
        ("tiers_payant",),
    ]
    assert "Facture refusée, YVONNE LAMBERT" in str(refusal.value)


@pytest.mark.parametrize("number", [0, 1_000_000_000])
def test_invoice_number_that_does_not_fit_nine_digits_is_refused(nurse, patient, visit, number):
    with pytest.raises(BillingError, match="9 chiffres"):
        billed(nurse, patient(), visit(), number)


def test_caisse_that_no_recipient_serves_is_refused(nurse, patient, visit):
    with pytest.raises(BillingError, match="régime 01, la caisse 777"):
        billed(nurse, patient(caisse="777"), visit(), 1)


def test_day_of_another_professional_is_refused(nurse, visit):
    day = Day(SUNDAY, "697000230", "MK", (visit(),))
    with pytest.raises(RuleError) as refusal:
        require_same_ps(day, nurse)
    assert [breach.path for breach in refusal.value.breaches] == [
        ("journee", "ps"),
        ("journee", "profession"),
    ]


def test_own_day_is_accepted(nurse, visit):
    require_same_ps(Day(SUNDAY, "756000121", "IF", (visit(),)), nurse)


@pytest.fixture
def family(patient):
    return [
        patient(name="MOREAU", first_name="CAMILLE"),
        patient(name="MOREAU", first_name="ADAM", born="20230714", beneficiary_rank="002"),
        patient(name="MOREAU", first_name="EVE", born="20230714", birth_rank="2", beneficiary_rank="003"),
    ]


def test_insured_person_is_chosen_when_the_visit_names_nobody_else(family, visit):
    assert choose_patient(family, visit()).first_name == "CAMILLE"


def test_twin_is_chosen_by_birth_rank(family, visit):
    assert choose_patient(family, visit(born=date(2023, 7, 14), birth_rank="2")).first_name == "EVE"


def test_twins_without_birth_rank_are_told_apart_by_asking(family, visit):
    with pytest.raises(IdentityError, match="Plusieurs bénéficiaires") as refusal:
        choose_patient(family, visit(born=date(2023, 7, 14)))
    assert "ADAM né(e) le 14/07/2023 rang 1, EVE né(e) le 14/07/2023 rang 2" in refusal.value.cause


def test_birth_date_of_nobody_on_the_card_is_refused(family, visit):
    with pytest.raises(IdentityError, match="Aucun bénéficiaire"):
        choose_patient(family, visit(born=date(2000, 1, 1)))


def test_wrong_card_in_the_slot_is_refused(family, visit):
    with pytest.raises(IdentityError, match="est celle de CAMILLE MOREAU"):
        choose_patient(family, visit(nir="1480369123017"))


def test_card_without_beneficiary_is_refused(visit):
    with pytest.raises(IdentityError, match="aucun bénéficiaire"):
        choose_patient([], visit())
