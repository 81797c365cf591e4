"""What is another station's: the numbers that returns name, against the ranges that this journal has, or had.

A number of nine digits (invoice), a name of six (file) and a compostage of nineteen each say the station that
gave them (see `ranges`).
"""

from __future__ import annotations

from tournee.model import Effect, Target
from tournee.store.database import Database
from tournee.store.numbering.numbers import Numbers
from tournee.store.numbering.ranges import Kind, block_of

_DIGITS = {Kind.INVOICE: 9, Kind.FILE: 6}
_STAMP, _COUNTER, _STATION = 19, 5, 2


def station_of(effect: Effect) -> int | None:
    """The station whose number an effect names: its invoice's, else its file's, else its message's."""
    numbers = _numbers(effect)
    if numbers:
        kind, number = numbers[0]
        return block_of(kind, number).station
    return _station_of_stamp(effect.stamp)


class OtherStations:
    """Tells what another host on the same mailbox sent."""

    def __init__(self, db: Database, numbers: Numbers) -> None:
        self._db, self._numbers = db, numbers

    def sent(self, effect: Effect) -> bool:
        """Whether all that an effect names is another host's: no message of ours, no number of our ranges.

        A message alone (a bounce) is another's when its station is not the one that this journal has now.
        """
        if effect.stamp and self._db.rows("SELECT 1 FROM message WHERE compostage = ?", effect.stamp):
            return False
        numbers = _numbers(effect)
        if not numbers:
            station = _station_of_stamp(effect.stamp)
            return station is not None and station != self._numbers.standing().station
        if not all(self._numbers.is_anothers(kind, number) for kind, number in numbers):
            return False
        if effect.target is Target.INVOICE:
            self._numbers.learn(*numbers[0])
        return True


def _numbers(effect: Effect) -> list[tuple[Kind, int]]:
    """The invoice and the file that an effect names, as far as they are written as ours are."""
    told = ((Kind.INVOICE, effect.invoice), (Kind.FILE, effect.file))
    return [
        (kind, int(number))
        for kind, number in told
        if len(number) == _DIGITS[kind] and number.isdecimal() and int(number)
    ]


def _station_of_stamp(stamp: str) -> int | None:
    if len(stamp) != _STAMP or not stamp.isdecimal():
        return None
    return int(stamp[-_COUNTER:][:_STATION])
