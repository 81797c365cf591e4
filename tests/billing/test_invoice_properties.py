"""What holds for every invoice that the rules let through."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesam import records
from tournee.billing.identity import Amc, Coverage, Patient, PsIdentity
from tournee.billing.invoice import make_invoice
from tournee.billing.rules import RuleError
from tournee.billing.visit import Accident, Act, Prescription, Visit
from tournee.errors import BillingError

RECORD = 128
SUNDAY = date(2026, 11, 15)
NURSE = PsIdentity(
    "756000121", "IF", "24", "LEFEBVRE", "CLAIRE", rpps="10100000016", tariff_zone="10", test=True
)
OVERSEAS = PsIdentity("974600017", "IF", "24", "HOARAU", "JEANNE", tariff_zone="10", test=True)

COEFFICIENTS = st.integers(50, 2000)
LETTERS = st.builds(
    Act,
    code=st.sampled_from(["AMI", "TMI"]),
    day=st.dates(date(2026, 11, 10), SUNDAY),
    coefficient=COEFFICIENTS,
    full_rate=st.booleans(),
)
NIGHTS = st.builds(
    Act, code=st.just("AMI"), day=st.just(SUNDAY), coefficient=COEFFICIENTS, complement=st.sampled_from("NF")
)
OVER_TARIFF = st.builds(
    Act,
    code=st.just("AMI"),
    day=st.just(SUNDAY),
    coefficient=COEFFICIENTS,
    fee=st.integers(0, 99_999),
    qualifier=st.sampled_from("DEN"),
)
FREE = st.builds(
    Act, code=st.just("AIS"), day=st.just(SUNDAY), coefficient=st.integers(150, 1600), qualifier=st.just("G")
)
KILOMETRES = st.builds(Act, code=st.just("IK"), day=st.just(SUNDAY), quantity=st.integers(1, 99))
ACTS = st.lists(LETTERS | NIGHTS | OVER_TARIFF, min_size=1, max_size=5).flatmap(
    lambda acts: st.lists(FREE, max_size=1).flatmap(
        lambda free: st.lists(KILOMETRES, max_size=1).map(lambda travel: (*acts, *free, *travel))
    )
)
AMCS = st.none() | st.builds(
    Amc,
    number=st.integers(1, 9_999_999_999).map(lambda number: f"{number:010d}"),
    management=st.sampled_from(["separate", "single"]),
    indicator=st.sampled_from(["", "00", "01", "13", "23", "33", "63"]),
    member=st.text(alphabet="ABC 019é", max_size=15),
    c2s=st.booleans(),
)
PATIENTS = st.builds(
    Patient,
    nir=st.just("155062A999001"),
    key=st.just("41"),
    regime=st.just("01"),
    caisse=st.just("041"),
    centre=st.just("0000"),
    born=st.just("19550611"),
    name=st.just("CASANOVA"),
    first_name=st.just("ANGE"),
    amc=AMCS,
    coverage=st.tuples(st.builds(Coverage, ald=st.sampled_from("01"))),
    test=st.just(True),
)
VISITS = st.builds(
    Visit,
    day=st.just(SUNDAY),
    nir=st.just("155062A999001"),
    key=st.just("41"),
    acts=ACTS,
    prescription=st.sampled_from(
        [
            Prescription(date(2026, 11, 1), rpps="10100001071"),
            Prescription(date(2026, 11, 1), prescriber="751000126"),
        ]
    ),
    third_party=st.integers(0, 3),
    documents=st.sampled_from([None, frozenset({"FSE"}), frozenset({"FSE", "DRE"})]),
    contract99=st.booleans(),
    complementary_third_party=st.booleans(),
    nature=st.sampled_from(["10", "30", "41"]),
    accident=st.sampled_from([None, Accident(day=SUNDAY)]),
    exempt=st.booleans(),
)


def made(ps, patient, visit, number):
    """The invoice, or None when a rule forbids it."""
    try:
        return make_invoice(ps, patient, visit, number)
    except RuleError:
        return None


def decoded(body):
    return [records.decode(body[at : at + RECORD], at) for at in range(0, len(body), RECORD)]


@given(st.sampled_from([NURSE, OVERSEAS]), PATIENTS, VISITS, st.integers(1, 999_999_999))
def test_records_are_accepted_and_their_totals_are_the_sums_of_their_acts(ps, patient, visit, number):
    invoice = made(ps, patient, visit, number)
    if invoice is None:
        return
    for sheet in invoice.sheets():
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


@given(PATIENTS, VISITS)
def test_patient_pays_the_fee_less_what_group_1410_says_others_pay(patient, visit):
    invoice = made(NURSE, patient, visit, 1)
    if invoice is None:
        return
    for sheet in invoice.sheets():
        found = decoded(sheet.records)
        head, total = found[0][1], found[-1][1]
        code = int(head["tiers_payant"])
        shares = (code & 1) * total["part_amo"] + (code >> 1) * total["part_amc"]
        assert total["paye_assure"] == total["honoraires"] - shares >= 0


@given(PATIENTS, VISITS)
def test_shares_of_an_act_never_pass_its_base_nor_the_base_its_fee(patient, visit):
    invoice = made(NURSE, patient, visit, 1)
    if invoice is None:
        return
    for kind, act in decoded(invoice.sheets()[0].records):
        if kind == "4":
            assert act["part_amo"] + act["part_amc"] <= act["base"] <= act["honoraires"]
            exact = act["base"] * act["taux"]
            assert abs(act["part_amo"] * 100 - exact) <= 50


@given(PATIENTS, VISITS)
def test_contract_99_never_comes_with_a_dre_nor_complementary_third_party_in_group_1410(patient, visit):
    # OCT-X-1, OCT-EF-3
    invoice = made(NURSE, patient, visit, 1)
    if invoice is None:
        return
    head = decoded(invoice.sheets()[0].records)[0][1]
    if head["type_contrat"] == "99":
        assert [sheet.kind for sheet in invoice.sheets()] == ["FSE"]
        assert head["tiers_payant"] in ("0", "1")


@given(PATIENTS, VISITS)
def test_same_visit_gives_the_same_bytes(patient, visit):
    invoice, again = made(NURSE, patient, visit, 5), made(NURSE, patient, visit, 5)
    if invoice is not None and again is not None:
        assert invoice.sheets() == again.sheets()


@given(st.integers())
def test_number_is_written_on_nine_digits_or_refused(number):
    patient = Patient("155062A999001", "41", "01", "041", "0000", "19550611", "CASANOVA", "ANGE", test=True)
    visit = Visit(
        SUNDAY,
        patient.nir,
        patient.key,
        (Act("AMI", SUNDAY, 100),),
        Prescription(SUNDAY, rpps="10100001071"),
    )
    if 1 <= number <= 999_999_999:
        body = make_invoice(NURSE, patient, visit, number).sheets()[0].records
        assert {body[at + 29 : at + 38] for at in (0, len(body) - RECORD)} == {f"{number:09d}".encode()}
    else:
        with pytest.raises(BillingError):
            make_invoice(NURSE, patient, visit, number)
