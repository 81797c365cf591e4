"""The whole core over a byte stream: its answers, its signs of life, what it leaves in memory, its end."""

import gc

from reader_bench import CLOCK_KHZ, MESSAGE_MAX

from reader.core import Core
from reader.crypto.sha256 import Sha256
from sesam import frame
from tournee.emulation.cards import Fault, load_card
from tournee.emulation.slots import DirectSlot, FakeClock
from tournee.reader import codec
from tournee.reader.link.framing import FrameReader, encode_frame

NUMBERS = {row.name: row.number for row in codec.ROWS.values()}


class Wire:
    """The host's bytes for the core to read, and what it writes, at most `width` bytes at a time."""

    def __init__(self, width=1000):
        self.coming = bytearray()
        self.written = bytearray()
        self._width = width
        self.room = 1_000_000  # bytes that it takes before it is held up

    def read(self, buf, timeout_ms):
        part = self.coming[: len(buf)]
        del self.coming[: len(part)]
        buf[: len(part)] = part
        return len(part) if part else -1

    def write(self, buf, start, n):
        n = min(n, self._width, self.room)
        self.room -= n
        self.written += buf[start : start + n]
        return n


class Rig:
    """A core with two cards, run until the wire has nothing left."""

    def __init__(self, width=1000):
        self.clock = FakeClock()
        self.cards = [load_card("infirmiere"), load_card("moreau")]
        self.wire = Wire(width)
        self.slots = tuple(DirectSlot(card, self.clock) for card in self.cards)
        self.core = Core(self.wire, self.slots, self.clock, Sha256, b"rig", MESSAGE_MAX, CLOCK_KHZ)
        hello = {"session": b"a-name-8", "version": 1, "resume": 0}
        self.send(frame.HELLO, 0, codec.encode(NUMBERS["HELLO"], hello))
        self.number = 0

    def send(self, kind, number, message):
        """One frame in; the frames that come out."""
        self.wire.coming += encode_frame(kind, number, message)
        self.wire.written.clear()
        self.core.run()
        return FrameReader(2 * MESSAGE_MAX).feed(bytes(self.wire.written))

    def ask(self, name, **values):
        """One request; the frames that come out."""
        self.number += 1
        return self.send(frame.REQUEST, self.number, codec.encode(NUMBERS[name], values))


def reachable_buffers(core):
    """Every bytearray that the core holds, however deep."""
    seen, buffers, todo = set(), [], [core]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, type | DirectSlot | Wire | FakeClock):
            continue
        seen.add(id(one))
        if isinstance(one, bytearray):
            buffers.append(one)
        elif type(one).__module__.startswith(("reader", "sesam")) or isinstance(one, dict | list | tuple):
            todo += gc.get_referents(one)
    return buffers


def test_core_answers_over_the_stream():
    acknowledged, answered = Rig().ask("CARDS")
    assert acknowledged.kind == frame.ACK
    assert codec.decode(answered.payload).values == {"ps": 1, "vitale": 1}


def test_core_stops_when_the_line_is_closed():
    assert Rig().core.step(0) is False


def test_stream_that_takes_a_few_bytes_at_a_time_gets_all_of_them():
    answered = Rig(width=3).ask("READ_PS_CARD", part=0, offset=0)[-1]
    assert len(codec.decode(answered.payload).data("data")) > 100


def test_stream_that_is_held_up_gets_the_rest_of_an_answer_once_it_takes_bytes_again():
    """Nothing more comes from the host meanwhile, and what waits is not kept from it for long."""
    rig = Rig()
    rig.wire.room = 20
    rig.ask("READ_PS_CARD", part=0, offset=0)
    begun = bytes(rig.wire.written)
    assert len(begun) == 20
    waits = []
    rig.wire.read = lambda buf, timeout_ms: waits.append(timeout_ms) or 0
    rig.core.step(200)
    rig.wire.room = 1000
    rig.core.step(200)
    rig.core.step(200)
    frames = FrameReader(2 * MESSAGE_MAX).feed(bytes(rig.wire.written))
    assert [one.kind for one in frames] == [frame.ACK, frame.ANSWER]
    assert waits[0] < waits[1] == waits[2] == 200


def test_stream_that_takes_nothing_keeps_the_reader_from_nothing():
    rig = Rig()
    rig.wire.room = 0
    lot = [codec.encode(NUMBERS["CARDS"], {}) for _ in range(5)]
    rig.wire.coming += b"".join(encode_frame(frame.REQUEST, 1 + n, message) for n, message in enumerate(lot))
    rig.core.run()
    rig.wire.room = 1000
    rig.number = 5
    frames = rig.ask("CARDS")
    assert [(one.kind, one.number) for one in frames[-2:]] == [(frame.ACK, 6), (frame.ANSWER, 6)]


def test_code_porteur_is_in_none_of_the_core_s_buffers_afterwards():
    rig = Rig()
    answered = rig.ask("UNLOCK", code=b"1234")[-1]
    assert codec.decode(answered.payload).uint("tries_left") == 3
    buffers = reachable_buffers(rig.core)
    assert len(buffers) > 20
    assert not [bytes(buffer) for buffer in buffers if b"1234" in buffer]


def test_host_hears_of_a_slow_card_every_second():
    rig = Rig()
    rig.cards[0].fail(Fault("late", "A4", delay_ms=3400))
    kinds = [one.kind for one in rig.ask("READ_PS_CARD", part=0, offset=0)]
    assert kinds == [frame.ACK] * 4 + [frame.ANSWER]


def test_removal_is_noticed_between_two_requests():
    rig = Rig()
    rig.ask("UNLOCK", code=b"1234")
    rig.slots[0].insert(rig.cards[0])
    rig.core.step(0)
    assert codec.decode(rig.ask("CARDS")[-1].payload).uint("ps") == 1
