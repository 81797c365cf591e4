"""Who looks on is told that the reader is out of reach, and that it is back: once each."""

import pytest
from faulty_wire import TO_READER, FaultyWire
from link_rig import CountingService, LinkBoard, ManualClock

from tournee.reader import LinkLost, Reader
from tournee.reader.transports.streams import closed


class LeavingWire(FaultyWire):
    """A wire that may be out of reach, for so many connections."""

    away = 0

    def connect(self):
        if self.away:
            self.away -= 1
            raise closed("wire")
        return super().connect()


def rig(plan=lambda direction, rank: None):
    clock = ManualClock()
    told = []
    wire = LeavingWire(LinkBoard(CountingService(), clock), clock, plan)
    return wire, Reader(wire.connect, clock=clock, session=b"session1", reach=told.append), told


def test_nothing_is_told_as_long_as_the_reader_answers():
    _, reader, told = rig()
    assert reader.cards().ps == 1
    assert told == []


def test_cut_and_return_are_told_once_whatever_it_takes():
    wire, reader, told = rig()
    reader.cards()
    wire.alive = False
    wire.away = 3
    reader.cards()
    assert told == [False, True]
    reader.cards()
    assert told == [False, True]


def test_reader_that_is_away_at_first_is_told():
    wire, reader, told = rig()
    wire.away = 2
    reader.cards()
    assert told == [False, True]


def test_reader_that_stays_away_is_told_then_given_up_and_told_again_later():
    wire, reader, told = rig()
    wire.away = 99
    with pytest.raises(LinkLost):
        reader.cards()
    assert told == [False]
    wire.away = 0
    reader.cards()
    assert told == [False]
    wire.alive = False
    reader.cards()
    assert told == [False, False, True]


def test_frames_lost_for_a_while_are_nothing_to_tell():
    _, reader, told = rig(lambda way, rank: "lost" if way == TO_READER and rank in (1, 2) else None)
    reader.cards()
    assert told == []
