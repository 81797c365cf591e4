"""The boot records: which bank starts, after power failed at any byte of any record."""

import copy

import pytest
from reader_flash import Flash, PowerCut

from reader.storage.boot import ask, choose, confirm, confirmed, newest

PAGE = 32  # bytes: eight records


@pytest.fixture
def records():
    return Flash(PAGE, word=1)


def test_blank_records_start_bank_0_for_good(records):
    assert choose(records) == 0
    assert confirmed(records, 0)
    assert records.data == b"\xff" * 2 * PAGE


def test_bank_asked_for_is_started_once_then_the_other(records):
    ask(records, 1)
    assert [choose(records) for _ in range(4)] == [1, 0, 0, 0]


def test_confirmed_bank_starts_from_then_on(records):
    ask(records, 1)
    choose(records)
    assert not confirmed(records, 1)
    confirm(records, 1)
    assert confirmed(records, 1)
    assert [choose(records) for _ in range(3)] == [1, 1, 1]


def test_bank_that_was_gone_back_to_is_confirmed_as_it_is(records):
    ask(records, 1)
    assert [choose(records), choose(records)] == [1, 0]
    assert confirmed(records, 0)
    confirm(records, 0)
    assert choose(records) == 0


def test_record_is_laid_out_as_the_manual_says(records):
    ask(records, 1)
    assert records.data[:4] == bytes((1, 0xA4, 0xFF, 0xFF))
    choose(records)
    assert records.data[:4] == bytes((1, 0xA4, 0x00, 0xFF))
    confirm(records, 1)
    assert records.data[:4] == bytes((1, 0xA4, 0x00, 0x00))


def test_damaged_record_does_not_count(records):
    ask(records, 1)
    choose(records)
    confirm(records, 1)
    records.write(4, b"\x00")
    assert choose(records) == 1


def test_records_go_on_for_ever(records):
    for number in range(100):
        bank = 1 - number % 2
        ask(records, bank)
        assert choose(records) == bank
        confirm(records, bank)
        assert choose(records) == bank
    assert records.erased == 12


@pytest.mark.parametrize("before", range(18))
def test_cut_at_any_byte_starts_the_old_bank_or_the_new_one_and_never_falls_behind(records, before):
    running = 0
    for number in range(before):
        running = 1 - number % 2
        ask(records, running)
        choose(records)
        confirm(records, running)
    assert newest(records, bytearray(4)) >= 0 or not before
    other = 1 - running
    for budget in range(1, 3 * PAGE):
        cut = copy.deepcopy(records)
        cut.power.budget = budget
        asked = False
        try:
            ask(cut, other)
            asked = True
            choose(cut)
            confirm(cut, other)
            break
        except PowerCut:
            cut.power.budget = None
        started = [choose(cut) for _ in range(3)]
        assert started in ([running] * 3, [other] + [running] * 2, [other] * 3), budget
        assert asked or started != [other] * 3
