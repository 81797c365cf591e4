"""Who is asked for the complementary share, with which sheets, and what the patient then owes."""

from dataclasses import replace

import pytest
from billed import billed

from tournee.billing.identity import Amc, Coverage, Period
from tournee.billing.visit import (
    AMC_PAYS,
    AMO_PAYS,
    BOTH_PAY,
    MATERNITY,
    NO_THIRD_PARTY,
    WORK_ACCIDENT,
    Accident,
)

FSE_ALONE = frozenset({"FSE"})
PLAIN = (Coverage(),)
# AMI 4: 13.40; 60 % = 8.04, left 5.36


@pytest.fixture
def invoice(nurse, patient, visit):
    def build(amc=None, coverage=PLAIN, **changes):
        return billed(nurse, patient(amc=amc, coverage=coverage), visit(**changes), 1)

    return build


def facts(invoice):
    return (invoice.claim.way, invoice.claim.documents, invoice.amo, invoice.amc, invoice.paid)


def test_without_amc_the_fse_asks_nothing_of_one(invoice):
    assert facts(invoice()) == ("none", ("FSE",), 804, 0, 1340)


@pytest.mark.parametrize(
    ("third_party", "paid"), [(NO_THIRD_PARTY, 1340), (AMO_PAYS, 536), (AMC_PAYS, 804), (BOTH_PAY, 0)]
)
def test_patient_pays_the_fee_less_the_shares_of_group_1410(invoice, amc, third_party, paid):
    made = invoice(amc, third_party=third_party)
    assert facts(made) == ("separate", ("FSE", "DRE"), 804, 536, paid)


@pytest.mark.parametrize(
    ("indicator", "third_party", "documents"),
    [
        ("13", NO_THIRD_PARTY, ("FSE", "DRE")),
        ("23", NO_THIRD_PARTY, ("FSE",)),
        ("23", BOTH_PAY, ("FSE", "DRE")),
        ("33", AMO_PAYS, ("FSE", "DRE")),
        ("00", AMO_PAYS, ("FSE",)),
    ],
)
def test_sheets_follow_the_amc_s_indicator_when_nothing_is_said(invoice, indicator, third_party, documents):
    made = invoice(Amc("0035500042", indicator=indicator), third_party=third_party)
    assert made.claim.documents == documents


def test_fse_alone_asks_nothing_of_the_amc(invoice, amc):
    assert facts(invoice(amc, documents=FSE_ALONE)) == ("none", ("FSE",), 804, 0, 1340)


def test_mutual_under_a_management_agreement_is_asked_on_the_fse(invoice):
    mutual = Amc("0020500018", management="single", indicator="01")
    assert facts(invoice(mutual, third_party=BOTH_PAY)) == ("single", ("FSE",), 804, 536, 0)


def test_contract_99_makes_the_fse_alone(invoice, amc):
    made = invoice(amc, third_party=AMO_PAYS, contract99=True)
    assert facts(made) == ("split", ("FSE",), 804, 536, 536)
    assert (made.claim.contract, made.complementary_third_party, made.due) == ("99", 0, 536)


def test_contract_99_with_complementary_third_party_asks_the_whole_share(invoice, amc):
    made = invoice(amc, third_party=AMO_PAYS, contract99=True, complementary_third_party=True)
    assert (made.paid, made.complementary_third_party, made.due) == (536, 536, 0)


def test_c2s_gets_contract_type_89_and_the_rest_of_the_base(invoice):
    c2s = Amc("0069500033", indicator="63", c2s=True)
    made = invoice(c2s, third_party=BOTH_PAY)
    assert facts(made) == ("separate", ("FSE", "DRE"), 804, 536, 0)
    assert made.claim.contract == "89"


def test_ald_is_paid_in_full_and_no_amc_is_asked(invoice, amc):
    made = invoice(amc, coverage=(Coverage(ald="1"),), third_party=AMO_PAYS)
    assert facts(made) == ("none", ("FSE",), 1340, 0, 0)
    assert (made.cover.exemption, made.cover.insurance) == ("4", "10")


def test_care_without_relation_to_the_ald_is_paid_as_usual(invoice):
    made = invoice(coverage=(Coverage(ald="1"),), exempt=False)
    assert (made.amo, made.cover.exemption) == (804, "0")


def test_maternity_said_by_the_carer_is_paid_in_full(invoice):
    made = invoice(nature=MATERNITY)
    assert (made.amo, made.cover.insurance) == (1340, "30")


def test_work_accident_is_paid_in_full(invoice, visit):
    made = invoice(nature=WORK_ACCIDENT, accident=Accident(day=visit().day))
    assert (made.amo, made.cover.insurance) == (1340, "41")


def test_attestation_stands_in_for_the_card_s_amc(nurse, patient, visit, amc):
    attestation = Amc("0099900009", indicator="30")
    made = billed(nurse, patient(amc=amc), visit(amc=attestation), 1)
    assert made.claim.amc == attestation


def test_amc_whose_rights_do_not_cover_the_care_is_not_asked(invoice, amc):
    later = replace(amc, period=Period("20261116", ""))
    assert invoice(later).claim.way == "none"
