"""On which days a series falls: weekdays, weeks, a number of sessions, holidays and absences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Literal

from tournee.billing.calendar import is_rest_day
from tournee.errors import BillingError

Rest = Literal["kept", "left", "next"]
"""What becomes of a day that is a public holiday, or in an absence: cared for all the same, left out, or put
off to the next day that is neither. Sundays are weekdays like the others.
"""

EVERY_DAY = frozenset(range(7))
WEEKS_MAX = 52
SESSIONS_MAX = 999
_LOOK_AHEAD = timedelta(days=3 * 366)
"""How far a series without a last day is looked at."""

_PUT_OFF_MAX = 60
"""Days that one may be put off: an absence is not longer, or somebody replaces."""

_SUNDAY = 6

IsAbsent = Callable[[date], bool]


def nobody_is_away(_: date) -> bool:
    """No absence is known."""
    return False


@dataclass(frozen=True)
class Moved:
    """A day of the series done on another."""

    day: date
    to: date


@dataclass(frozen=True)
class Recurrence:
    """From `first` to `last`, on `weekdays` (0: Monday), every `weeks` weeks, `sessions` times at most (0: no
    count). `holidays` and `absences` say what becomes of such a day. What was decided of single
    days stands beside: `skipped` are not made up for unless `sessions` counts, `added` come in addition.
    """

    first: date
    last: date | None = None
    weekdays: frozenset[int] = EVERY_DAY
    weeks: int = 1
    sessions: int = 0
    holidays: Rest = "kept"
    absences: Rest = "kept"
    skipped: tuple[date, ...] = ()
    moved: tuple[Moved, ...] = ()
    added: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        fault = ""
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            fault = "au moins un jour de la semaine est à dire"
        elif self.last is not None and self.last < self.first:
            fault = f"la fin ({self.last:%d/%m/%Y}) est avant le début ({self.first:%d/%m/%Y})"
        elif not 1 <= self.weeks <= WEEKS_MAX:
            fault = f"de toutes les semaines à une sur {WEEKS_MAX}, pas une sur {self.weeks}"
        elif not 0 <= self.sessions <= SESSIONS_MAX:
            fault = f"de 0 à {SESSIONS_MAX} séances, pas {self.sessions}"
        if fault:
            raise BillingError(f"Ce plan ne se fait pas : {fault}.", next_step="corrigez, puis recommencez")

    def days(
        self,
        first: date,
        last: date,
        department: str = "",
        is_absent: IsAbsent = nobody_is_away,
    ) -> tuple[date, ...]:
        """The days of the series from `first` to `last`, both included, in order. `department` tells local
        holidays, `is_absent` the days on which the carer is away.
        """
        moved = {one.day: one.to for one in self.moved}
        found = set(self.added)
        for day in self._planned(first, last, department, is_absent):
            found.add(moved.get(day, day))
        return tuple(sorted(day for day in found if first <= day <= last))

    @property
    def bounds(self) -> tuple[date, date | None]:
        """The first day on which one of the series may be, and the last; None: there is no end, or it depends
        on absences and holidays.
        """
        named = (*self.added, *(one.to for one in self.moved))
        first = min((self.first, *named))
        if self.last is not None:
            return first, max((self.last, *named))
        if not self.sessions or self.holidays != "kept" or self.absences != "kept":
            return first, None
        return first, max(self.days(first, self.first + _LOOK_AHEAD), default=self.first)

    def without(self, day: date) -> Recurrence:
        """The series once a day is skipped."""
        if day in self.added:
            return replace(self, added=tuple(one for one in self.added if one != day))
        source = next((one.day for one in self.moved if one.to == day), day)
        left = tuple(one for one in self.moved if one.day != source)
        return replace(self, moved=left, skipped=tuple(sorted({*self.skipped, source})))

    def with_day(self, day: date) -> Recurrence:
        """The series with a day more, or one taken up again."""
        if day in self.skipped:
            return replace(self, skipped=tuple(one for one in self.skipped if one != day))
        return replace(self, added=tuple(sorted({*self.added, day})))

    def moving(self, day: date, to: date) -> Recurrence:
        """The series with one of its days done on another."""
        if day in self.added:
            return replace(self, added=tuple(sorted({*self.added, to} - {day})))
        source = next((one.day for one in self.moved if one.to == day), day)
        left = [one for one in self.moved if one.day != source]
        if source != to:
            left.append(Moved(source, to))
        return replace(self, moved=tuple(sorted(left, key=lambda one: one.day)))

    def _planned(self, since: date, until: date, department: str, is_absent: IsAbsent) -> Iterator[date]:
        """The days of the series itself, whatever was moved: from its first one on where each depends on
        those before it, else those asked for alone.
        """
        start, end = self.first, min(self.last or date.max, self.first + _LOOK_AHEAD)
        if not self.moved:
            end = min(end, until)
            if not self.sessions and "next" not in (self.holidays, self.absences):
                start = max(start, since)
        monday = self.first - timedelta(days=self.first.weekday())
        taken: set[date] = set()
        for rank in count():
            day = start + timedelta(days=rank)
            if day > end or (self.sessions and len(taken) >= self.sessions):
                return
            in_turn = (day - monday).days // 7 % self.weeks == 0
            if not in_turn or day.weekday() not in self.weekdays or day in self.skipped:
                continue
            at = self._put(day, taken, department, is_absent)
            if at is not None and (self.last is None or at <= self.last):
                taken.add(at)
                yield at

    def _put(self, day: date, taken: set[date], department: str, is_absent: IsAbsent) -> date | None:
        """Where a day comes to stand, None for one that is left out."""
        for at in (day + timedelta(days=later) for later in range(_PUT_OFF_MAX)):
            rules = set[Rest]()
            if is_rest_day(at, department) and at.weekday() != _SUNDAY:
                rules.add(self.holidays)
            if is_absent(at):
                rules.add(self.absences)
            if "left" in rules:
                return None
            is_free = at == day or at.weekday() != _SUNDAY or _SUNDAY in self.weekdays
            if "next" not in rules and is_free and at not in taken:
                return at
        return None
