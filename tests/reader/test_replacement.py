"""A replacement signs with her own card what the replaced PS bills: who may, and what a 2R must say."""

import pytest
import reader_sheets as sheets
from reader_bench import Bench, Refused, installed, situated

from sesam import codes

INVOICE, LOT, FSE = 1, 2, 1
OTHER = "756000998"
OWN_KEY, HER_KEY = "0A1B2C", "3D4E5F"


def unlocked(card, vitale="moreau"):
    bench = Bench(card, vitale)
    bench.ask("UNLOCK", code=b"1234")
    return bench


def made(number=1, **other):
    """An invoice that a replacement made."""
    named = sheets.record_2r(number, **other)
    return sheets.record_2(number) + named + sheets.record_4(number) + sheets.record_5(number)


def refusal(card, records, what=INVOICE, mode=5):
    """Status, record and column by which these are refused, one record at a time; None when taken."""
    bench = unlocked(card)
    bench.ask("CERTIFY", what=what, kind=FSE, mode=mode)
    for rank in range(len(records) // 128):
        try:
            bench.ask("RECORDS", first=rank, data=records[128 * rank : 128 * rank + 128])
        except Refused as refused:
            return refused.status, refused.record, refused.column
    return None


@pytest.mark.parametrize(
    "card",
    [installed(), situated(replacing=(sheets.REPLACEMENT[:8], sheets.REPLACEMENT[8]))],
    ids=["by her own number", "by her number as a replacement"],
)
def test_replacement_signs_the_invoice_of_whom_she_replaces(card):
    answer = unlocked(card).certify(made(), what=INVOICE, invoices=1, total=sheets.FEE)
    assert [len(answer.data(name)) for name in ("signature", "seal")] == [256, 256]


def test_replacement_in_a_complementary_invoice_comes_before_its_2a():
    head = sheets.record_2(1, type_contrat="01", numero_amc="0099900009")
    two_r, two_a, rest = sheets.record_2r(1), sheets.record_2a(1), sheets.record_4(1) + sheets.record_5(1)
    assert refusal(installed(), head + two_r + two_a + rest) is None
    assert refusal("infirmiere", head + two_a + two_r + rest) == (codes.ORDER, 2, 1)


@pytest.mark.parametrize(
    ("card", "records", "wanted"),
    [
        (installed(), sheets.invoice(1), (codes.ISSUER, 0, 2)),
        (situated(own=(OTHER[:8], OTHER[8])), made(), (codes.ISSUER, 1, 42)),
        (situated(rpps="10100000016", own=("75600019", "6")), made(), (codes.ISSUER, 1, 42)),
        (situated(rpps="", own=("75600019", "6")), made(), (codes.ISSUER, 1, 42)),
        (installed(), made(signature="0"), (codes.ISSUER, 1, 102)),
        ("infirmiere", made(), (codes.ISSUER, 1, 102)),
        ("infirmiere", made(signature="0"), None),
        (installed(), made(remplacant=sheets.ISSUER), (codes.ISSUER, 1, 42)),
        ("infirmiere", made(remplacant=sheets.ISSUER, signature="0"), (codes.ISSUER, 1, 42)),
        (installed(), made(emetteur=sheets.REPLACEMENT), (codes.ISSUER, 1, 2)),
        (installed(), made(facture="000000002"), (codes.NUMBER, 1, 30)),
        (installed(), made(nir="2550699999001", cle="62"), (codes.PATIENT, 1, 12)),
        (installed(), sheets.record_2(1) + sheets.record_2r(1) * 2, (codes.ORDER, 2, 1)),
        (installed(), sheets.record_2r(1), (codes.ORDER, 0, 1)),
    ],
    ids=[
        "no 2R",
        "another number",
        "another RPPS",
        "a card without RPPS",
        "it says that the replaced PS signs",
        "the replaced PS signs what says that she does not",
        "the replaced PS signs what says so",
        "it names the issuer",
        "it names the issuer, who signs",
        "another issuer's",
        "another invoice's",
        "another patient's",
        "two of them",
        "no head before",
    ],
)
def test_who_may_sign_an_invoice_with_a_replacement(card, records, wanted):
    assert refusal(card, records) == wanted


def test_number_as_a_replacement_bills_nothing_alone():
    card = situated(replacing=(sheets.ISSUER[:8], sheets.ISSUER[8]))
    assert refusal(card, sheets.invoice(1)) == (codes.ISSUER, 0, 2)


def test_card_of_before_leaves_no_number_behind():
    bench = unlocked(installed())
    bench.slots[0].insert(situated(rpps="", own=(sheets.REPLACEMENT[:8], sheets.REPLACEMENT[8])))
    bench.ask("UNLOCK", code=b"1234")
    with pytest.raises(Refused) as refused:
        bench.stream(made(), INVOICE, FSE, 5)
    assert (refused.value.status, refused.value.column) == (codes.ISSUER, 42)


def test_bedside_seal_is_made_whoever_signs():
    bench = Bench(None, "moreau")
    assert len(bench.seal(made(), total=sheets.FEE).data("signature")) == 256


def test_what_names_the_issuer_is_not_even_sealed():
    with pytest.raises(Refused) as refused:
        Bench(None, "moreau").seal(made(remplacant=sheets.ISSUER), total=sheets.FEE)
    assert (refused.value.status, refused.value.column) == (codes.ISSUER, 42)


# --- lots -------------------------------------------------------------------------------------------------


def signed(number, key=HER_KEY, **other):
    """An invoice of the replacement's, signed by her key."""
    return made(number, **other) + sheets.certificate(number, "P", cle_id=key)


def own(number, key=OWN_KEY):
    return sheets.invoice(number) + sheets.certificate(number, "P", cle_id=key)


def lot(*invoices, **other):
    return sheets.record_1(securisation="05") + b"".join(invoices) + sheets.record_6(len(invoices), **other)


@pytest.mark.parametrize(
    ("card", "records", "wanted"),
    [
        ("infirmiere", lot(signed(1), own(2), signed(3), own(4)), None),
        ("infirmiere", lot(signed(1), signed(2)), None),
        (installed(), lot(signed(1), signed(2)), None),
        (installed(), lot(signed(1), own(2)), (codes.ISSUER, 9, 2)),
        (installed(), lot(own(1), signed(2)), (codes.ISSUER, 0, 2)),
        (situated(own=(OTHER[:8], OTHER[8])), lot(signed(1)), (codes.ISSUER, 2, 42)),
        ("infirmiere", lot(signed(1), signed(2, key=OWN_KEY)), (codes.CERTIFICATE, 13, 27)),
        ("infirmiere", lot(own(1), own(2, key=HER_KEY)), (codes.CERTIFICATE, 11, 27)),
        ("infirmiere", lot(own(1), signed(2, key=OWN_KEY, signature="0")), None),
        ("infirmiere", lot(own(1), signed(2, signature="0")), (codes.CERTIFICATE, 12, 27)),
    ],
    ids=[
        "hers and the replacement's, by the replaced PS",
        "the replacement's, by the replaced PS",
        "the replacement's, by the replacement",
        "one of the replaced PS's, by the replacement",
        "one of the replaced PS's first, by the replacement",
        "by a third one",
        "two keys for replacements",
        "two keys for the PS's own",
        "signed by the PS though made by another",
        "signed by another than it says",
    ],
)
def test_either_card_signs_a_lot_of_what_it_may(card, records, wanted):
    assert refusal(card, records, LOT) == wanted
