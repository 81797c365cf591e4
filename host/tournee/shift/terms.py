"""How long a shift may last: without a demand, at most, and never over a sleep of the machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from tournee.shift.endings import Reason

IDLE_MINUTES, MAXIMUM_MINUTES = 15, 240
"""Minutes without a demand, and in all, when the carer chooses nothing; the second is the most there is."""

IDLE_BOUNDS, MAXIMUM_BOUNDS = (1, 60), (5, MAXIMUM_MINUTES)

_ASLEEP_S = 5.0  # of sleep that a shift does not outlast
_STEPPED_S = 60.0  # where the wall clock judges: it may be set a little


@dataclass(frozen=True)
class Terms:
    """What the carer chose, in seconds."""

    idle: float = IDLE_MINUTES * 60
    maximum: float = MAXIMUM_MINUTES * 60


class ShiftTime(Protocol):
    """Time, handed in."""

    def whole(self) -> float:
        """Seconds from any start, the machine's sleep among them."""

    def awake(self) -> float:
        """Seconds from any start, while the machine is awake."""

    def wall(self) -> float:
        """Seconds of the calendar, for who reads them."""


class MachineTime:
    """The machine's own time."""

    patience = _ASLEEP_S if hasattr(time, "CLOCK_BOOTTIME") else _STEPPED_S

    def whole(self) -> float:
        """Linux counts sleep in a clock of its own; elsewhere the calendar's tells."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.time()

    def awake(self) -> float:
        """A clock that stands still in sleep."""
        return time.monotonic()

    def wall(self) -> float:
        """The calendar's."""
        return time.time()


class Remaining:
    """The time that a shift has left; `used` starts the idle time anew."""

    def __init__(self, terms: Terms, now: ShiftTime) -> None:
        self._terms = terms
        self._now = now
        self._began = self._used = now.whole()
        self._offset = self._began - now.awake()
        self._patience = getattr(now, "patience", _ASLEEP_S)

    def used(self) -> None:
        """Something was asked."""
        self._used = self._now.whole()

    def reason(self) -> Reason | None:
        """Why it is over, None while it is not."""
        whole = self._now.whole()
        if abs(whole - self._now.awake() - self._offset) > self._patience:
            return Reason.SUSPENDED
        if whole - self._began >= self._terms.maximum:
            return Reason.MAXIMUM
        return Reason.IDLE if whole - self._used >= self._terms.idle else None

    def seconds(self) -> tuple[float, float]:
        """What is left until it ends unless something is asked, and at the latest."""
        whole = self._now.whole()
        most = max(0.0, self._began + self._terms.maximum - whole)
        return min(most, max(0.0, self._used + self._terms.idle - whole)), most
