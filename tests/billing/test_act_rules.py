"""The rules of acts and of their sums, one a test."""

from datetime import date

import pytest
from tournee.billing.pricing.article_11b import weights

from tournee.billing.rules.visit import visit_breaches
from tournee.billing.visit import Act

SUNDAY, MONDAY = date(2026, 11, 15), date(2026, 11, 16)


def ami(coefficient=400, **changes):
    return Act(**({"code": "AMI", "day": SUNDAY, "coefficient": coefficient} | changes))


def bare(code, **changes):
    return Act(**({"code": code, "day": SUNDAY} | changes))


@pytest.fixture
def told(visit):
    def judge(*acts, profession="IF", **changes):
        return [str(breach) for breach in visit_breaches(visit(*acts, **changes), profession)]

    return judge


def test_correct_act_breaks_nothing(told):
    assert told(ami(), bare("IFA")) == []


def test_visit_without_act_is_refused(told):
    assert told(acts=()) == ["actes : aucun acte"]


def test_unknown_code_is_refused_with_near_ones(told):
    assert told(bare("AMY")) == [
        "actes 1, code : AMY n’existe pas pour la profession IF ; peut-être AMX ou AMI"
    ]


def test_code_of_the_other_profession_is_refused(told):
    (only,) = told(bare("AMK", coefficient=800))
    assert only.startswith("actes 1, code : AMK n’existe pas pour la profession IF")


def test_act_after_the_day_is_refused(told):
    assert told(ami(day=MONDAY)) == ["actes 1, date : soin du 16/11/2026 après la journée (15/11/2026)"]


def test_act_without_price_on_its_day_is_refused(told):
    acts = (Act("AMS", MONDAY, 800),)
    assert told(*acts, profession="MK", day=MONDAY) == ["actes 1, code : AMS n’a pas de tarif au 16/11/2026"]


@pytest.mark.parametrize(("code", "coefficient"), [("AMI", 2000), ("AIS", 150), ("AIS", 1600), ("DI", 150)])
def test_coefficient_at_its_bound_is_accepted(told, code, coefficient):
    assert told(bare(code, coefficient=coefficient)) == []


@pytest.mark.parametrize(
    ("code", "coefficient", "bounds"),
    [
        ("AMI", 2001, "20,01 pour AMI : de 0,5 à 20"),
        ("AIS", 149, "1,49 pour AIS : de 1,5 à 16"),
        ("DI", 160, "1,6 pour DI : de 1 à 1,5"),
        ("AMI", 0, "0 pour AMI : de 0,5 à 20"),
    ],
)
def test_coefficient_beyond_its_bound_is_refused(told, code, coefficient, bounds):
    assert told(bare(code, coefficient=coefficient)) == [f"actes 1, coefficient : {bounds}"]


def test_kine_coefficient_above_28_is_refused(told):
    acts = (Act("AMK", MONDAY, 2801),)
    assert told(*acts, profession="MK", day=MONDAY) == ["actes 1, coefficient : 28,01 pour AMK : de 0,5 à 28"]


def test_missing_coefficient_is_told(told):
    assert told(bare("AMI")) == ["actes 1, coefficient : manque ; AMI en demande un"]


def test_coefficient_of_a_forfait_is_refused(told):
    assert told(bare("BSB", coefficient=100)) == ["actes 1, coefficient : BSB n’a pas de coefficient"]


def test_quantity_beyond_the_line_is_refused(told):
    assert told(ami(), bare("IK", quantity=100)) == ["actes 2, quantite : 100 pour IK : de 1 à 99 par ligne"]


def test_quantity_of_zero_is_refused(told):
    assert told(ami(quantity=0)) == ["actes 1, quantite : 0 pour AMI : de 1 à 1 par ligne"]


def test_sunday_majoration_on_a_working_day_is_refused(told):
    acts = (ami(day=MONDAY, complement="F"),)
    assert told(*acts, day=MONDAY) == [
        "actes 1, complement : le 16/11/2026 n’est ni un dimanche ni un jour férié"
    ]


def test_majoration_of_an_act_that_takes_none_is_refused(told):
    assert told(ami(), bare("MAU", complement="N")) == [
        "actes 2, complement : MAU ne prend pas de majoration nuit"
    ]


def test_unknown_complement_is_refused(told):
    assert told(ami(complement="Z")) == [
        "actes 1, complement : 'Z' n’est pas un complément connu : N (nuit), F (dimanche ou jour férié)"
    ]


def test_fee_off_the_tariff_without_qualifier_is_refused(told):
    assert told(ami(fee=2000)) == [
        "actes 1, qualificatif : manque ; des honoraires hors tarif se justifient (D, E, G ou N)"
    ]


def test_qualifier_d_without_fee_is_refused(told):
    assert told(ami(qualifier="D")) == ["actes 1, honoraires : manque ; le qualificatif D veut un montant"]


def test_free_act_with_a_fee_is_refused(told):
    assert told(ami(qualifier="G", fee=100)) == [
        "actes 1, honoraires : le qualificatif G (gratuit) et un montant s’excluent"
    ]


def test_fee_beyond_its_columns_is_refused(told):
    assert told(ami(qualifier="D", fee=10_000_000)) == ["actes 1, honoraires : montant hors limites"]


def test_unknown_qualifier_is_refused(told):
    (only,) = told(ami(qualifier="X"))
    assert only.startswith("actes 1, qualificatif : 'X' n’est pas un qualificatif connu")


def test_mau_without_an_act_it_goes_with_is_refused(told):
    assert told(bare("BSA"), bare("MAU")) == ["actes 2, code : MAU se facture avec l’un de AMI, TMI"]


def test_ifa_and_a_dependence_forfait_exclude_each_other(told):
    assert told(bare("BSB"), bare("IFA")) == [
        "actes 2, code : IFA et BSB ne se facturent pas dans la même visite"
    ]


def test_ais_and_a_dependence_forfait_exclude_each_other(told):
    assert told(bare("AIS", coefficient=300), bare("BSA")) == [
        "actes 1, code : AIS et BSA ne se facturent pas dans la même visite"
    ]


def test_second_kine_letter_in_a_session_is_refused(told):
    acts = (Act("TER", MONDAY, 750), Act("RAM", MONDAY, 850))
    assert told(*acts, profession="MK", day=MONDAY) == [
        "actes 2, code : RAM et TER : une seule lettre clé par séance"
    ]


def test_kine_letters_of_two_days_are_two_sessions(told):
    acts = (Act("TER", SUNDAY, 750), Act("TER", MONDAY, 750))
    assert told(*acts, profession="MK", day=MONDAY) == []


def test_allowance_twice_in_a_visit_is_refused(told):
    assert told(ami(), bare("IFA"), bare("IFA")) == [
        "actes 3, code : IFA est déjà dans cette visite ; utiliser la quantité"
    ]


def test_11b_first_act_full_second_half_third_free():
    assert weights((ami(400), ami(200), ami(100)), "IF") == [2, 1, 0]


def test_11b_ranks_by_coefficient_not_by_place():
    assert weights((ami(100), ami(400), ami(200)), "IF") == [0, 2, 1]


def test_11b_leaves_forfaits_and_exceptions_full():
    acts = (ami(400), ami(300, full_rate=True), bare("IFA"), ami(200))
    assert weights(acts, "IF") == [2, 2, 2, 1]


def test_11b_counts_each_day_apart():
    acts = (ami(400), ami(200), ami(400, day=date(2026, 11, 14)))
    assert weights(acts, "IF") == [2, 1, 2]


def test_11b_does_not_hold_for_kine_letters():
    assert weights((Act("TER", MONDAY, 750), Act("RAM", MONDAY, 850)), "MK") == [2, 2]
