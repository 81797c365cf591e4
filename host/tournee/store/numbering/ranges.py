"""Ranges of numbers: how they are cut among stations, and where a host's own come from.

An invoice number (9 digits) is a station (2), a block of that station (3) and a running number (4); a file's
name (6) a station (2), a block (2) and two more. A lot has its day: its number is of the station's share.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from tournee.errors import StoreError

STATIONS = 100
"""Hosts that may send from one address: the first two digits of numbers and of a compostage's counter."""

DRAWN = range(20, 90)
"""Stations that hosts draw for themselves: those from 0 to 19 are for carers to give."""

LAST_LOT = 999
"""A lot number has 3 digits and comes once in a day (profile, CRF)."""

_FEW, _OWN = 10, 20  # stations below 10 have shares of 20 lots, all others of 10
_TEN = 10
_FIRST_DRAWN_LOT = _FEW * _OWN
_TENS: Sequence[int] = range(_FIRST_DRAWN_LOT, LAST_LOT, _TEN)


class Kind(StrEnum):
    """Numbers that are given by ranges; of lots, those alone that a day has beyond its station's share."""

    INVOICE = "invoice"
    FILE = "file"
    LOT = "lot"


_CUTS = {Kind.INVOICE: (10_000, 10_000_000), Kind.FILE: (100, 10_000), Kind.LOT: (1, 1)}
"""How the numbers of a kind are cut: so many a range, so many a station."""


class NumberRange(NamedTuple):
    """The numbers from `first` to `last`, both in it, that one host may give; of a station's."""

    kind: Kind
    station: int
    first: int
    last: int

    @property
    def epoch(self) -> int:
        """Which block of its station it begins in."""
        block, of_station = _CUTS[self.kind]
        return self.first % of_station // block

    def meets(self, other: NumberRange) -> bool:
        """Whether both have a number in common."""
        return self.kind is other.kind and self.first <= other.last and other.first <= self.last


class RangeSource(Protocol):
    """Where ranges come from: drawn by the host itself, or given by a practice's server."""

    def station(self, asked: int | None, known: Collection[int]) -> int:
        """A station for a host whose carer `asked` for one (None: for any), none of those `known`."""
        ...

    def take(
        self,
        kind: Kind,
        station: int,
        known: Sequence[NumberRange],
        after: NumberRange | None,
        *,
        lowest: bool,
    ) -> NumberRange:
        """A range that meets none of those `known`, of this station where it has any left: the one that
        follows `after`, its `lowest`, or any. StoreError when there is none.
        """
        ...

    def more_lots(self, share: range, given: Collection[int]) -> NumberRange:
        """Ten lot numbers of a day whose `share` is used up, where no number is `given`; StoreError when
        there are none.
        """
        ...


class DrawnRanges:
    """Ranges that a host draws for itself; `draw(n)` gives one of 0 to n - 1, None: at random."""

    def __init__(self, draw: Callable[[int], int] | None = None) -> None:
        self._given_draw = draw

    def station(self, asked: int | None, known: Collection[int]) -> int:
        """The one asked for, or else one drawn that this journal never had."""
        if asked is not None and asked not in known:
            return asked
        free = [one for one in DRAWN if one not in known] or [*DRAWN]
        return free[self.draw(len(free))]

    def take(
        self,
        kind: Kind,
        station: int,
        known: Sequence[NumberRange],
        after: NumberRange | None,
        *,
        lowest: bool,
    ) -> NumberRange:
        """See `RangeSource`."""
        same = [one for one in known if one.kind is kind]
        for of in (station, *(one for one in range(STATIONS) if one != station)):
            free = [one for one in blocks(kind, of) if not any(one.meets(other) for other in same)]
            if free:
                following = next((one for one in free if after and one.first == after.last + 1), None)
                return following or free[0 if lowest else self.draw(len(free))]
        if kind is Kind.FILE:  # all names of a cycle were given: they come again (profile, 000 50+6)
            return next(iter(blocks(kind, station)))
        raise StoreError(
            "Il n’y a plus de numéro de facture libre : tous ont été donnés.",
            next_step="demandez de l’aide : cela ne devrait pas arriver",
        )

    def more_lots(self, share: range, given: Collection[int]) -> NumberRange:
        """See `RangeSource`: a ten of those of stations that hosts draw."""
        begun = {number // _TEN * _TEN for number in (*given, *share)}
        free = [one for one in _TENS if one not in begun]
        if not free:
            raise StoreError(
                "Il n’y a plus de numéro de lot libre aujourd’hui.",
                cause="un professionnel a 999 lots par jour, partagés entre ses postes",
                next_step="fermez les autres lots demain : rien n’est perdu",
            )
        first = free[self.draw(len(free))]
        return NumberRange(Kind.LOT, station_of_lot(first), first, first + _TEN - 1)

    def draw(self, count: int) -> int:
        """One of 0 to `count` - 1, at random."""
        if self._given_draw is not None:
            return self._given_draw(count)
        import secrets  # with all that it brings, for what is drawn once

        return secrets.randbelow(count)


def blocks(kind: Kind, station: int) -> list[NumberRange]:
    """The ranges of a station, in order; no number is 0."""
    block, of_station = _CUTS[kind]
    start = station * of_station
    return [block_of(kind, max(first, 1)) for first in range(start, start + of_station, block)]


def block_of(kind: Kind, number: int) -> NumberRange:
    """The range that a number stands in."""
    block, of_station = _CUTS[kind]
    first = number - number % block
    return NumberRange(kind, number // of_station, max(first, 1), first + block - 1)


def lots_of(station: int) -> range:
    """The lot numbers of a day that are a station's alone: 20 for those from 0 to 9, 10 for all others, of
    which those from 10 to 19 share theirs with 90 to 99.
    """
    if station < _FEW:
        return range(max(station * _OWN, 1), (station + 1) * _OWN)
    rank = station + len(DRAWN) - _FEW if station < DRAWN.start else station - DRAWN.start
    start = _FIRST_DRAWN_LOT + rank * _TEN
    return range(start, start + _TEN)


def next_lot(shares: Sequence[range], last: int, given: Collection[int]) -> int | None:
    """The number after `last` of these shares that a day has not `given` yet; None when they are used up."""
    numbers = [number for share in shares for number in share]
    turn = numbers.index(last) + 1 if last in numbers else 0
    return next((one for one in (*numbers[turn:], *numbers[:turn]) if one not in given), None)


def station_of_lot(number: int) -> int:
    """The station whose share a lot number is of."""
    return next(one for one in range(STATIONS) if number in lots_of(one))
