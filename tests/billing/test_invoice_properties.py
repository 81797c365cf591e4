"""What holds for every invoice that the rules let through."""

from dataclasses import replace
from datetime import date

import pytest
from billed import billed, verdict
from hypothesis import assume, given
from hypothesis import strategies as st

from tournee.billing.identity import Amc, Coverage, Patient, PsIdentity
from tournee.billing.nomenclature.table import packaged
from tournee.billing.rules.visit import RuleError
from tournee.billing.sheets import invoice_records, invoice_sheets
from tournee.billing.visit import Accident, Act, Passage, Prescription, Travel, Visit
from tournee.billing.zones.decoded import Told
from tournee.billing.zones.decoding import KNOWN, Asked, invoice_from_groups
from tournee.billing.zones.groups import invoice_groups
from tournee.billing.zones.sheet import sheet_groups
from tournee.errors import BillingError
from tournee.formats import records

RECORD = 128
SUNDAY = date(2026, 11, 15)
NURSE = PsIdentity(
    "756000121", "IF", "24", "LEFEBVRE", "CLAIRE", rpps="10100000016", tariff_zone="10", test=True
)
OVERSEAS = PsIdentity("974600017", "IF", "24", "HOARAU", "JEANNE", tariff_zone="10", test=True)

TABLE = packaged()
DAYS = [date(2026, 11, day) for day in range(10, 16)]
COEFFICIENTS = st.sampled_from(TABLE.coefficients("IF", "AMI", SUNDAY))
ACTS = st.builds(Act, code=st.just("AMI"), coefficient=COEFFICIENTS) | st.builds(
    Act,
    code=st.just("AMI"),
    coefficient=COEFFICIENTS,
    fee=st.integers(0, 99_999),
    qualifier=st.sampled_from("DEN"),
)
TRAVELS = st.none() | st.builds(
    Travel,
    st.sampled_from(["", "IFA"]),
    kilometres=st.integers(0, 300),
    ground=st.sampled_from(["plaine", "pied"]),
)
FREE = st.just(Act("AMI", 100, qualifier="G"))


@st.composite
def passages(draw):
    """Passages of different days, which the rules may refuse."""
    found = []
    for day in draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True)):
        acts = (*draw(st.lists(ACTS, min_size=1, max_size=4)), *draw(st.lists(FREE, max_size=1)))
        majoration = draw(st.sampled_from(["", "", "N", "F" if day.weekday() == 6 else "N"]))
        found.append(Passage(day, None, acts, draw(TRAVELS), majoration=majoration))
    return tuple(found)


NUMBERS_OF_AMC = st.integers(1, 9_999_999_999).map(lambda number: f"{number:010d}")
MEMBERS = st.text(alphabet="ABC 019é", max_size=15)
PRESCRIPTIONS = st.sampled_from(
    [
        Prescription(date(2026, 11, 1), rpps="10100001071"),
        Prescription(date(2026, 11, 1), prescriber="751000126"),
    ]
)


@st.composite
def cases(draw):
    """A patient and a visit that the rules let through, by each way to ask for the complementary share."""
    way = draw(st.sampled_from(["none", "separate", "single", "split"]))
    c2s = way != "none" and draw(st.booleans())
    amc = None
    if way != "none":
        indicator = {"separate": "63" if c2s else "33", "single": "62" if c2s else "01", "split": "33"}[way]
        management = "single" if way == "single" else "separate"
        amc = Amc(draw(NUMBERS_OF_AMC), management, draw(MEMBERS), indicator, c2s=c2s)
    nature = draw(st.sampled_from(["10", "10", "30", "41"]))
    patient = Patient(
        "155062A999001",
        "41",
        "01",
        "041",
        "0000",
        "19550611",
        "CASANOVA",
        "ANGE",
        amc=amc,
        coverage=(Coverage(ald=draw(st.sampled_from("001"))),),
        test=True,
    )
    split_or_none = st.integers(0, 1)
    visit = Visit(
        SUNDAY,
        patient.nir,
        patient.key,
        draw(passages()),
        draw(PRESCRIPTIONS),
        third_party=draw(
            split_or_none if way in ("none", "split") else st.just(3) if c2s else st.integers(0, 3)
        ),
        contract99=way == "split",
        complementary_third_party=way == "split" and draw(st.booleans()),
        nature=nature,
        accident=Accident(day=SUNDAY) if nature == "41" else None,
        exempt=draw(st.booleans()),
    )
    assume(not verdict(visit).breaches)
    assume(any(line.billed for line in verdict(visit).lines))
    return patient, visit


def decoded(body):
    return [records.decode(body[at : at + RECORD], at) for at in range(0, len(body), RECORD)]


@given(st.sampled_from([NURSE, OVERSEAS]), cases(), st.integers(1, 999_999_999))
def test_records_are_accepted_and_their_totals_are_the_sums_of_their_acts(ps, case, number):
    for sheet in invoice_sheets(billed(ps, *case, number)):
        found = decoded(sheet.records)
        acts = [values for kind, values in found if kind == "4"]
        head, total = found[0][1], found[-1][1]
        assert [kind for kind, _ in found if kind not in ("4", "4E")] == (
            ["2", "2A", "5"] if head["numero_amc"] != "0000000000" else ["2", "5"]
        )
        assert total["lignes"] == len(acts) == sheet.acts
        assert total["honoraires"] == sum(act["honoraires"] for act in acts) == sheet.fee
        assert total["part_amo"] == sum(act["part_amo"] for act in acts) == sheet.amo
        assert total["part_amc"] == sum(act["part_amc"] for act in acts) == sheet.amc


@given(cases())
def test_patient_pays_the_fee_less_what_group_1410_says_others_pay(case):
    invoice = billed(NURSE, *case, 1)
    for sheet in invoice_sheets(invoice):
        found = decoded(sheet.records)
        head, total = found[0][1], found[-1][1]
        code = int(head["tiers_payant"])
        shares = (code & 1) * total["part_amo"] + (code >> 1) * total["part_amc"]
        assert total["paye_assure"] == total["honoraires"] - shares >= 0


@given(cases())
def test_shares_of_an_act_never_pass_its_base_nor_the_base_its_fee(case):
    invoice = billed(NURSE, *case, 1)
    for kind, act in decoded(invoice_sheets(invoice)[0].records):
        if kind == "4":
            assert act["part_amo"] + act["part_amc"] <= act["base"] <= act["honoraires"]
            exact = act["base"] * act["taux"]
            assert abs(act["part_amo"] * 100 - exact) <= 50


@given(
    cases(),
    st.sampled_from([None, frozenset({"FSE"}), frozenset({"FSE", "DRE"})]),
    st.integers(0, 3),
    st.booleans(),
)
def test_contract_99_never_comes_with_a_dre_nor_complementary_third_party_in_group_1410(
    case, documents, third_party, contract99
):
    """OCT-X-1, OCT-EF-3."""
    patient, visit = case
    changed = replace(visit, documents=documents, third_party=third_party, contract99=contract99)
    try:
        invoice = billed(NURSE, patient, changed, 1)
    except RuleError:
        return  # refused at creation, as it should
    head = decoded(invoice_sheets(invoice)[0].records)[0][1]
    if head["type_contrat"] == "99":
        assert [sheet.kind for sheet in invoice_sheets(invoice)] == ["FSE"]
        assert head["tiers_payant"] in ("0", "1")


@given(cases())
def test_same_visit_gives_the_same_bytes(case):
    assert invoice_sheets(billed(NURSE, *case, 5)) == invoice_sheets(billed(NURSE, *case, 5))


@given(st.integers())
def test_number_is_written_on_nine_digits_or_refused(number):
    patient = Patient("155062A999001", "41", "01", "041", "0000", "19550611", "CASANOVA", "ANGE", test=True)
    visit = Visit(
        SUNDAY,
        patient.nir,
        patient.key,
        (Passage(SUNDAY, acts=(Act("AMI", 100),)),),
        Prescription(SUNDAY, rpps="10100001071"),
    )
    if 1 <= number <= 999_999_999:
        body = invoice_sheets(billed(NURSE, patient, visit, number))[0].records
        assert {body[at + 29 : at + 38] for at in (0, len(body) - RECORD)} == {f"{number:09d}".encode()}
    else:
        with pytest.raises(BillingError):
            billed(NURSE, patient, visit, number)


@given(st.sampled_from([NURSE, OVERSEAS]), cases(), st.integers(1, 999_999_999))
def test_invoice_told_in_groups_is_made_again_to_the_byte(ps, case, number):
    patient, _ = case
    invoice = billed(ps, *case, number)
    assume(invoice.claim.way == "split" or not invoice.visit.contract99)  # 99 of nothing is not told
    told = Told(invoice_groups(invoice), known=KNOWN)
    asked = Asked(frozenset(invoice.claim.documents), invoice.visit.mode)
    again = invoice_from_groups(told, ps, [patient], asked)
    assert invoice_records(again) == invoice_records(invoice)
    assert again.claim == invoice.claim


@given(cases())
def test_what_records_tell_in_groups_is_what_was_asked(case):
    invoice = billed(NURSE, *case, 1)
    asked = Told(invoice_groups(invoice), known=KNOWN)
    for group in sheet_groups(invoice_records(invoice)):
        occurrence = int(group.field("rang")) - 1 if group.id == 1610 else 0
        wanted = asked.all(group.id)[occurrence]
        for rank, value in enumerate(group.fields, 1):
            if value and (group.id, rank) not in ((1130, 4), (1321, 3)):  # six digits; without accents
                assert group.field(rank) == wanted.field(rank), (group.id, rank)
