"""The seal of a patient's phone in a lot: one record 7, kind A, in place of the Vitale card's in mode 03."""

import pytest
import reader_sheets as s
from reader_bench import Bench, Refused

from sesam import codes

LOT, FSE = 2, 1
P, V, A = s.certificate(1, "P"), s.certificate(1, "V"), s.phone_seal(1)
ONE = s.record_1() + s.invoice(1)  # ordinals 0 to 3; its certificates follow


def refusal(records, mode=3):
    """Status, record and column by which a lot is refused, one record at a time; None when taken."""
    bench = Bench("infirmiere", None)
    bench.ask("UNLOCK", code=b"1234")
    bench.ask("CERTIFY", what=LOT, kind=FSE, mode=mode)
    for rank in range(len(records) // 128):
        try:
            bench.ask("RECORDS", first=rank, data=records[128 * rank : 128 * rank + 128])
        except Refused as refused:
            return refused.status, refused.record, refused.column
    return None


@pytest.mark.parametrize(
    "records",
    [
        ONE + P + A + s.record_6(1),
        ONE + A + P + s.record_6(1),
        s.record_1()
        + s.certified(1)
        + s.invoice(2)
        + s.certificate(2, "P")
        + s.phone_seal(2, cle_id="FFFFFF")
        + s.record_6(2),
    ],
    ids=["after the signature", "before it", "beside an invoice that a card sealed"],
)
def test_lot_of_mode_03_takes_the_phones_seal_in_place_of_the_cards(records):
    assert refusal(records) is None


@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        (ONE + P + A + A, (codes.CERTIFICATE, 9, 20)),
        (ONE + P + V + A, (codes.CERTIFICATE, 12, 20)),
        (ONE + P + A + V, (codes.CERTIFICATE, 9, 20)),
        (ONE + P[:128] + A, (codes.CERTIFICATE, 5, 20)),
        (ONE + s.phone_seal(1, sur=4), (codes.CERTIFICATE, 4, 23)),
        (ONE + s.certificate(1, "P", sur=1), (codes.CERTIFICATE, 4, 23)),
        (ONE + s.phone_seal(1, rang=2), (codes.CERTIFICATE, 4, 20)),
        (ONE + s.phone_seal(1, algorithme="01"), (codes.CERTIFICATE, 4, 25)),
        (ONE + s.certificate(1, "P", algorithme="02"), (codes.CERTIFICATE, 4, 25)),
        (ONE + s.certificate(1, "V", algorithme="02"), (codes.CERTIFICATE, 4, 25)),
        (ONE + A[:24] + b"03" + A[26:], (codes.LAYOUT, 4, 25)),
        (ONE + P + s.phone_seal(2), (codes.NUMBER, 8, 11)),
        (ONE + A + s.record_6(1), (codes.CERTIFICATE, 5, 1)),
    ],
    ids=[
        "twice",
        "beside the card's",
        "the card's beside it",
        "amid a signature",
        "in four pieces",
        "a signature in one piece",
        "its second piece alone",
        "by the cards' algorithm",
        "a signature by the phone's algorithm",
        "a card's seal by the phone's algorithm",
        "by an algorithm that nobody knows",
        "of another invoice",
        "without a signature",
    ],
)
def test_wrong_seal_is_refused_at_its_column(records, wanted):
    assert refusal(records) == wanted


@pytest.mark.parametrize("mode", [1, 2, 4, 5])
def test_phone_seals_in_mode_03_alone(mode):
    invoice = s.record_2(1) + s.record_4(1, mode_traitement="01") + s.record_5(1)
    lot = s.record_1(securisation=f"{mode:02d}") + invoice + P + A
    assert refusal(lot, mode) == (codes.CERTIFICATE, 8, 20)
