"""Runs on MicroPython: the device's codec, framing and link with the heap locked, where any allocation fails.

Arguments: the firmware's folder. Prints `bytes allocated: 0` for the same work done with the heap open.
"""

import gc
import sys

sys.path.insert(0, sys.argv[1])

import micropython

from reader.link.reorder_buffer import ReorderBuffer
from reader.link.session import Link
from sesam import frame, messages
from sesam.cbor import Writer

MESSAGE_MAX = 1280
ROUNDS = 12
SERVED = [0]  # requests, by the service
DATA = bytes(range(128)) * 9
BAD = bytes(range(256)) * 12


class Arena:
    """The buffers that a link needs."""

    def __init__(self):
        self.message_max = MESSAGE_MAX
        self.frame_in = bytearray(frame.encoded_max(MESSAGE_MAX))
        self.frame_out = bytearray(frame.encoded_max(MESSAGE_MAX))
        self.frame_control = bytearray(frame.encoded_max(frame.CONTROL_MESSAGE))


class Service:
    """Answers everything with the longest answer there is."""

    def begin_session(self):
        pass

    def handle(self, message, writer):
        SERVED[0] += 1
        LINK.keep_alive()
        flush()
        writer.begin(messages.SIGN + messages.ANSWER)
        writer.put_bytes(1, message.buf, message.offset(2), 256)
        writer.put_bytes(2, message.buf, message.offset(2), 256)
        writer.put_bytes(3, message.buf, message.offset(2), 32)


def ticks():
    return 5000


def flush():
    while LINK.sender.pending():
        LINK.sender.sent(LINK.sender.pending())


def send(kind, number, end):
    length = frame.close(HOST, AT, end, kind, number)
    at = 0
    while at < length:
        at = LINK.feed(HOST, length, at)
        flush()
        LINK.poll(0)
        flush()


def ahead(number, at):
    """Put RECORDS of that number into the stream at `at`, not to be read yet; where it ends."""
    WRITER.begin(messages.RECORDS)
    WRITER.put_uint(1, 99999)
    WRITER.put_bytes(2, DATA, 0, len(DATA))
    length = frame.close(HOST, AT, WRITER.finish(), frame.REQUEST, number)
    for i in range(length):
        STREAM[at + i] = HOST[i]
    return at + length


def stream():
    """Three RECORDS under way; then three of which the first was lost and the two are kept; and once more."""
    end = ahead(6, ahead(5, ahead(4, 0)))
    end = ahead(8, ahead(9, ahead(8, ahead(7, ahead(9, ahead(8, end))))))
    at = 0
    while at < end:
        at = LINK.feed(STREAM, end, at)
        flush()
        LINK.poll(0)
        flush()


def pieces(number):
    """Bring a RECORDS piece by piece, each third piece twice."""
    end = ahead(number, 0)
    offset = 0
    while offset < end:  # a range of this step would be allocated
        n = min(frame.PIECE_DATA, end - offset)
        piece(number, end, offset, n)
        if offset % 3 == 0:
            piece(number, end, offset, n)
        offset += n


def piece(number, end, offset, n):
    """Bring `n` bytes of the frame of `end` bytes that lies in the stream."""
    HOST[AT + 2] = end >> 8
    HOST[AT + 3] = end & 0xFF
    HOST[AT + 4] = offset >> 8
    HOST[AT + 5] = offset & 0xFF
    for i in range(n):
        HOST[AT + 6 + i] = STREAM[offset + i]
    send(frame.PIECE, number, AT + 6 + n)


def fetch(number):
    """Ask for the kept answer in parts, and for one that is not there."""
    for offset in range(0, 601, 40):
        HOST[AT + 2] = offset >> 8
        HOST[AT + 3] = offset & 0xFF
        HOST[AT + 4] = 40
        send(frame.FETCH, number, AT + 5)


def work():
    """Greet, certify, repeat, be refused, hear noise: all that a link meets."""
    for turn in range(ROUNDS):
        WRITER.begin(messages.HELLO)
        WRITER.put_bytes(1, DATA, 0 if turn % 2 else 1, 8)
        WRITER.put_uint(2, 1)
        WRITER.put_uint(3, 0)
        send(frame.HELLO, turn, WRITER.finish())
        for number in range(1, 4):
            WRITER.begin(messages.RECORDS)
            WRITER.put_uint(1, 99999)
            WRITER.put_bytes(2, DATA, 0, len(DATA))
            end = WRITER.finish()
            send(frame.REQUEST, number, end)
            WRITER.begin(messages.RECORDS)
            WRITER.put_uint(1, 99999)
            WRITER.put_bytes(2, DATA, 0, len(DATA))
            send(frame.REQUEST, number, WRITER.finish())
            send(frame.REQUEST, 99, AT + 2)
        stream()
        fetch(9)
        fetch(8)
        pieces(10)
        send(frame.REQUEST, 11, AT + 2)
        send(77, 1, AT + 2)
        LINK.feed(BAD, len(BAD), 0)
        flush()


HOST = bytearray(frame.encoded_max(MESSAGE_MAX))
STREAM = bytearray(9 * frame.encoded_max(MESSAGE_MAX))
AT = frame.body_at(MESSAGE_MAX)
WRITER = Writer(HOST, AT + frame.HEADER, AT + frame.HEADER + MESSAGE_MAX)
LINK = Link(Arena(), Service(), ticks, None, ReorderBuffer(bytearray(3 * frame.encoded_max(MESSAGE_MAX))))


def main():
    work()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    work()
    after = gc.mem_alloc()
    done = SERVED[0]
    micropython.heap_lock()
    work()
    micropython.heap_unlock()
    assert SERVED[0] - done == 10 * ROUNDS
    sys.stdout.write(f"bytes allocated: {after - before}\n")


main()
