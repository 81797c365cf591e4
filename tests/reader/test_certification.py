"""Certification from CERTIFY to SIGN: what is signed, by which card, how often, and what stops it."""

import hashlib

import pytest
import reader_sheets as sheets
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from reader_bench import Bench, Refused, renewed_card

from sesam import codes
from tournee.emulation.cards import Fault, load_card
from tournee.emulation.cards.content import card_content

INVOICE, LOT, FSE, DRE = 1, 2, 1, 2


def verify(name, signature, data):
    card_content(name).key.public_key().verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


def signatures(bench):
    return [slot.card.signatures for slot in bench.slots]


def invoice(bench, number=1, mode=3, kind=FSE):
    return bench.certify(
        sheets.invoice(number, 2), what=INVOICE, kind=kind, mode=mode, invoices=1, total=2 * sheets.FEE
    )


def test_invoice_is_signed_by_the_ps_card_and_sealed_by_vitale(unlocked):
    """OCT-SS-2."""
    answer = invoice(unlocked)
    data = sheets.invoice(1, 2)
    verify("infirmiere", answer.data("signature"), data)
    verify("moreau", answer.data("seal"), data)
    assert answer.data("digest") == hashlib.sha256(data).digest()
    with pytest.raises(InvalidSignature):
        verify("infirmiere", answer.data("signature"), sheets.invoice(2, 2))


@pytest.mark.parametrize("mode", [1, 5])
def test_without_vitale_an_invoice_is_signed_alone(mode):
    bench = Bench("infirmiere", None)
    bench.ask("UNLOCK", code=b"1234")
    answer = invoice(bench, mode=mode)
    verify("infirmiere", answer.data("signature"), sheets.invoice(1, 2))
    assert answer.data("seal") == b""


@pytest.mark.parametrize("count", [1, 2, 3, 30])
def test_lot_is_signed_by_the_ps_card_alone(unlocked, count):
    """OCT-SS-2."""
    lot = sheets.lot(count)
    answer = unlocked.certify(lot, invoices=count, total=count * sheets.FEE)
    verify("infirmiere", answer.data("signature"), lot)
    assert answer.data("seal") == b""
    assert signatures(unlocked) == [1, 0]


def test_lot_of_100_invoices_is_signed(unlocked):
    lot = sheets.lot(100)
    verify(
        "infirmiere",
        unlocked.certify(lot, invoices=100, total=100 * sheets.FEE).data("signature"),
        lot,
    )


def test_records_may_come_in_pieces_of_any_size(unlocked):
    lot = sheets.lot(2)
    whole = unlocked.certify(lot, invoices=2, total=2 * sheets.FEE)
    unlocked.slots[0].insert(load_card("infirmiere"))
    unlocked.ask("UNLOCK", code=b"1234")
    unlocked.ask("CERTIFY", what=LOT, kind=FSE, mode=3)
    at = 0
    for n in (1, 2, 4, 1, 3, 5, 5, 5):
        part = lot[at * 128 : (at + n) * 128]
        if part:
            at = unlocked.ask("RECORDS", first=at, data=part).uint("next")
    assert at == len(lot) // 128
    assert unlocked.ask("SIGN", invoices=2, total=2 * sheets.FEE).values == whole.values


def test_same_bytes_again_get_the_kept_signatures_without_a_card(unlocked):
    first = invoice(unlocked)
    assert signatures(unlocked) == [1, 1]
    unlocked.service.begin_session()
    unlocked.ask("UNLOCK", code=b"1234")
    assert invoice(unlocked).values == first.values
    assert signatures(unlocked) == [1, 1]


def test_new_session_has_to_give_the_code_again(unlocked):
    unlocked.service.begin_session()
    assert unlocked.ask("CARDS").uint("ps") == 1
    with pytest.raises(Refused) as refusal:
        unlocked.ask("CERTIFY", what=1, kind=1, mode=5)
    assert refusal.value.status == codes.LOCKED


def test_other_bytes_are_signed_anew(unlocked):
    invoice(unlocked, 1)
    invoice(unlocked, 2)
    invoice(unlocked, 1)
    assert signatures(unlocked) == [3, 3]


def test_invoice_kept_without_seal_is_not_given_for_one_with(unlocked):
    invoice(unlocked, mode=5)
    answer = invoice(unlocked, mode=3)
    verify("moreau", answer.data("seal"), sheets.invoice(1, 2))


def test_kept_signatures_are_forgotten_when_a_card_is_changed(unlocked):
    invoice(unlocked)
    unlocked.slots[1].insert(load_card("moreau"))
    invoice(unlocked)
    assert unlocked.slots[0].card.signatures == 2


def test_kept_signature_is_not_given_for_a_renewed_card_of_the_same_holder(unlocked):
    invoice(unlocked, mode=5)
    unlocked.slots[0].insert(renewed_card("infirmiere", "kine"))
    unlocked.ask("UNLOCK", code=b"1234")
    answer = invoice(unlocked, mode=5)
    verify("kine", answer.data("signature"), sheets.invoice(1, 2))
    assert answer.data("digest") == hashlib.sha256(sheets.invoice(1, 2)).digest()


def test_failed_signature_is_not_kept(unlocked):
    unlocked.slots[0].card.fail(Fault("garbage", "C0", data=b"\x6f\x00"))
    unlocked.stream(sheets.invoice(1), INVOICE, FSE, 3)
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.CARD_STATUS
    unlocked.stream(sheets.invoice(1), INVOICE, FSE, 3)
    verify(
        "infirmiere",
        unlocked.ask("SIGN", invoices=1, total=sheets.FEE).data("signature"),
        sheets.invoice(1),
    )


def test_status_word_of_the_card_that_refused_is_told(unlocked):
    unlocked.slots[0].card.fail(Fault("garbage", "C0", data=b"\x6f\x12"))
    unlocked.stream(sheets.invoice(1), INVOICE, FSE, 3)
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).detail == 0x6F12


def test_locked_card_certifies_nothing(bench):
    assert bench.refusal("CERTIFY", what=LOT, kind=FSE, mode=3).status == codes.LOCKED


def test_invoice_in_mode_03_needs_the_vitale_card(unlocked):
    unlocked.slots[1].remove()
    assert unlocked.refusal("CERTIFY", what=INVOICE, kind=FSE, mode=3).status == codes.VITALE_ABSENT
    assert unlocked.ask("CERTIFY", what=LOT, kind=FSE, mode=3).uint("chunk") >= 1


@pytest.mark.parametrize("slot", [0, 1], ids=["PS card", "Vitale"])
def test_card_pulled_out_under_way_ends_the_certification(unlocked, slot):
    unlocked.stream(sheets.invoice(1), INVOICE, FSE, 3)
    card = unlocked.slots[slot].card
    unlocked.slots[slot].insert(card)
    unlocked.channels[slot].watch()
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.CARD_REMOVED
    assert card.signatures == 0


def test_nothing_is_taken_or_signed_without_certify(unlocked):
    assert unlocked.refusal("RECORDS", first=0, data=sheets.record_1()).status == codes.NOT_CERTIFYING
    assert unlocked.refusal("SIGN", invoices=1, total=0).status == codes.NOT_CERTIFYING


def test_abandon_ends_it(unlocked):
    unlocked.stream(sheets.lot(1), LOT, FSE, 3)
    unlocked.ask("ABANDON")
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.NOT_CERTIFYING


def test_new_session_ends_it(unlocked):
    unlocked.stream(sheets.lot(1), LOT, FSE, 3)
    unlocked.service.begin_session()
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.NOT_CERTIFYING


def test_signature_is_given_once_for_one_stream(unlocked):
    unlocked.stream(sheets.lot(1), LOT, FSE, 3)
    unlocked.ask("SIGN", invoices=1, total=sheets.FEE)
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.NOT_CERTIFYING


@pytest.mark.parametrize("first", [0, 1, 3])
def test_records_out_of_step_end_the_certification_and_tell_the_rank_awaited(unlocked, first):
    unlocked.ask("CERTIFY", what=LOT, kind=FSE, mode=3)
    lot = sheets.lot(1)
    unlocked.ask("RECORDS", first=0, data=lot[:256])
    refused = unlocked.refusal("RECORDS", first=first, data=lot[128 * first : 128 * first + 128])
    assert (refused.status, refused.detail) == (codes.INCOHERENT, 2)
    again = unlocked.refusal("RECORDS", first=2, data=lot[256:512])
    assert (again.status, again.detail) == (codes.INCOHERENT, 2)


def refused_lot(bench):
    """A lot whose third record is not what it should be, refused; how it was."""
    bench.ask("CERTIFY", what=LOT, kind=FSE, mode=3)
    lot = sheets.lot(1)
    bench.ask("RECORDS", first=0, data=lot[:256])
    return bench.refusal("RECORDS", first=2, data=lot[256:384] + lot[:128])


def why(refused):
    return refused.status, refused.record, refused.column, refused.detail


def test_whatever_of_a_certification_follows_a_refused_record_gets_the_same_refusal(unlocked):
    first = refused_lot(unlocked)
    assert why(first) == (codes.ORDER, 3, 1, 0)
    lot = sheets.lot(1)
    assert unlocked.refusal("UNLOCK", code=b"0000").detail == 2
    assert why(unlocked.refusal("RECORDS", first=4, data=lot[512:640])) == why(first)
    assert why(unlocked.refusal("RECORDS", first=3, data=lot[384:512])) == why(first)
    assert why(unlocked.refusal("SIGN", invoices=1, total=sheets.FEE)) == why(first)
    assert signatures(unlocked) == [0, 0]


def test_card_pulled_out_among_records_is_told_for_all_that_follow(unlocked):
    unlocked.ask("CERTIFY", what=LOT, kind=FSE, mode=3)
    lot = sheets.lot(1)
    unlocked.ask("RECORDS", first=0, data=lot[:128])
    unlocked.slots[0].insert(load_card("infirmiere"))
    unlocked.channels[0].watch()
    for rank in (1, 2):
        data = lot[128 * rank : 128 * rank + 128]
        assert unlocked.refusal("RECORDS", first=rank, data=data).status == codes.CARD_REMOVED
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.CARD_REMOVED


@pytest.mark.parametrize("end", ["CERTIFY", "ABANDON", "RESTART", "session"])
def test_refusal_of_records_is_forgotten_by_what_begins_or_ends_a_certification(unlocked, end):
    refused_lot(unlocked)
    if end == "session":
        unlocked.service.begin_session()
    elif end == "CERTIFY":
        unlocked.refusal(end, what=LOT, kind=FSE, mode=0)
    else:
        unlocked.ask(end)
    refused = unlocked.refusal("SIGN", invoices=1, total=sheets.FEE)
    assert why(refused) == (codes.NOT_CERTIFYING, 0, 0, 0)


@pytest.mark.parametrize("name", ["RECORDS", "SIGN"])
def test_after_a_refused_signing_the_certification_is_over(unlocked, name):
    lot = sheets.lot(1)
    unlocked.stream(lot, LOT, FSE, 3)
    assert unlocked.refusal("SIGN", invoices=1, total=1).status == codes.CONFIRMATION
    values = {"first": 0, "data": lot[:128]} if name == "RECORDS" else {"invoices": 1, "total": sheets.FEE}
    assert unlocked.refusal(name, **values).status == codes.NOT_CERTIFYING


def test_wrong_code_in_the_midst_of_a_certification_leaves_it_but_nothing_is_signed(unlocked):
    lot = sheets.lot(1)
    unlocked.ask("CERTIFY", what=LOT, kind=FSE, mode=3)
    unlocked.ask("RECORDS", first=0, data=lot[:256])
    assert unlocked.refusal("UNLOCK", code=b"0000").status == codes.WRONG_CODE
    unlocked.ask("RECORDS", first=2, data=lot[256:])
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.LOCKED
    assert signatures(unlocked) == [0, 0]


def test_state_is_told_in_the_midst_of_a_certification(unlocked):
    unlocked.ask("CERTIFY", what=LOT, kind=FSE, mode=3)
    lot = sheets.lot(1)
    unlocked.ask("RECORDS", first=0, data=lot[:256])
    assert unlocked.ask("STATE").uint("signatures") == 0
    assert unlocked.ask("RECORDS", first=2, data=lot[256:]).uint("next") == len(lot) // 128
    verify("infirmiere", unlocked.ask("SIGN", invoices=1, total=sheets.FEE).data("signature"), lot)


def test_state_leaves_a_refusal_as_it_is(unlocked):
    first = refused_lot(unlocked)
    unlocked.ask("STATE")
    assert why(unlocked.refusal("SIGN", invoices=1, total=sheets.FEE)) == why(first)


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("name", ["READ_PS_CARD", "READ_VITALE"])
@pytest.mark.parametrize("offset", [0x7FFF, 0x8000, 0xFFFF])
def test_beyond_what_a_card_can_hold_nothing_is_left_to_read(unlocked, name, part, offset):
    assert unlocked.ask(name, part=part, offset=offset).values == {"offset": offset, "data": b"", "last": 1}


def test_lot_is_signed_after_one_that_was_refused(unlocked):
    refused_lot(unlocked)
    lot = sheets.lot(1)
    verify("infirmiere", unlocked.certify(lot, invoices=1, total=sheets.FEE).data("signature"), lot)


@pytest.mark.parametrize(("invoices", "total"), [(2, sheets.FEE), (1, sheets.FEE - 1), (1, 0)])
def test_what_the_user_confirmed_must_be_what_was_read(unlocked, invoices, total):
    unlocked.stream(sheets.lot(1), LOT, FSE, 3)
    assert unlocked.refusal("SIGN", invoices=invoices, total=total).status == codes.CONFIRMATION
    assert signatures(unlocked) == [0, 0]


@pytest.mark.parametrize(
    "records", [1, 2, 5, 11], ids=["head", "invoice begun", "certificates begun", "no 6"]
)
def test_lot_that_is_not_whole_is_not_signed(unlocked, records):
    unlocked.stream(sheets.lot(1)[: records * 128], LOT, FSE, 3)
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.ORDER


@pytest.mark.parametrize("records", [1, 2])
def test_invoice_that_is_not_whole_is_not_signed(unlocked, records):
    unlocked.stream(sheets.invoice(1)[: records * 128], INVOICE, FSE, 3)
    assert unlocked.refusal("SIGN", invoices=1, total=sheets.FEE).status == codes.ORDER


def test_nothing_is_not_signed(unlocked):
    unlocked.ask("CERTIFY", what=LOT, kind=FSE, mode=3)
    assert unlocked.refusal("SIGN", invoices=1, total=0).status == codes.ORDER


def test_securing_mode_without_a_rule_is_refused(unlocked):
    assert unlocked.refusal("CERTIFY", what=LOT, kind=FSE, mode=0).status == codes.MODE
