"""One refusal a rule, of invoices and lots: status, ordinal of the record, column (open-1; OCT-X, OCT-EF)."""

import hashlib

import pytest
import reader_sheets as s
from hypothesis import given
from hypothesis import strategies as st
from reader_bench import Bench, Refused

from sesam import codes

INVOICE, LOT, FSE, DRE = 1, 2, 1, 2
OTHER_ISSUER = "750000010"  # a right key, another holder


def refusal(records, what, kind=FSE, mode=3, date=None):
    """How these records are refused; every one before is taken. Each test has a fresh reader."""
    bench = Bench("infirmiere", "moreau")
    bench.ask("UNLOCK", code=b"1234")
    if date:
        bench.ask("SET_DATE", date=date)
    bench.ask("CERTIFY", what=what, kind=kind, mode=mode)
    for ordinal in range(len(records) // 128):
        answer = bench.answer("RECORDS", first=ordinal, data=records[ordinal * 128 : (ordinal + 1) * 128])
        if "status" in answer.values:
            again = bench.refusal("SIGN", invoices=1, total=s.FEE)
            why = answer.uint("status"), answer.uint("record"), answer.uint("column")
            assert (again.status, again.record, again.column) == why, "what follows is refused alike"
            assert not bench.service._certifier.current(), "a refused stream can still be signed"
            names = {value: name for name, value in vars(codes).items() if name.isupper()}
            return names[why[0]], *why[1:]
    return None


def patched(record, column, text):
    """A record with other characters from a column on: what the encoder would not write."""
    at = column - 1
    return record[:at] + text.encode() + record[at + len(text) :]


TWO_SPLIT = {"type_contrat": "99", "numero_amc": "0099900009"}
INSURED = s.record_2(1, type_contrat="01", numero_amc="0099900009")

INVOICES = {
    "right invoice": (s.invoice(1), None),
    "several acts": (s.invoice(1, 7), None),
    "2A and 4E in their places": (
        s.record_2(1, type_contrat="01", numero_amc="0099900009")
        + s.record_2a(1)
        + (s.record_4(1) + s.record_4e(1)) * 2
        + s.record_5(1, 2),
        None,
    ),
    "unknown record": (b"X" * 128, ("LAYOUT", 0, 1)),
    "lot's head in an invoice": (s.record_1(), ("ORDER", 0, 1)),
    "act first": (s.record_4(1), ("ORDER", 0, 1)),
    "end without an act": (s.record_2(1) + s.record_5(1), ("ORDER", 1, 1)),
    "2A after an act": (s.record_2(1) + s.record_4(1) + s.record_2a(1), ("ORDER", 2, 1)),
    "2A twice": (
        s.record_2(1, type_contrat="01", numero_amc="0099900009") + s.record_2a(1) * 2,
        ("ORDER", 2, 1),
    ),
    "4E without an act": (s.record_2(1) + s.record_4e(1), ("ORDER", 1, 1)),
    "4E twice": (s.record_2(1) + s.record_4(1) + s.record_4e(1) * 2, ("ORDER", 3, 1)),
    "record after the end": (s.invoice(1) + s.record_4(1), ("ORDER", 3, 1)),
    "second invoice": (s.invoice(1) + s.invoice(2), ("ORDER", 3, 1)),
    "wrong digit in an amount": (
        s.record_2(1) + patched(s.record_4(1), 115, "00A1000"),
        ("LAYOUT", 1, 115),
    ),
    "date that cannot be": (s.record_2(1) + patched(s.record_4(1), 70, "260231"), ("LAYOUT", 1, 70)),
    "wrong NIR key": (patched(s.record_2(1), 25, "46"), ("KEY", 0, 25)),
    "wrong billing key": (patched(s.record_2(1), 2, "756000122"), ("KEY", 0, 2)),
    "wrong RPPS key": (
        s.record_2(1) + s.record_4(1) + patched(s.record_4e(1), 64, "10100000017"),
        ("KEY", 2, 64),
    ),
    "issuer is not the card's": (
        s.record_2(1, emetteur=OTHER_ISSUER) + s.record_4(1),
        ("ISSUER", 0, 2),
    ),
    "issuer changes in the invoice": (
        s.record_2(1) + s.record_4(1, emetteur=OTHER_ISSUER),
        ("ISSUER", 1, 2),
    ),
    "patient is not on the card": (s.record_2(1, nir="2550699999001", cle="62"), ("PATIENT", 0, 12)),
    "patient changes in the invoice": (
        s.record_2(1) + s.record_4(1, nir="2550699999001", cle="62"),
        ("PATIENT", 1, 12),
    ),
    "rank changes in the invoice": (s.record_2(1) + s.record_4(1, rang="002"), ("PATIENT", 1, 27)),
    "number changes in the invoice": (s.record_2(1) + s.record_4(2), ("NUMBER", 1, 30)),
    "number changes in a 4E": (s.record_2(1) + s.record_4(1) + s.record_4e(2), ("NUMBER", 2, 27)),
    "number changes in the end": (s.record_2(1) + s.record_4(1) + s.record_5(2), ("NUMBER", 2, 30)),
    "2A names another insurer": (
        s.record_2(1, type_contrat="01", numero_amc="0075500018") + s.record_2a(1),
        ("NUMBER", 1, 42),
    ),
    "insurer without its 2A": (
        s.record_2(1, numero_amc="0099900009") + s.record_4(1),
        ("ORDER", 1, 1),
    ),
    "contract without a 2A": (s.record_2(1, type_contrat="01") + s.record_4(1), ("ORDER", 1, 1)),
    "contract without an insurer": (s.record_2(1, type_contrat="01") + s.record_2a(1), ("NUMBER", 1, 42)),
    "2A without an insurer": (s.record_2(1) + s.record_2a(1), ("NUMBER", 1, 42)),
    "insurer without a contract type": (s.record_2(1, numero_amc="0099900009") + s.record_2a(1), None),
    "amount of a complementary share that is not asked for": (
        INSURED + s.record_2a(1, montant_complementaire=1),
        ("TOTAL", 1, 68),
    ),
    "whole complementary share asked for": (
        INSURED
        + s.record_2a(1, tp_complementaire="1", montant_complementaire=2 * s.AMC)
        + s.record_4(1) * 2
        + s.record_5(1, 2),
        None,
    ),
    "more than the complementary share asked for": (
        INSURED
        + s.record_2a(1, tp_complementaire="1", montant_complementaire=2 * s.AMC + 1)
        + s.record_4(1) * 2
        + s.record_5(1, 2),
        ("TOTAL", 4, 90),
    ),
    "count of lines": (s.record_2(1) + s.record_4(1) + s.record_5(1, lignes=2), ("COUNT", 2, 39)),
    "fee": (s.record_2(1) + s.record_4(1) + s.record_5(1, honoraires=999), ("TOTAL", 2, 58)),
    "AMO share": (s.record_2(1) + s.record_4(1) + s.record_5(1, part_amo=601), ("TOTAL", 2, 66)),
    "complementary share": (s.record_2(1) + s.record_4(1) + s.record_5(1, part_amc=0), ("TOTAL", 2, 90)),
    "patient paid, no third party": (
        s.record_2(1) + s.record_4(1) + s.record_5(1, paye_assure=999),
        ("TOTAL", 2, 74),
    ),
    "OCT-EF-3: complementary third party with 99": (
        s.record_2(1, tiers_payant="2", **TWO_SPLIT),
        ("EXCLUSION", 0, 95),
    ),
    "OCT-EF-3: both third parties with 99": (
        s.record_2(1, tiers_payant="3", **TWO_SPLIT),
        ("EXCLUSION", 0, 95),
    ),
    "OCT-EF-3: AMO third party with 99 is right": (s.record_2(1, tiers_payant="1", **TWO_SPLIT), None),
}


@pytest.mark.parametrize(("records", "wanted"), INVOICES.values(), ids=INVOICES)
def test_invoice(records, wanted):
    assert refusal(records, INVOICE) == wanted


@pytest.mark.parametrize(("code", "paid"), [("0", 1000), ("1", 400), ("2", 600), ("3", 0)])
def test_patient_paid_what_no_third_party_pays(code, paid):
    start = s.record_2(1, tiers_payant=code) + s.record_4(1)
    assert refusal(start + s.record_5(1, paye_assure=paid), INVOICE) is None
    assert refusal(start + s.record_5(1, paye_assure=paid + 1), INVOICE) == ("TOTAL", 2, 74)


def test_contract_99_and_a_dre_exclude_each_other():
    """OCT-X-1."""
    assert refusal(s.record_2(1, **TWO_SPLIT), INVOICE, kind=DRE) == ("EXCLUSION", 0, 117)


def test_patient_is_free_without_vitale():
    other = s.record_2(1, nir="2550699999001", cle="62")
    assert refusal(other, INVOICE, mode=5) is None


def test_beneficiary_of_the_card_is_a_patient_too():
    assert refusal(s.record_2(1, nir="2840375114055", cle="32"), INVOICE) is None


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        ("202603012359", ("DATE", 1, 70)),
        ("202602280000", ("DATE", 1, 70)),
        ("202512310000", ("DATE", 1, 70)),
        ("202603020000", None),
        ("202603030000", None),
        ("202701010000", None),
        (None, None),
    ],
)
def test_act_of_a_day_to_come_is_refused_when_the_clock_is_set(date, wanted):  # acts are of 2026-03-02
    assert refusal(s.invoice(1), INVOICE, date=date) == wanted


def test_act_of_a_day_to_come_is_refused_in_a_lot_too():
    assert refusal(s.lot(1), LOT, date="202603010000") == ("DATE", 2, 70)


def test_act_beyond_999_is_refused():
    assert refusal(s.record_2(1) + s.record_4(1) * 1000, INVOICE) == ("LIMIT", 1000, 1)


HEAD = s.record_1()
P, V = s.certificate(1, "P"), s.certificate(1, "V")
ONE = HEAD + s.invoice(1)  # ordinals 0 to 3; its certificates follow


def ended(**other):
    return HEAD + s.certified(1) + s.record_6(1, **other)


LOTS = {
    "right lot": (s.lot(2), None),
    "V before P": (ONE + V + P + s.record_6(1), None),
    "no head": (s.invoice(1), ("ORDER", 0, 1)),
    "two heads": (HEAD * 2, ("ORDER", 1, 1)),
    "end without an invoice": (HEAD + s.record_6(1), ("ORDER", 1, 1)),
    "certificate before the invoice's end": (HEAD + s.record_2(1) + P, ("ORDER", 2, 1)),
    "invoice without certificates": (ONE + s.record_2(2), ("ORDER", 4, 1)),
    "record after the end": (s.lot(1) + s.record_2(2), ("ORDER", 13, 1)),
    "head by another issuer": (
        s.record_1(emetteur=OTHER_ISSUER) + s.record_2(1, emetteur=OTHER_ISSUER) + s.record_4(1),
        ("ISSUER", 0, 2),
    ),
    "wrong billing key in the head": (patched(HEAD, 2, "756000122"), ("KEY", 0, 2)),
    "invoice by another issuer": (HEAD + s.record_2(1, emetteur=OTHER_ISSUER), ("ISSUER", 1, 2)),
    "certificate by another issuer": (ONE + s.certificate(1, "P", emetteur=OTHER_ISSUER), ("ISSUER", 4, 2)),
    "end by another issuer": (ended(emetteur=OTHER_ISSUER), ("ISSUER", 12, 2)),
    "mode of the head": (s.record_1(securisation="05"), ("MODE", 0, 26)),
    "kind of the head": (s.record_1(categorie="DRE", crf=s.CRF_DRE), ("MODE", 0, 23)),
    "CRF of the other kind": (s.record_1(crf=s.CRF_DRE), ("CRF", 0, 89)),
    "régime outside the CRF": (HEAD + s.record_2(1, regime="02"), ("CRF", 1, 49)),
    "caisse outside the CRF": (HEAD + s.record_2(1, caisse="011"), ("CRF", 1, 51)),
    "number twice in a row": (HEAD + s.certified(1) + s.record_2(1), ("NUMBER", 12, 30)),
    "number twice in the lot": (
        HEAD + s.certified(1) + s.certified(2) + s.record_2(1),
        ("NUMBER", 23, 30),
    ),
    "certificate of another invoice": (ONE + s.certificate(2, "P"), ("NUMBER", 4, 11)),
    "lot number in the end": (ended(lot="008"), ("NUMBER", 12, 52)),
    "lot's own signature inside it": (ONE + s.certificate(1, "L"), ("CERTIFICATE", 4, 20)),
    "certificate cut short": (ONE + P[:384] + V, ("CERTIFICATE", 7, 20)),
    "next invoice while a certificate is cut": (ONE + P + V[:128] + s.record_2(2), ("CERTIFICATE", 9, 1)),
    "certificate without its first piece": (ONE + P[128:], ("CERTIFICATE", 4, 20)),
    "certificate's piece twice": (ONE + P[:256] + P[128:256], ("CERTIFICATE", 6, 21)),
    "certificate in three pieces": (ONE + s.certificate(1, "P", sur=3), ("CERTIFICATE", 4, 23)),
    "key id changes in a certificate": (
        ONE + P[:128] + s.certificate(1, "P", cle_id="FFFFFF")[128:],
        ("CERTIFICATE", 5, 27),
    ),
    "key id of the signatures changes in the lot": (
        HEAD + s.certified(1) + s.invoice(2) + s.certificate(2, "P", cle_id="FFFFFF"),
        ("CERTIFICATE", 15, 27),
    ),
    "key id of the seals may change in the lot": (
        HEAD
        + s.certified(1)
        + s.invoice(2)
        + s.certificate(2, "V", cle_id="FFFFFF")
        + s.certificate(2, "P")
        + s.record_6(2),
        None,
    ),
    "what an invoice asks for is not asked by the next": (
        HEAD
        + INSURED
        + s.record_2a(1, tp_complementaire="1", montant_complementaire=s.AMC)
        + s.record_4(1)
        + s.record_5(1)
        + P
        + V
        + s.record_2(2)
        + s.record_4(2, part_amc=0)
        + s.record_5(2, part_amc=0),
        None,
    ),
    "P twice": (ONE + P + P, ("CERTIFICATE", 8, 20)),
    "no seal in mode 03": (ONE + P + s.record_2(2), ("CERTIFICATE", 8, 1)),
    "no signature in mode 03": (ONE + V + s.record_6(1), ("CERTIFICATE", 8, 1)),
    "count of invoices": (
        HEAD + s.certified(1) + s.record_6(2, 1),
        ("COUNT", 12, 11),
    ),
    "repeated count of invoices": (
        HEAD + s.certified(1) + patched(s.record_6(1), 18, "0002"),
        ("LAYOUT", 12, 18),
    ),
    "count of acts": (ended(actes=2), ("COUNT", 12, 14)),
    "total": (ended(total=999), ("TOTAL", 12, 25)),
    "AMO total": (ended(part_amo=0), ("TOTAL", 12, 34)),
    "complementary total": (ended(part_amc=401), ("TOTAL", 12, 43)),
    "invoice's own total": (
        HEAD + s.record_2(1) + s.record_4(1) + s.record_5(1, honoraires=1001),
        ("TOTAL", 3, 58),
    ),
}


@pytest.mark.parametrize(("records", "wanted"), LOTS.values(), ids=LOTS)
def test_lot(records, wanted):
    assert refusal(records, LOT) == wanted


DRE_HEAD = s.record_1(categorie="DRE", crf=s.CRF_DRE, organisme="000")


def test_lot_of_dre_names_no_organisme():
    assert refusal(s.record_1(categorie="DRE", crf=s.CRF_DRE), LOT, kind=DRE) == ("CRF", 0, 17)
    assert refusal(DRE_HEAD, LOT, kind=DRE) is None


def test_dre_goes_to_the_insurer_of_the_crf():
    right = s.record_2(1, type_contrat="01", numero_amc="0099900009")
    wrong = s.record_2(1, type_contrat="01", numero_amc="0075500018")
    assert refusal(DRE_HEAD + right, LOT, kind=DRE) is None
    assert refusal(DRE_HEAD + wrong, LOT, kind=DRE) == ("CRF", 1, 119)


def test_contract_99_in_a_lot_of_dre_is_excluded():
    """OCT-X-1."""
    assert refusal(DRE_HEAD + s.record_2(1, **TWO_SPLIT), LOT, kind=DRE) == ("EXCLUSION", 1, 117)


@pytest.mark.parametrize("mode", [1, 5])
def test_lot_without_vitale_has_signatures_alone(mode):
    head = s.record_1(securisation=f"{mode:02d}")
    assert refusal(head + s.invoice(1) + P + s.record_6(1), LOT, mode=mode) is None
    assert refusal(head + s.invoice(1) + P + V, LOT, mode=mode) == ("CERTIFICATE", 8, 20)


def test_lot_of_more_than_100_invoices_is_refused():
    lot = HEAD + b"".join(s.certified(number) for number in range(1, 101)) + s.record_2(101)
    assert refusal(lot, LOT) == ("LIMIT", 1101, 30)


RIGHT = s.lot(2)


@given(st.integers(0, len(RIGHT) - 1), st.integers(0, 255))
def test_any_byte_of_a_lot_may_be_wrong_and_is_refused_or_signed_as_it_stands(place, byte):
    lot = RIGHT[:place] + bytes([byte]) + RIGHT[place + 1 :]
    bench = Bench("infirmiere", None)
    bench.ask("UNLOCK", code=b"1234")
    try:
        answer = bench.certify(lot, invoices=2, total=2 * s.FEE)
    except Refused as refused:
        assert refused.record >= place // 128
        assert 1 <= refused.column <= 128
        assert 0xE202 <= refused.status <= 0xE20F
    else:
        assert answer.data("digest") == hashlib.sha256(lot).digest()
