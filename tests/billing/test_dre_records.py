"""The records of a DRE that goes again alone: those of its invoice, but for whom it is asked of."""

from dataclasses import replace
from datetime import date
from string import ascii_uppercase, digits

import pytest
from billed import billed, on
from hypothesis import given, settings
from hypothesis import strategies as st

from tournee.billing.dre_alone import insurer_in, insurer_told, mode_alone, signing_substitute, with_insurer
from tournee.billing.engagement import Engagement
from tournee.billing.identity import Amc, Patient, PsIdentity, Substitute
from tournee.billing.sheets import invoice_records, invoice_sheets
from tournee.billing.visit import BOTH_PAY, Act, Prescription, Visit
from tournee.errors import BillingError
from tournee.firmware.sesam import layout
from tournee.formats import records

RECORD = 128
MONDAY = date(2026, 11, 16)
NURSE = PsIdentity("756000121", "IF", "24", "LEFEBVRE", "CLAIRE", rpps="10100000016", test=True)
PATIENT = Patient(
    *("155062A999001", "41", "01", "041", "0000", "19550611", "CASANOVA", "ANGE"),
    amc=Amc("0081234567", member="AB 12", indicator="30", routing="7", host="123"),
    test=True,
)
VISIT = Visit(
    MONDAY,
    PATIENT.nir,
    PATIENT.key,
    (on(MONDAY, Act("AMI", 400), Act("AMI", 200)),),
    Prescription(MONDAY, rpps="10100001071"),
    third_party=BOTH_PAY,
)
SHARES = tuple(one.remainder for one in billed(NURSE, PATIENT, VISIT).lines)
ENGAGED = Engagement("0081234567", "E26111600000042", date(2026, 11, 24), SHARES)
BODY = invoice_records(billed(NURSE, PATIENT, VISIT, engagement=ENGAGED))
numbers = st.integers(1, 9_999_999_999).map("{:010}".format)
members = st.text(ascii_uppercase + digits + "/-", max_size=15)


@settings(max_examples=30)
@given(numbers, members)
def test_all_but_the_columns_of_the_insurer_is_byte_for_byte_the_invoice(number: str, member: str) -> None:
    body = with_insurer(BODY, insurer_told(number, member))
    two, more = body[:RECORD], body[RECORD : 2 * RECORD]
    was_two, was_more = BODY[:RECORD], BODY[RECORD : 2 * RECORD]
    assert two == was_two[:118] + number.encode() + was_two[128:]
    assert more[:41] + more[66:75] + more[102:] == was_more[:41] + was_more[66:75] + was_more[102:]
    assert more[41:51] == number.encode()
    assert more[51:66].decode() == member.ljust(15)
    assert more[75:102] == b" " * 27
    assert body[2 * RECORD :] == BODY[2 * RECORD :]
    assert insurer_in(body) == (number, member)


@settings(max_examples=30)
@given(numbers, members)
def test_both_codecs_take_its_records_and_give_the_same_bytes(number: str, member: str) -> None:
    body = with_insurer(BODY, insurer_told(number, member))
    for at in range(0, len(body), RECORD):
        kind = layout.kind_of(body, at)
        assert layout.check(body, at, kind) == 0
        told = records.decode(body[at : at + RECORD])
        assert records.encode(*told) == body[at : at + RECORD]
        assert records.KINDS[kind] == told[0]


@pytest.mark.parametrize(
    ("number", "member"),
    [
        ("12", ""),
        ("", "AB"),
        ("0000000000", ""),
        ("00755100190", ""),
        ("٠٠٧٥٥١٠٠١٩", ""),
        ("ABCDEFGHIJ", ""),
        ("0075510019", "A" * 16),
    ],
)
def test_a_number_that_is_none_is_refused(number: str, member: str) -> None:
    with pytest.raises(BillingError, match="dix chiffres"):
        insurer_told(number, member)


@pytest.mark.parametrize("member", ["É\n12", "A\x00", "œ🙂"])
def test_a_member_number_of_any_letters_is_written_or_refused(member: str) -> None:
    try:
        body = with_insurer(BODY, insurer_told("0075510019", member))
    except BillingError:
        return
    assert layout.check(body, RECORD, layout.kind_of(body, RECORD)) == 0


def test_an_invoice_that_asks_no_insurer_is_refused() -> None:
    plain = invoice_records(billed(NURSE, replace(PATIENT, amc=None), replace(VISIT, third_party="1")))
    with pytest.raises(BillingError, match="ne demande rien"):
        with_insurer(plain, insurer_told("0075510019", ""))


def test_its_mode_has_no_seal_of_a_vitale_card() -> None:
    assert [mode_alone(mode) for mode in ("01", "02", "03", "04", "05")] == ["01", "01", "01", "01", "05"]


@pytest.mark.parametrize("signs", [True, False])
def test_the_substitute_whose_card_signed_signs_again(signs: bool) -> None:
    two = Substitute("756000139", "10100000032", "PETIT", "LEA", signs=signs)
    (_, dre) = invoice_sheets(billed(replace(NURSE, substitute=two), PATIENT, VISIT))
    assert signing_substitute(dre.records) == (two.rpps if signs else "")
    assert signing_substitute(BODY) == ""
