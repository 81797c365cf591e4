"""Framing: the device's and the host's, each judged by the other, by vectors and by the library's CRC."""

import binascii
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_rig import read_vectors

from sesam import frame
from tournee.reader.link.framing import FrameReader, encode_frame

SIZE = 1280
VECTORS = read_vectors("frames.txt")
payloads = st.one_of(
    st.binary(max_size=700),
    st.integers(240, 270).map(lambda n: b"\x01" * n),
    st.integers(500, 520).map(lambda n: b"\xff" * n),
    st.lists(
        st.sampled_from([b"\0", b"\0\0", b"\x01" * 253, b"\x01" * 254, b"\x01" * 255, b"ab"]), max_size=5
    ).map(b"".join),
)


def device_frame(kind: int, number: int, payload: bytes, message_max: int = SIZE) -> bytes:
    buffer = bytearray(b"\xee" * frame.encoded_max(message_max))
    at = frame.body_at(message_max)
    buffer[at + frame.HEADER : at + frame.HEADER + len(payload)] = payload
    end = frame.close(buffer, at, at + frame.HEADER + len(payload), kind, number)
    return bytes(buffer[:end])


class DeviceReader:
    """The device's receiver, giving what came as (state, type, number, payload)."""

    def __init__(self, size: int = SIZE) -> None:
        self.buffer = bytearray(frame.HEADER + size + frame.CRC)
        self.receiver = frame.Receiver(self.buffer, len(self.buffer))

    def feed(self, data: bytes) -> list[tuple[int, int, int, bytes]]:
        found = []
        at = 0
        while at < len(data):
            at = self.receiver.feed(data, at, len(data))
            state = self.receiver.state
            if state == frame.WHOLE:
                body = self.buffer[: frame.HEADER + self.receiver.length]
                found.append((state, body[0], body[1], bytes(body[2:])))
            elif state == frame.TOO_LONG:
                found.append((state, self.buffer[0], self.buffer[1], b""))
            elif state == frame.DAMAGED:
                found.append((state, 0, 0, b""))
        return found


@given(payloads, st.integers(0, 255), st.integers(0, 255))
def test_device_and_host_read_each_others_frames(payload, kind, number):
    by_device = device_frame(kind, number, payload)
    assert by_device[0] == by_device[-1] == 0
    assert 0 not in by_device[1:-1]
    (got,) = FrameReader(4096).feed(by_device)
    assert (got.kind, got.number, got.payload) == (kind, number, payload) or got.damaged == (kind == 0)
    by_host = bytes(encode_frame(kind, number, payload))
    assert DeviceReader().feed(by_host) == [(frame.WHOLE, kind, number, payload)]


@pytest.mark.parametrize("length", [0, 1, 249, 250, 251, 252, 253, 254, 504, 505, 506, 1279, 1280])
@pytest.mark.parametrize("byte", [0x00, 0x01, 0xFF])
def test_frame_of_any_length_fits_its_buffer_and_comes_back(length, byte):
    payload = bytes((byte,)) * length
    made = device_frame(3, 7, payload)
    assert len(made) <= frame.encoded_max(SIZE)
    assert DeviceReader().feed(made) == [(frame.WHOLE, 3, 7, payload)]


@given(st.binary(max_size=300))
def test_crc_is_the_standard_librarys(data):
    assert frame.crc16(data, 0, len(data)) == binascii.crc_hqx(data, 0xFFFF)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one.comment)
def test_vector_is_made_and_read_by_both(vector):
    kind = getattr(frame, vector.name)
    (got,) = FrameReader(4096).feed(vector.data)
    assert got.kind == kind
    assert bytes(encode_frame(kind, got.number, got.payload)) == vector.data
    assert device_frame(kind, got.number, got.payload) == vector.data
    assert DeviceReader().feed(vector.data) == [(frame.WHOLE, kind, got.number, got.payload)]


@given(st.binary(max_size=600), payloads)
def test_frame_after_any_garbage_is_read_by_both(garbage, payload):
    made = device_frame(3, 9, payload)
    assert DeviceReader().feed(garbage + made)[-1] == (frame.WHOLE, 3, 9, payload)
    last = FrameReader(4096).feed(garbage + made)[-1]
    assert (last.kind, last.number, last.payload) == (3, 9, payload)


@given(payloads, st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_frame_is_read_whatever_the_pieces_it_comes_in(payload, pieces):
    data = b"\0noise" + device_frame(3, 1, payload) + device_frame(4, 2, b"")
    device, host = DeviceReader(), FrameReader(4096)
    by_device, by_host = [], []
    at = turn = 0
    while at < len(data):
        step = pieces[turn % len(pieces)]
        by_device += device.feed(data[at : at + step])
        by_host += host.feed(data[at : at + step])
        at += step
        turn += 1
    assert [one[1:] for one in by_device[1:]] == [(3, 1, payload), (4, 2, b"")]
    assert [(one.kind, one.number, one.payload) for one in by_host[1:]] == [(3, 1, payload), (4, 2, b"")]


@given(st.binary(min_size=1, max_size=300), st.data())
def test_frame_with_any_one_bit_flipped_is_never_taken_for_whole(payload, data):
    made = bytearray(device_frame(3, 5, payload))
    at = data.draw(st.integers(1, len(made) - 2))
    made[at] ^= 1 << data.draw(st.integers(0, 7))
    assert (frame.WHOLE, 3, 5, payload) not in DeviceReader().feed(bytes(made))
    assert not [one for one in FrameReader(4096).feed(bytes(made)) if one.payload == payload]


@given(st.binary(max_size=400))
def test_both_see_the_same_frames_in_any_bytes(noise):
    data = noise + b"\0"
    by_device = [one[1:] if one[0] == frame.WHOLE else None for one in DeviceReader().feed(data)]
    by_host = [
        None if one.damaged else (one.kind, one.number, one.payload) for one in FrameReader(4096).feed(data)
    ]
    assert by_device == by_host


def test_frame_too_long_for_the_device_is_told_with_its_type_and_number_and_the_next_is_read():
    device = DeviceReader(100)
    long = device_frame(3, 77, b"x" * 1000)
    assert device.feed(long + device_frame(3, 78, b"y" * 100)) == [
        (frame.TOO_LONG, 3, 77, b""),
        (frame.WHOLE, 3, 78, b"y" * 100),
    ]


def test_damaged_frame_too_long_for_the_device_is_told_as_damaged():
    device = DeviceReader(100)
    long = bytearray(device_frame(3, 77, b"x" * 1000))
    long[500] ^= 1
    assert device.feed(bytes(long)) == [(frame.DAMAGED, 0, 0, b"")]


def test_stream_without_a_delimiter_stays_in_the_same_memory_on_both_sides():
    device, host = DeviceReader(100), FrameReader(1000)
    source = random.Random(3)
    for _ in range(200):
        noise = source.randbytes(1000).replace(b"\0", b"\1")
        assert device.feed(noise) == []
        assert host.feed(noise) == []
    assert len(device.buffer) == 104
    made = device_frame(3, 1, b"ok", 100)
    assert device.feed(made)[-1] == (frame.WHOLE, 3, 1, b"ok")
    assert host.feed(made)[-1].payload == b"ok"


def test_delimiters_in_a_row_are_nothing():
    assert DeviceReader().feed(b"\0\0\0\1\0\0") == []
    assert FrameReader(100).feed(b"\0\0\0\1\0\0") == []
