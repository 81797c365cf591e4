"""The filter that a reader holds in place of the list: it misses no card of it, and may suspect others.

Bits are numbered as `firmware/reader/cards/opposition.py` says; written here a second time, so that each
judges the other. A filter of m bits for n serials with k bits each suspects a share of
(1 - exp(-k n / m)) ** k of the cards that are not on the list.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tournee.errors import OppositionError
from tournee.opposition.serials import SERIAL_MAX

FALSE_POSITIVES_MAX = 0.01
"""A filter that would suspect more cards than this is not made: the host would be asked too often."""

_HASHES_MAX = 16
_REMAINDERS = ((1048573, 911), (1048571, 773))  # modulus, multiplier


class TooManyError(OppositionError):
    """More serials than the reader's filter holds at the false-positive rate allowed."""


def too_many(count: int, size: int) -> TooManyError:
    """The error of `count` serials in a filter of `size` bytes."""
    return TooManyError(
        f"Le lecteur ne peut pas tenir {count} cartes en opposition : {capacity(size)} au plus.",
        cause=f"son filtre a {size} octets ; au-delà, plus d’une carte sur 100 serait suspectée à tort",
        next_step="chargez seulement les ajouts récents ; l’ordinateur vérifie toujours la liste entière",
        remedy="load-recent",
    )


@dataclass(frozen=True)
class Filter:
    """Its bytes, how many bits stand for a serial, how many serials it holds."""

    data: bytes
    hashes: int
    count: int

    @property
    def false_positives(self) -> float:
        """The share of other cards that it suspects, by theory."""
        return rate(len(self.data), self.count, self.hashes)

    def suspects(self, serial: str) -> bool:
        """What the reader would say of this serial."""
        return all(self.data[bit >> 3] >> (bit & 7) & 1 for bit in _bits(serial, len(self.data), self.hashes))


def make_filter(serials: Sequence[str], size: int) -> Filter:
    """The filter of `size` bytes that suspects fewest others; TooManyError when it would suspect too many."""
    hashes = best_hashes(size, len(serials))
    if rate(size, len(serials), hashes) > FALSE_POSITIVES_MAX:
        raise too_many(len(serials), size)
    data = bytearray(size)
    for bit in _all_bits(serials, size, hashes):
        data[bit >> 3] |= 1 << (bit & 7)
    return Filter(bytes(data), hashes, len(serials))


def capacity(size: int) -> int:
    """The most serials that a filter of `size` bytes holds at `FALSE_POSITIVES_MAX`."""
    low, high = 0, 8 * size
    while low < high:
        middle = (low + high + 1) // 2
        if rate(size, middle, best_hashes(size, middle)) <= FALSE_POSITIVES_MAX:
            low = middle
        else:
            high = middle - 1
    return low


def best_hashes(size: int, count: int) -> int:
    """Bits for each of `count` serials that make fewest false positives in `size` bytes."""
    return min(_HASHES_MAX, max(1, round(8 * size / max(1, count) * math.log(2))))


def rate(size: int, count: int, hashes: int) -> float:
    """Share of other cards that a filter of `size` bytes suspects, by theory."""
    return float((1 - math.exp(-hashes * count / (8 * size))) ** hashes)


def _all_bits(serials: Iterable[str], size: int, hashes: int) -> Iterator[int]:
    for serial in serials:
        yield from _bits(serial, size, hashes)


def _bits(serial: str, size: int, hashes: int) -> Iterator[int]:
    columns = serial.ljust(SERIAL_MAX).encode("ascii") * 2
    first, second = (_remainder(columns, *pair) for pair in _REMAINDERS)
    second |= 1
    for rank in range(hashes):
        yield (first + rank * second + rank * (rank - 1) // 2) % (8 * size)


def _remainder(columns: bytes, modulus: int, multiplier: int) -> int:
    found = 1
    for column in columns:
        found = (found * multiplier + column) % modulus
    return found
