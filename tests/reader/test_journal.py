"""The journal: what it gives after power failed at any byte is what was there, or what was to be there."""

import contextlib
import copy
import random

from reader_flash import Flash, PowerCut

from reader.storage.journal import IDENTITY, INTENT, SIGNED, Journal

PAGE = 320  # holds what counts and one record more
LENGTHS = {IDENTITY: 48, SIGNED: 64, INTENT: 40}


def put(journal, kind, number):
    """A record in two parts."""
    data = payload(kind, number)
    if not journal.begin(kind, len(data)):
        return False
    journal.add(data[:8])
    journal.add(data[8:])
    return journal.end()


def payload(kind, number):
    return bytes((kind, number)) * (LENGTHS[kind] // 2)


def state(flash):
    """What a reader that starts now finds: the payload by kind."""
    journal = Journal(flash)
    found = {}
    for kind, length in LENGTHS.items():
        at = journal.find(kind)
        if at:
            found[kind] = bytearray(length)
            assert journal.load(at, found[kind]) == at + length
            assert journal.holds(at, found[kind])
    return found


RECORDS = [(kind, number) for number in range(4) for kind in (IDENTITY, INTENT, SIGNED)]


def states():
    """What is to be found after each of RECORDS."""
    found = [{}]
    for kind, number in RECORDS:
        now = dict(found[-1])
        now[kind] = payload(kind, number)
        if kind == SIGNED:
            now.pop(INTENT, None)
        found.append(now)
    return found


def test_blank_storage_holds_nothing():
    assert state(Flash()) == {}


def test_last_record_of_each_kind_is_found_again():
    flash = Flash(512)
    journal = Journal(flash)
    for (kind, number), expected in zip(RECORDS, states()[1:], strict=True):
        assert put(journal, kind, number)
        assert state(flash) == expected
    assert flash.erased > 1


def test_intent_ends_with_the_signatures():
    flash = Flash()
    journal = Journal(flash)
    put(journal, INTENT, 1)
    put(journal, SIGNED, 1)
    assert journal.find(INTENT) == 0 == Journal(flash).find(INTENT)


def test_record_that_is_too_long_is_refused_and_nothing_lost():
    flash = Flash(PAGE)
    journal = Journal(flash)
    put(journal, IDENTITY, 1)
    assert not journal.begin(SIGNED, 240)
    assert state(flash) == {IDENTITY: payload(IDENTITY, 1)}


def test_cut_at_any_byte_leaves_the_old_or_the_new_state_and_a_journal_that_goes_on():
    flash = Flash(PAGE)
    cuts = 0
    for (kind, number), before, after in zip(RECORDS, states(), states()[1:], strict=False):
        for budget in range(1, PAGE * 3):
            cut = copy.deepcopy(flash)
            cut.power.budget = budget
            try:
                put(Journal(cut), kind, number)
                break
            except PowerCut:
                cuts += 1
            cut.power.budget = None
            assert state(cut) in (before, after), (kind, number, budget)
            assert put(Journal(cut), INTENT, 99), (kind, number, budget)
            assert state(cut)[INTENT] == payload(INTENT, 99), (kind, number, budget)
        put(Journal(flash), kind, number)
    assert flash.erased > 3
    assert cuts > 2000


def test_cuts_in_a_row_lose_nothing_that_was_there():
    draw = random.Random(7)
    flash = Flash(PAGE)
    kept = {}
    for number in range(400):
        kind = draw.choice(list(LENGTHS))
        flash.power.budget = draw.randrange(1, 500)
        with contextlib.suppress(PowerCut):
            put(Journal(flash), kind, number % 200)
        flash.power.budget = None
        after = dict(kept)
        after[kind] = payload(kind, number % 200)
        if kind == SIGNED:
            after.pop(INTENT, None)
        found = state(flash)
        assert found in (kept, after), number
        kept = found


def test_erasure_that_left_any_bits_is_no_journal():
    draw = random.Random(8)
    for _ in range(300):
        flash = Flash(PAGE)
        journal = Journal(flash)
        for kind, number in RECORDS[:4]:
            put(journal, kind, number)
        before = state(flash)
        other = PAGE - journal._base
        flash.data[other : other + PAGE] = draw.randbytes(PAGE)
        assert state(flash) == before
        assert put(Journal(flash), SIGNED, 7)


def test_word_that_does_not_hold_is_told():
    flash = Flash()
    flash.write = lambda at, buf: None
    assert not put(Journal(flash), INTENT, 1)
