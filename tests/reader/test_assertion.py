"""An assertion signed by the PS's card: a purpose of its own, which no invoice shares."""

import pytest
import reader_sheets as sheets
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from reader_bench import Bench, Refused

from sesam import codes
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.reader import Reader
from tournee.reader.failures import OlderReader, ProtocolRefused

INVOICE, LOT, ASSERTION, FSE = 1, 2, 3, 1
OPENS = b"<ds:SignedInfo xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>"


def signed_info(pieces: int) -> bytes:
    return OPENS.ljust(128 * pieces - 16) + b"</ds:SignedInfo>"


def asserted(bench, data, **sign):
    return bench.certify(data, what=ASSERTION, kind=FSE, mode=1, **{"invoices": 1, "total": 0, **sign})


def verify(signature, data):
    card_content("infirmiere").key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("pieces", [1, 6, 8])
def test_what_begins_as_a_signed_info_is_signed_by_the_ps_card_alone(unlocked, pieces):
    """DRT-2."""
    answer = asserted(unlocked, signed_info(pieces))
    verify(answer.data("signature"), signed_info(pieces))
    assert answer.data("seal") == b""
    assert [slot.card.signatures for slot in unlocked.slots] == [1, 0]


def test_no_vitale_card_need_be_there():
    bench = Bench("infirmiere", None)
    bench.ask("UNLOCK", code=b"1234")
    verify(asserted(bench, signed_info(2)).data("signature"), signed_info(2))


@pytest.mark.parametrize(
    "data",
    [
        sheets.invoice(1),
        sheets.lot(1),
        b" " + signed_info(1)[:-1],
        b"<?xml version='1.0'?>".ljust(128),
        b"<ds:SignedInfos ".ljust(128),
        signed_info(9),
    ],
    ids=["invoice", "lot", "blank first", "another document", "another element", "too long"],
)
def test_nothing_else_is_signed_for_a_service(unlocked, data):
    """DRT-2: under this purpose no record passes."""
    with pytest.raises(Refused) as refusal:
        asserted(unlocked, data)
    assert refusal.value.status == codes.LAYOUT
    assert unlocked.slots[0].card.signatures == 0


@pytest.mark.parametrize("what", [INVOICE, LOT])
def test_a_signed_info_is_signed_under_no_other_purpose(unlocked, what):
    """DRT-2: nor the reverse."""
    with pytest.raises(Refused) as refusal:
        unlocked.certify(signed_info(2), what=what, kind=FSE, mode=1, invoices=1, total=0)
    assert refusal.value.status == codes.LAYOUT
    assert unlocked.slots[0].card.signatures == 0


def test_a_signed_info_after_a_record_is_no_assertion(unlocked):
    with pytest.raises(Refused):
        asserted(unlocked, sheets.invoice(1) + signed_info(1))


@pytest.mark.parametrize("sign", [{"invoices": 2}, {"total": 1}])
def test_an_assertion_bills_nothing(unlocked, sign):
    with pytest.raises(Refused) as refusal:
        asserted(unlocked, signed_info(1), **sign)
    assert refusal.value.status == codes.CONFIRMATION


def test_without_the_code_porteur_nothing_is_asserted(bench):
    with pytest.raises(Refused) as refusal:
        asserted(bench, signed_info(1))
    assert refusal.value.status == codes.LOCKED


def test_no_date_and_no_issuer_is_judged(unlocked):
    """It is no act: an assertion is made before the clock is set, and after a lot."""
    unlocked.certify(sheets.lot(1), invoices=1, total=sheets.FEE)
    verify(asserted(unlocked, signed_info(1)).data("signature"), signed_info(1))
    unlocked.certify(sheets.lot(2), invoices=2, total=2 * sheets.FEE)


def test_the_client_has_it_signed_on_a_board():
    """DRT-2, over the link."""
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        with Reader.open(board.link_url) as reader:
            reader.unlock("1234")
            verify(reader.sign_assertion(signed_info(3)), signed_info(3))


def test_an_older_reader_is_told_as_such():
    """DRT-2: it answers that 3 is out of bounds."""

    class Before(Reader):
        def __init__(self):
            pass

        def _certified(self, *_):
            raise ProtocolRefused(codes.RANGE)

    with pytest.raises(OlderReader, match="demande à un service"):
        Before().sign_assertion(signed_info(1))
