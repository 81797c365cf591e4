"""The stream in segments, over real stacks: whole while more follows, nothing kept back, nobody blocked."""

import os
import select
import threading
import tty

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.emulation.bluetooth.air import Air
from tournee.emulation.bluetooth.backlog import PACKETS
from tournee.emulation.bluetooth.peripheral import ROOM
from tournee.reader.transports.bluetooth import WRITE, BluetoothTransport, pair
from tournee.reader.transports.streams import TransportClosed

_SEGMENT = 244
_PATIENCE_S = 20
_SLOW_MS = 200  # a connection interval that a busy machine does not miss


class Far:
    """A board's end of the stream: a pseudo-terminal that is read when the test asks."""

    def __init__(self):
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)

    def take(self, size):
        """So many bytes; fewer when they do not come."""
        data = b""
        while len(data) < size and select.select([self._master], [], [], _PATIENCE_S)[0]:
            data += os.read(self._master, size - len(data))
        return data

    def take_to(self, end):
        data = b""
        while not data.endswith(end) and (more := self.take(1)):
            data += more
        return data

    def is_silent(self):
        return not select.select([self._master], [], [], 0)[0]

    def send(self, data):
        while data:
            data = data[os.write(self._master, data) :]

    def close(self):
        os.close(self._slave)
        os.close(self._master)


class Joined:
    """A tablet joined to a board by an air; `segments` are the sizes of those written and notified."""

    def __init__(self, interval_ms=0):
        self.segments = []
        self.far = Far()
        self.air = Air(fault=self._seen, interval_ms=interval_ms)

    def __enter__(self):
        self.air.__enter__()
        self.address = self.air.add_reader(self.far.path)
        self.module = self.air._module
        pair(self.address, self.air.radio)
        self.far.take(1)  # what asks whether writing is allowed
        self.stream = self.connect()
        return self

    def __exit__(self, *why):
        self.air.__exit__(*why)
        self.far.close()

    def connect(self):
        stream = BluetoothTransport(self.address, self.air.radio)
        self.far.take(1)
        self.segments.clear()
        return stream

    def _seen(self, segment):
        self.segments.append(len(segment))
        return (segment,)


@pytest.fixture(scope="module")
def joined():
    with Joined() as joined:
        yield joined


@pytest.fixture(scope="module")
def sizes(joined):
    """What the connection takes, from one segment to the next; whole segments once it is used up."""
    coming = []
    characteristic = joined.stream._client.services.get_characteristic(WRITE)
    characteristic._max_write_without_response_size = lambda: coming.pop(0) if coming else _SEGMENT
    return coming


@given(
    writes=st.lists(st.tuples(st.binary(max_size=600), st.booleans()), max_size=8),
    changing=st.lists(st.integers(1, _SEGMENT), max_size=40),
)
def test_any_writes_arrive_whole_and_in_order_whatever_follows_and_the_connection_takes(
    joined, sizes, writes, changing
):
    sizes[:] = changing
    for data, more in writes:
        joined.stream.write(data, more)
    joined.stream.write(b"end")
    sent = b"".join(data for data, _ in writes) + b"end"
    assert joined.far.take(len(sent)) == sent
    assert joined.far.is_silent()


def test_segments_are_full_while_more_follows_and_the_rest_goes_with_the_last(joined, sizes):
    sizes.clear()
    joined.segments.clear()
    for more in (True, True, False):
        joined.stream.write(b"a" * 300, more)
    assert joined.far.take(900) == b"a" * 900
    assert joined.segments == [_SEGMENT, _SEGMENT, _SEGMENT, 900 - 3 * _SEGMENT]


def test_what_is_kept_goes_when_the_host_waits_and_nothing_comes(joined, sizes):
    sizes.clear()
    joined.stream.write(b"kept", more=True)
    assert joined.far.is_silent()
    board = threading.Thread(target=lambda: joined.far.send(b"answer to " + joined.far.take(4)))
    board.start()
    assert joined.stream.read(_PATIENCE_S * 1000) == b"answer to kept"
    board.join()


@pytest.mark.parametrize("parting", ["closed", "out of range"])
def test_what_is_kept_is_gone_with_the_connection(parting):
    with Joined() as joined:
        joined.stream.write(b"1234", more=True)
        if parting == "closed":
            joined.stream.close()
        else:
            joined.air.out_of_range()
            with pytest.raises(TransportClosed):
                joined.stream.write(b"5678")
        assert joined.stream._kept == b""
        joined.connect().write(b"other")
        assert joined.far.take(5) == b"other"


def test_board_that_does_not_read_holds_nobody_up_and_what_it_then_reads_is_in_order():
    with Joined() as joined:
        sent = b"".join(number.to_bytes(4, "big") for number in range(1 << 14))
        joined.stream.write(sent)
        joined.far.send(b"heard")
        assert joined.stream.read(_PATIENCE_S * 1000) == b"heard"  # the module is still there
        lost = joined.module.lost
        assert lost > 0
        took = joined.far.take(len(sent) - lost)
        words = [took[at : at + 4] for at in range(0, len(took), 4)]
        assert len(took) >= ROOM
        assert words == sorted(set(words))
        joined.stream.write(b"again")
        assert joined.far.take(5) == b"again"


def test_board_that_sends_more_than_the_air_carries_is_held_up_and_loses_nothing():
    with Joined(interval_ms=1) as joined:
        sent = os.urandom(60_000)
        board = threading.Thread(target=joined.far.send, args=(sent,))
        board.start()
        came, most = b"", 0
        while len(came) < len(sent) and (part := joined.stream.read(_PATIENCE_S * 1000)):
            came += part
            most = max(most, len(joined.module._waiting))
        board.join()
        assert came == sent
        assert most <= 2 * ROOM


def test_host_is_held_up_by_the_air_and_not_by_a_queue_without_end():
    with Joined(interval_ms=15) as joined:
        joined.stream.write(bytes(_SEGMENT) * 4 * PACKETS)
        assert len(joined.segments) >= 3 * PACKETS


def test_what_the_air_has_not_carried_when_the_connection_ends_never_comes():
    with Joined() as joined:
        sent = b"".join(bytes([rank]) * _SEGMENT for rank in range(PACKETS))
        joined.air.pace(_SLOW_MS)
        joined.stream.write(sent)
        joined.air.out_of_range()
        joined.air.pace(0)
        stream = joined.connect()
        joined.air.pace(_SLOW_MS)
        stream.write(b"end")
        came = joined.far.take_to(b"end")
        assert sent.startswith(came[:-3])
        assert len(came) < len(sent)
