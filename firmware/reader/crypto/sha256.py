"""SHA-256 that exports its intermediate state, as the CPS needs it (FIPS 180-4; profile, Certification 3).

Plain Python: no allocation after the constructor where small integers hold 33 bits (64-bit builds of
MicroPython); boards with 31-bit small integers replace this class by one in C with the same methods.
"""

from array import array

from reader.crypto.hash_state import COUNT, bits_into
from sesam.port import const

_BLOCK = const(64)

_M = const(0xFFFFFFFF)

# First 32 bits of the fractional parts of the cube roots of the first 64 primes, then of the square roots of
# the first 8.
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


def _words(data: bytes) -> object:
    words = array("I")
    for i in range(0, len(data), 4):
        words.append(data[i] << 24 | data[i + 1] << 16 | data[i + 2] << 8 | data[i + 3])
    return words


class Sha256:
    """One running hash. The last full block is held back, so that `tail` is 1 to 64 bytes once anything was
    hashed."""

    def __init__(self) -> None:
        self._k = _words(_K)
        self._start = _words(_START)
        self._state = _words(_START)
        self._saved = _words(_START)
        self._w = _words(bytearray(_BLOCK))
        self._pad = bytearray(_BLOCK)
        self.tail = bytearray(_BLOCK)  # what the state does not hold yet
        self.tail_length = 0
        self.hashed = 0  # bytes in the state, a multiple of _BLOCK

    def reset(self) -> None:
        """Start again from nothing."""
        self.tail_length = 0
        self.hashed = 0
        for i in range(8):
            self._state[i] = self._start[i]

    def update(self, buf: bytearray, start: int, n: int) -> None:
        """Hash `n` bytes of `buf` from `start`."""
        tail = self.tail
        at = self.tail_length
        for i in range(start, start + n):
            if at == _BLOCK:
                self._compress(tail)
                self.hashed += _BLOCK
                at = 0
            tail[at] = buf[i]
            at += 1
        self.tail_length = at

    def state_into(self, out: bytearray, at: int) -> None:
        """Write the 32-byte state over `hashed` bytes, without the tail."""
        state = self._state
        for i in range(8):
            word = state[i]
            out[at] = word >> 24
            out[at + 1] = word >> 16 & 255
            out[at + 2] = word >> 8 & 255
            out[at + 3] = word & 255
            at += 4

    def digest_into(self, out: bytearray, at: int) -> None:
        """Write the 32-byte digest; the hash can go on afterwards."""
        state = self._state
        saved = self._saved
        pad = self._pad
        length = self.tail_length
        for i in range(8):
            saved[i] = state[i]
        for i in range(_BLOCK):
            pad[i] = self.tail[i] if i < length else 0
        if length == _BLOCK:
            self._compress(pad)
            self._blank()
            pad[0] = 0x80
        else:
            pad[length] = 0x80
            if length >= _BLOCK - COUNT:
                self._compress(pad)
                self._blank()
        bits_into(self.hashed + length, pad, _BLOCK - COUNT)
        self._compress(pad)
        self.state_into(out, at)
        for i in range(8):
            state[i] = saved[i]

    def _blank(self) -> None:
        for i in range(_BLOCK):
            self._pad[i] = 0

    def _compress(self, block: bytearray) -> None:
        w = self._w
        k = self._k
        state = self._state
        a = state[0]
        b = state[1]
        c = state[2]
        d = state[3]
        e = state[4]
        f = state[5]
        g = state[6]
        h = state[7]
        for i in range(64):
            if i < 16:
                at = i << 2
                x = block[at] << 24 | block[at + 1] << 16 | block[at + 2] << 8 | block[at + 3]
            else:
                x = w[i + 1 & 15]
                y = w[i + 14 & 15]
                x = (
                    w[i & 15]
                    + (((x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3) & _M)
                    + w[i + 9 & 15]
                    + (((y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10) & _M)
                ) & _M
            w[i & 15] = x
            x += h + k[i] + (g ^ (e & (f ^ g)))
            x += ((e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7)) & _M
            h = g
            g = f
            f = e
            e = (d + x) & _M
            d = c
            c = b
            y = a
            a = x + (((a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10)) & _M)
            a = (a + ((y & b) ^ (y & d) ^ (b & d))) & _M
            b = y
        state[0] = (state[0] + a) & _M
        state[1] = (state[1] + b) & _M
        state[2] = (state[2] + c) & _M
        state[3] = (state[3] + d) & _M
        state[4] = (state[4] + e) & _M
        state[5] = (state[5] + f) & _M
        state[6] = (state[6] + g) & _M
        state[7] = (state[7] + h) & _M
