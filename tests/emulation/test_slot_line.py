import socket
import threading

import pytest

from tournee.emulation.cards import Fault, load_card
from tournee.emulation.slots import (
    ACTIVATE,
    DATA,
    DEACTIVATE,
    PRESENCE,
    SPEED,
    FrameSplitter,
    SlotThread,
    frame,
)

ATR = bytes.fromhex("3b75130000430" + "9ea9000")
IN, OUT, ON = (PRESENCE, b"\x01"), (PRESENCE, b"\x00"), (ACTIVATE, b"")


class Board:
    """The reader's end of the line."""

    def __init__(self, line):
        self.line = line
        line.settimeout(5)
        self.splitter = FrameSplitter()
        self.frames = []

    def say(self, *frames):
        self.line.sendall(b"".join(frame(*parts) for parts in frames))

    def next(self):
        while not self.frames:
            self.frames += self.splitter.feed(self.line.recv(100))
        return self.frames.pop(0)


@pytest.fixture
def line():
    ours, theirs = socket.socketpair()
    slot = SlotThread(ours)
    with theirs:
        yield slot, Board(theirs)
        slot.close()


def test_presence_is_told_at_once(line):
    slot, board = line
    slot.insert(load_card("lambert"))
    slot.remove()
    assert [board.next(), board.next()] == [IN, OUT]


def test_card_in_place_of_another_is_a_removal_and_an_insertion(line):
    slot, board = line
    slot.insert(load_card("lambert"))
    slot.insert(load_card("garnier"))
    assert [board.next() for _ in range(3)] == [IN, OUT, IN]
    assert slot.card.name == "garnier"


def test_activated_card_speaks_over_the_line(line):
    slot, board = line
    slot.insert(load_card("lambert"))
    board.say(
        (ACTIVATE,), (DATA, bytes.fromhex("ff1013fc")), (SPEED, b"\x13"), (DATA, bytes.fromhex("00a4040c0b"))
    )
    answers = [board.next() for _ in range(5)]
    assert answers == [IN, ON, (DATA, ATR), (DATA, bytes.fromhex("ff1013fc")), (DATA, b"\xa4")]


def test_deactivated_card_is_deaf(line):
    slot, board = line
    slot.insert(load_card("lambert"))
    board.say((ACTIVATE,))
    assert [board.next() for _ in range(3)] == [IN, ON, (DATA, ATR)]
    board.say((DEACTIVATE,), (DATA, bytes.fromhex("00a4040c0b")), (ACTIVATE,))
    assert [board.next(), board.next()] == [ON, (DATA, ATR)]


def test_empty_slot_repeats_activate_all_the_same(line):
    _, board = line
    board.say((ACTIVATE,))
    assert board.next() == ON


def test_card_removes_itself_where_its_fault_says(line):
    slot, board = line
    card = load_card("lambert")
    card.fail(Fault("removed", "atr", byte=3))
    slot.insert(card)
    board.say((ACTIVATE,))
    assert [board.next() for _ in range(4)] == [IN, ON, (DATA, ATR[:3]), OUT]
    assert slot.card is None


def test_late_bytes_come_after_their_delay(line):
    slot, board = line
    card = load_card("lambert")
    card.fail(Fault("late", "atr", byte=1, delay_ms=20))
    slot.insert(card)
    board.say((ACTIVATE,))
    assert [board.next() for _ in range(4)] == [IN, ON, (DATA, ATR[:1]), (DATA, ATR[1:])]


def test_frames_cut_anywhere_are_put_together():
    stream = frame(DATA, b"abc") + frame(ACTIVATE) + frame(DATA, bytes(300))
    splitter = FrameSplitter()
    frames = [parts for at in range(len(stream)) for parts in splitter.feed(stream[at : at + 1])]
    assert frames == [(DATA, b"abc"), (ACTIVATE, b""), (DATA, bytes(255)), (DATA, bytes(45))]


def test_thread_ends_when_the_board_hangs_up():
    ours, theirs = socket.socketpair()
    before = set(threading.enumerate())
    slot = SlotThread(ours)
    (thread,) = set(threading.enumerate()) - before
    theirs.close()
    thread.join(5)
    assert not thread.is_alive()
    slot.insert(load_card("lambert"))  # allowed still, heard by nobody
    slot.close()
