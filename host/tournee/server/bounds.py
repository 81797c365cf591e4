"""How much and how often: what stands against who asks without end."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

TRIES_MAX = 5
SHUT_S = 900.0
_SOURCES_MAX = 10_000
_BURST, _A_SECOND = 300.0, 10.0


class WrongTries:
    """Wrong keys and codes by where they came from: after five, that source waits a quarter of an hour."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._turn = clock, Lock()
        self._wrong: dict[str, tuple[int, float]] = {}

    def is_shut(self, source: str) -> bool:
        """Whether nothing is even tried for this source now."""
        with self._turn:
            count, last = self._wrong.get(source, (0, 0.0))
            if count and self._clock() - last > SHUT_S:
                del self._wrong[source]
                return False
            return count >= TRIES_MAX

    def count(self, source: str) -> None:
        """It tried, and was wrong."""
        with self._turn:
            if source not in self._wrong and len(self._wrong) >= _SOURCES_MAX:
                self._wrong.pop(next(iter(self._wrong)))
            self._wrong[source] = (self._wrong.get(source, (0, 0.0))[0] + 1, self._clock())

    def forgive(self, source: str) -> None:
        """It was right."""
        with self._turn:
            self._wrong.pop(source, None)


class Pace:
    """Requests by where they come from: a burst of 300, then ten a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._turn = clock, Lock()
        self._left: dict[str, tuple[float, float]] = {}

    def may(self, source: str) -> bool:
        """Whether one more is taken now."""
        with self._turn:
            now = self._clock()
            left, last = self._left.pop(source, (_BURST, now))
            left = min(_BURST, left + (now - last) * _A_SECOND)
            if len(self._left) >= _SOURCES_MAX:
                self._left.pop(next(iter(self._left)))
            self._left[source] = (max(left - 1, 0.0), now)
            return left >= 1
