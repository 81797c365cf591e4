"""The time that every command of the host sees, told by the test: a fortnight passes in a minute."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from unittest.mock import patch

import tournee

HOST = Path(tournee.__file__).parent
_APART = ("emulation", "maker", "web")  # what surrounds the host has the clock handed in; no page is lived
_ASKS = ("datetime.now(", "date.today(")


def who_asks_the_time() -> list[str]:
    """The modules of the host that look at a clock of their own."""
    found = []
    for path in sorted(HOST.rglob("*.py")):
        parts = path.relative_to(HOST).with_suffix("").parts
        if parts[0] not in _APART and any(word in path.read_text("utf-8") for word in _ASKS):
            found.append(".".join(("tournee", *parts)))
    return found


class Clock:
    """A clock that is set and moved by hand; aware times of one zone."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._now = datetime(2026, 1, 1, tzinfo=zone)

    def __call__(self) -> datetime:
        return self._now

    def set(self, day: date, hour: str) -> None:
        """It is now this hour (08:15) of this day, or already later that day."""
        hours, minutes = map(int, hour.split(":"))
        told = datetime(day.year, day.month, day.day, hours, minutes, tzinfo=self.zone)
        self._now = max(self._now, told)

    def pass_(self, seconds: int) -> None:
        """So much time goes by."""
        self._now += timedelta(seconds=seconds)


@contextmanager
def told_by(clock: Clock) -> Iterator[None]:
    """Every module of the host that asks the time is told this clock's."""

    class Told(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            moment = clock()
            return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    class Day(date):
        @classmethod
        def today(cls) -> date:  # type: ignore[override]
            return clock().date()

    patches = []
    for name in who_asks_the_time():
        module = importlib.import_module(name)
        if hasattr(module, "datetime"):
            patches.append(patch.object(module, "datetime", Told))
        if hasattr(module, "date") and isinstance(module.date, type):
            patches.append(patch.object(module, "date", Day))
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()
