"""The emulated boards' slot driver against frames of the slot line, as they may come."""

import runpy
import socket

import pytest

from reader.transmission.line import REMOVED, TIMEOUT
from tournee.boards import BOARDS
from tournee.emulation.slots import ACTIVATE, DATA, DEACTIVATE, PRESENCE, SPEED, FrameSplitter, frame


class CardEnd:
    """The card's end of the line; `driver` is the board's, with a card in its slot."""

    def __init__(self):
        self.line, board = socket.socketpair()
        board.setblocking(False)
        stream = runpy.run_path(str(BOARDS / "unix" / "descriptors.py"))["Descriptor"](board.detach())
        self.driver = runpy.run_path(str(BOARDS / "drivers" / "slots.py"))["EmulatedSlot"](stream)
        self.say(PRESENCE, b"\x01")
        assert self.driver.present()

    def say(self, tag, payload=b""):
        self.line.sendall(frame(tag, payload))

    def heard(self):
        return list(FrameSplitter().feed(self.line.recv(1000)))

    def bytes_read(self):
        found = []
        while not found or found[-1] >= 0:
            found.append(self.driver.read(0))
        return found


@pytest.fixture
def card():
    card = CardEnd()
    with card.line:
        yield card


def test_driver_says_what_the_core_asks(card):
    card.driver.activate()
    card.driver.speed(0x13)
    card.driver.guard(200)
    card.driver.write(bytearray(b"xABCx"), 1, 3)
    card.driver.deactivate()
    assert card.heard() == [(ACTIVATE, b""), (SPEED, b"\x13"), (DATA, b"ABC"), (DEACTIVATE, b"")]


def test_bytes_from_before_a_reset_are_dropped_even_when_they_come_after_it(card):
    card.say(DATA, b"\x77")
    card.driver.activate()
    card.say(DATA, b"late")
    assert card.bytes_read() == [TIMEOUT]
    card.say(ACTIVATE)
    card.say(DATA, b"\x3b\x00")
    assert card.bytes_read() == [0x3B, 0x00, TIMEOUT]


def test_two_resets_in_a_row_wait_for_the_second(card):
    card.driver.activate()
    card.driver.activate()
    card.say(ACTIVATE)
    card.say(DATA, b"\x3b\x01")
    assert card.bytes_read() == [TIMEOUT]
    card.say(ACTIVATE)
    card.say(DATA, b"\x3b\x02")
    assert card.bytes_read() == [0x3B, 0x02, TIMEOUT]


def test_removal_is_told_while_a_reset_is_awaited(card):
    card.driver.activate()
    card.say(PRESENCE, b"\x00")
    card.say(PRESENCE, b"\x01")
    card.say(ACTIVATE)
    assert card.driver.read(1000) == REMOVED
    assert [card.driver.present(), card.driver.present()] == [False, True]
    card.say(DATA, b"\x3b")
    card.driver.activate()
    assert card.bytes_read() == [TIMEOUT]


def test_card_end_that_hangs_up_is_an_empty_slot(card):
    card.line.close()
    assert card.driver.read(1000) == REMOVED
    assert not card.driver.present()
