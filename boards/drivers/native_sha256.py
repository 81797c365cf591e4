"""SHA-256 of `native.py`, in machine code."""

from array import array

from sesam.port import const

_BLOCK = const(64)

_K = bytes.fromhex(
    "428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5"
    "d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174"
    "e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da"
    "983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca635114292967"
    "27b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85"
    "a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070"
    "19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3"
    "748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2"
)
_START = bytes.fromhex("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19")

_W = array("I", bytearray(_BLOCK))  # of the block under way; every hash uses it
_SAVED = array("I", bytearray(32))
_PAD = bytearray(_BLOCK)


class Sha256:
    """`reader.crypto.sha256.Sha256`, method for method."""

    def __init__(self) -> None:
        self._state = array("I", bytearray(32))
        self.tail = bytearray(_BLOCK)
        self.reset()

    def reset(self) -> None:
        self.tail_length = 0
        self.hashed = 0
        _unpack(_START, self._state)

    def update(self, buf: bytearray, start: int, n: int) -> None:
        total = self.hashed + self.tail_length + n
        self.tail_length = _take(self._state, self.tail, self.tail_length, buf, start, n)
        self.hashed = total - self.tail_length

    def state_into(self, out: bytearray, at: int) -> None:
        _pack(self._state, out, at)

    def digest_into(self, out: bytearray, at: int) -> None:
        _finish(self._state, self.tail, self.tail_length, self.hashed, out, at)


@micropython.viper
def _unpack(start: ptr8, state: ptr32):
    for i in range(8):
        at = i << 2
        state[i] = start[at] << 24 | start[at + 1] << 16 | start[at + 2] << 8 | start[at + 3]


@micropython.viper
def _pack(words: ptr32, out: ptr8, at: int):
    for i in range(8):
        word = words[i]
        out[at] = word >> 24
        out[at + 1] = word >> 16
        out[at + 2] = word >> 8
        out[at + 3] = word
        at += 4


@micropython.viper
def _take(state, tail, length: int, buf, start: int, n: int) -> int:
    """Hash buf[start:start+n] behind the `length` bytes of the tail; the tail's new length."""
    to = ptr8(tail)
    data = ptr8(buf)
    while n > 0:
        if length == _BLOCK:
            _compress(state, tail, 0)
            length = 0
        if length == 0:
            while n > _BLOCK:
                _compress(state, buf, start)
                start += _BLOCK
                n -= _BLOCK
        while n > 0 and length < _BLOCK:
            to[length] = data[start]
            length += 1
            start += 1
            n -= 1
    return length


@micropython.viper
def _finish(state, tail, length: int, hashed: int, out, at: int):
    """Write the digest; the state is as before."""
    words = ptr32(state)
    saved = ptr32(_SAVED)
    pad = ptr8(_PAD)
    last = ptr8(tail)
    for i in range(8):
        saved[i] = words[i]
    for i in range(_BLOCK):
        pad[i] = last[i] if i < length else 0
    if length == _BLOCK:
        _compress(state, _PAD, 0)
        for i in range(_BLOCK):
            pad[i] = 0
        pad[0] = 0x80
    else:
        pad[length] = 0x80
        if length >= 56:
            _compress(state, _PAD, 0)
            for i in range(_BLOCK):
                pad[i] = 0
    bits = (hashed + length) << 3  # below 2**26 bytes, as `reader.certification.fields.bits_into` says
    pad[60] = bits >> 24
    pad[61] = bits >> 16
    pad[62] = bits >> 8
    pad[63] = bits
    _compress(state, _PAD, 0)
    _pack(state, out, at)
    for i in range(8):
        words[i] = saved[i]


@micropython.viper
def _compress(state: ptr32, buf: ptr8, at: int):
    """One block of `buf` at `at`. A word of 64 bits has noise above its lower half until it is masked, which
    a shift to the right and a store want; one of 32 bits has none."""
    w = ptr32(_W)
    k = ptr8(_K)
    m = (uint(1) << 31 << 1) - 1
    a = uint(state[0])
    b = uint(state[1])
    c = uint(state[2])
    d = uint(state[3])
    e = uint(state[4])
    f = uint(state[5])
    g = uint(state[6])
    h = uint(state[7])
    for i in range(64):
        if i < 16:
            x = uint(buf[at]) << 24 | uint(buf[at + 1]) << 16 | uint(buf[at + 2]) << 8 | uint(buf[at + 3])
            at += 4
        else:
            x = uint(w[i + 1 & 15])
            y = uint(w[i + 14 & 15])
            x = (
                uint(w[i & 15])
                + ((x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3)
                + uint(w[i + 9 & 15])
                + ((y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10)
            ) & m
        w[i & 15] = x
        j = i << 2
        x += h + (uint(k[j]) << 24 | uint(k[j + 1]) << 16 | uint(k[j + 2]) << 8 | uint(k[j + 3]))
        x += (g ^ (e & (f ^ g))) + ((e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7))
        h = g
        g = f
        f = e
        e = (d + x) & m
        y = a
        a = x + ((a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10))
        a = (a + ((y & b) ^ (y & c) ^ (b & c))) & m
        d = c
        c = b
        b = y
    state[0] = uint(state[0]) + a
    state[1] = uint(state[1]) + b
    state[2] = uint(state[2]) + c
    state[3] = uint(state[3]) + d
    state[4] = uint(state[4]) + e
    state[5] = uint(state[5]) + f
    state[6] = uint(state[6]) + g
    state[7] = uint(state[7]) + h
