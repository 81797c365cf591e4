import pytest

from tournee.emulation.cards import Fault, load_card
from tournee.emulation.slots import REMOVED, TIMED_OUT, DirectSlot, FakeClock

ATR = bytes.fromhex("3b75130000430" + "9ea9000")


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def slot(clock):
    return DirectSlot(load_card("lambert"), clock)


def test_atr_comes_byte_by_byte_then_nothing(slot):
    slot.activate()
    assert [slot.read(100) for _ in range(11)] == [*ATR, TIMED_OUT]


def test_waiting_in_vain_takes_its_time(slot, clock):
    slot.activate()
    for _ in ATR:
        slot.read(100)
    assert clock() == 0
    slot.read(250)
    assert clock() == 250


def test_late_byte_arrives_when_it_is_due(slot, clock):
    slot.card.fail(Fault("late", "atr", delay_ms=400))
    slot.activate()
    assert slot.read(300) == TIMED_OUT
    assert slot.read(300) == 0x3B
    assert clock() == 400


def test_removal_is_told_once_even_when_a_card_is_back(slot):
    assert slot.present()
    slot.remove()
    slot.insert(load_card("garnier"))
    assert not slot.present()
    assert slot.present()


def test_removal_in_the_middle_is_read_after_the_bytes_before_it(slot):
    slot.card.fail(Fault("removed", "atr", byte=2))
    slot.activate()
    assert [slot.read(10) for _ in range(4)] == [0x3B, 0x75, REMOVED, REMOVED]


def test_empty_slot_swallows_everything():
    slot = DirectSlot(None, FakeClock())
    slot.activate()
    slot.speed(0x13)
    slot.write(b"\x00", 0, 1)
    slot.deactivate()
    assert slot.read(10) == REMOVED


def test_write_sends_the_part_it_is_told(slot):
    slot.activate()
    for _ in ATR:
        slot.read(1)
    slot.write(b"xx\x00\xa4\x04\x0c\x0bxx", 2, 5)
    assert slot.read(10) == 0xA4


def test_nothing_arrives_after_deactivation(slot):
    slot.activate()
    slot.deactivate()
    assert slot.read(10) == TIMED_OUT
