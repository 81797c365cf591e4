"""Power that fails while a certification is written down: nothing is signed twice unless nobody can know, and
then the same bytes are.

The judges are the virtual cards, which count what their keys did, and the openssl behind `cryptography`.
"""

import copy
from types import SimpleNamespace

import pytest
import reader_sheets as sheets
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from reader_bench import Bench, Refused
from reader_flash import Flash, PowerCut

from sesam import codes
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content

BEFORE = 3  # certifications that the journal has gone through: the next one fills its page


def started(cards, flash):
    """A reader that power has just come back to: the cards lost theirs as well."""
    for card in cards:
        card.deactivate()
    bench = Bench(*cards, SimpleNamespace(journal=flash))
    bench.ask("UNLOCK", code=b"1234")
    return bench


def certify(bench, number):
    return bench.certify(sheets.invoice(number), what=1, invoices=1, total=sheets.FEE)


def signatures(cards):
    return [card.signatures for card in cards]


def verify(answer, number):
    for name, field in (("infirmiere", "signature"), ("moreau", "seal")):
        key = card_content(name).key.public_key()
        key.verify(answer.data(field), sheets.invoice(number), padding.PKCS1v15(), hashes.SHA256())


@pytest.fixture
def cards():
    return [load_card("infirmiere"), load_card("moreau")]


@pytest.fixture
def flash():
    return Flash()


def test_repeated_after_a_cut_it_gets_the_signatures_kept(cards, flash):
    made = certify(started(cards, flash), 1)
    verify(made, 1)
    assert certify(started(cards, flash), 1).values == made.values
    assert signatures(cards) == [1, 1]


def test_another_certification_after_a_cut_is_signed(cards, flash):
    certify(started(cards, flash), 1)
    verify(certify(started(cards, flash), 2), 2)
    assert signatures(cards) == [2, 2]


def test_kept_signatures_survive_a_failed_attempt_at_another_certification(cards, flash):
    made = certify(started(cards, flash), 1)
    bench = started(cards, flash)
    bench.stream(sheets.invoice(2), 1, 1, 3)
    bench.slots[0].remove()
    bench.refusal("SIGN", invoices=1, total=sheets.FEE)
    bench.slots[0].insert(cards[0])
    bench.ask("UNLOCK", code=b"1234")
    assert certify(bench, 1).values == made.values
    assert cards[0].signatures == 1


def test_lot_without_seal_is_kept_as_well(cards, flash):
    lot = sheets.lot(2)
    made = started(cards, flash).certify(lot, invoices=2, total=2 * sheets.FEE)
    again = started(cards, flash).certify(lot, invoices=2, total=2 * sheets.FEE)
    assert again.values == made.values
    assert signatures(cards) == [1, 0]


def test_kept_seal_is_not_given_for_another_patients_card(cards, flash):
    certify(started(cards, flash), 1)
    other = [cards[0], load_card("dumont")]
    with pytest.raises(Refused) as refused:
        certify(started(other, flash), 1)
    assert refused.value.status == codes.PATIENT


def test_card_touched_since_power_came_back_signs_anew(cards, flash):
    """Within one session of power nothing has changed: what the cards did is known."""
    bench = started(cards, flash)
    made = certify(bench, 1)
    bench.slots[0].remove()
    bench.slots[0].insert(cards[0])
    bench.ask("UNLOCK", code=b"1234")
    assert certify(bench, 1).values == made.values
    assert cards[0].signatures == 2


def test_intent_without_signature_is_told_once_then_the_same_bytes_are_made(cards, flash):
    bench = started(cards, flash)
    bench.service._signer._remember = lambda sealed: (_ for _ in ()).throw(PowerCut)
    with pytest.raises(PowerCut):
        certify(bench, 1)
    assert signatures(cards) == [1, 1]
    bench = started(cards, flash)
    with pytest.raises(Refused) as refused:
        certify(bench, 1)
    assert refused.value.status == codes.INTERRUPTED
    assert signatures(cards) == [1, 1]
    verify(certify(bench, 1), 1)
    assert signatures(cards) == [2, 2]


def test_storage_that_holds_nothing_stops_before_a_card_signs(cards, flash):
    bench = started(cards, flash)
    flash.write = lambda at, buf: None
    with pytest.raises(Refused) as refused:
        certify(bench, 1)
    assert refused.value.status == codes.JOURNAL
    assert signatures(cards) == [0, 0]


def test_cut_at_every_write_never_signs_twice_what_was_written_down(cards):
    flash = Flash()
    bench = started(cards, flash)
    for number in range(1, BEFORE + 1):
        last = certify(bench, number)
    whole = copy.deepcopy(flash)
    del whole.power.steps[:]
    expected = certify(started(cards, whole), BEFORE + 1)
    assert whole.erased == flash.erased + 1, "the page turns within"
    steps = whole.power.steps
    ends = [sum(steps[: at + 1]) for at in range(len(steps))]
    intended = 0
    for at, end in enumerate(ends):
        if at % 9 and steps[at] == steps[at - 1] == 8:  # of words copied one by one, some
            continue
        for budget in {end - steps[at] // 2, end}:
            cut = copy.deepcopy(flash)
            bench = started(cards, cut)
            cut.power.budget = budget
            before = signatures(cards)
            with pytest.raises(PowerCut):
                certify(bench, BEFORE + 1)
            cut.power.budget = None
            signed = cards[0].signatures - before[0]
            bench = started(cards, cut)
            try:
                again = certify(bench, BEFORE + 1)
            except Refused as refused:
                assert refused.status == codes.INTERRUPTED
                assert cards[0].signatures - before[0] == signed, "told before a card is asked"
                intended += 1
                again = certify(bench, BEFORE + 1)
                assert [now - then for now, then in zip(signatures(cards), before, strict=True)] == [
                    signed + 1
                ] * 2
            else:
                assert [now - then for now, then in zip(signatures(cards), before, strict=True)] == [1, 1]
            assert again.values == expected.values
            assert certify(started(cards, copy.deepcopy(cut)), BEFORE + 1).values == expected.values
    assert intended > 3
    before = signatures(cards)
    assert certify(started(cards, flash), BEFORE).values == last.values
    assert signatures(cards) == before
