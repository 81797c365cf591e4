"""Runs on a board in place of the reader: what a board may have natively, on inputs by chance.

The same inputs come everywhere: two runtimes print the same numbers, or one of them is wrong. A test fills in
records that are right, one of each kind.
"""

from array import array

from reader.crypto.sha256 import Sha256
from sesam import layout
from sesam.cobs import OVER, STATE, crc16, stuff, unstuff
from sesam.octets import copy, digits, filled_with, mix, number_at, piece_of, same, wipe
from sesam.record_table import KINDS, TABLES
from sesam.scan import scan

RECORDS = b""
CASES = 120
_LARGE = 600


class Chance:
    """Numbers by chance, the same ones everywhere."""

    def __init__(self, seed: int) -> None:
        self._state = seed + 1
        self.told = 7  # a number that tells one case's results from others

    def below(self, n: int) -> int:
        self._state = self._state * 75 % 65537
        return self._state * 7 % n

    def fill(self, buf: bytearray, n: int, of: bytes) -> None:
        for i in range(n):
            place = self.below(len(of) + 1)
            buf[i] = of[place] if place < len(of) else self.below(256)

    def tell(self, *results: object) -> None:
        for result in results:
            for one in (result,) if isinstance(result, (int, bool)) else result:
                self.told = (self.told * 31 + one) % 65521


def frames(chance: Chance, buf: bytearray, out: bytearray) -> None:
    """A frame, damaged or not, cut anywhere, into a buffer that may be too small for it."""
    n = chance.below(_LARGE if chance.below(3) == 0 else 40)
    at = 4 + n // 254
    of = (b"\0", b"\0\1\2", b"\xff\xfe", b"ab")[chance.below(4)]
    chance.fill(buf, at, b"")
    part = bytearray(n)
    chance.fill(part, n, of * 30)
    copy(buf, at, part, 0, n)
    sum_of = crc16(buf, at, at + n)
    buf[at + n] = sum_of >> 8
    buf[at + n + 1] = sum_of & 255
    size = stuff(buf, at, at + n + 2)
    chance.tell(n, size, buf)
    for _ in range(chance.below(3)):
        buf[chance.below(size)] = of[chance.below(len(of))]
    state = array("I", bytearray(4 * STATE))
    state[OVER] = 1
    most = 1 + chance.below(n + 8)
    at = 0
    while at < size:
        end = min(size, at + chance.below(70))
        at = unstuff(state, buf, at, end, out, most)
        chance.tell(at, state, out[:most])


def hashes(chance: Chance, buf: bytearray, out: bytearray) -> None:
    """A hash in pieces, looked at in between."""
    hashed = Sha256()
    for _ in range(1 + chance.below(4)):
        chance.fill(buf, 200, b"")
        start = chance.below(10)
        hashed.update(buf, start, chance.below(190 - start))
        hashed.state_into(out, 3)
        chance.tell(hashed.hashed, hashed.tail_length, hashed.tail[: hashed.tail_length], out[3:35])
        hashed.digest_into(out, 5)
        chance.tell(out[5:37])


def octets(chance: Chance, buf: bytearray, out: bytearray) -> None:
    """Every loop over bytes."""
    chance.fill(buf, 60, b"0011 ")
    chance.fill(out, 60, b"0011 ")
    at, other, n = chance.below(20), chance.below(20), chance.below(9)
    chance.tell(same(buf, at, out, other, n), same(buf, at, buf, at, n), filled_with(buf, at, n // 3, 48))
    chance.tell(digits(buf, at, n), number_at(buf, at), piece_of(buf, at, 1 + n // 3, out, other, 10))
    chance.tell(crc16(buf, at, at + n), crc16(buf, at, other, n))
    mix(buf, at, out, other, n)
    copy(out, at, buf, other, n)
    copy(buf, min(at, other), buf, max(at, other), n)
    wipe(out, other, n)
    chance.tell(buf[:60], out[:60])


def records(chance: Chance, buf: bytearray, out: bytearray) -> None:
    """A record of each kind, damaged, and what its table says of it from any line on."""
    for kind in range(len(KINDS)):
        copy(buf, 5, RECORDS, 128 * kind, 128)
        for _ in range(chance.below(4)):
            buf[5 + chance.below(128)] = b"0123456789 AZaz_>`/:@[\x00\xff"[chance.below(23)]
        line = 0
        for _ in range(chance.below(TABLES[kind].count(b"\n"))):
            line = TABLES[kind].find(b"\n", line) + 1
        if chance.below(2):  # a whole field of one character
            filler = b"0 9"[chance.below(3)]
            start = 4 + number_at(TABLES[kind], line)
            for i in range(start, start + number_at(TABLES[kind], line + 4)):
                buf[i] = filler
        first = 1 + chance.below(40)
        chance.tell(scan(buf, 5, TABLES[kind], line, first, 128 - chance.below(20)))
        chance.tell(layout.check(buf, 5, kind))


def run() -> None:
    """All cases, each by its own seed: a number a case."""
    buf = bytearray(_LARGE + 20)
    out = bytearray(_LARGE + 20)
    print("begin")
    for case in (frames, hashes, octets, records):
        for seed in range(CASES):
            chance = Chance(seed * 4)
            case(chance, buf, out)
            print(chance.told)
    print("end")


if __name__ == "__main__":  # CPython
    run()
