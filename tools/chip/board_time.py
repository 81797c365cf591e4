"""Time as the emulated board has it, for the host that asks it: a slow machine makes no time-out of it.

The emulator runs at a part of a real chip's speed, and at less beside other work. Within `live_in`
`time.monotonic`, `monotonic_ns` and `sleep` of this process follow the board's clock.
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import serial  # noqa: F401 - it takes the clock that is there when it is loaded: the wall's, for its own waits

_CLOCK = struct.Struct("<d")  # ms since the board's first start, negative once it has ended
_DEAD = 20  # times as fast as the wall's: nothing comes of a board that has ended
_NAP_S = 0.002

_monotonic, _sleep = time.monotonic, time.sleep


class BoardTime:
    """Seconds by the clock that the board writes into `file`; after its end they go on by themselves."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("rb", buffering=0)
        self._last = 0.0
        self._ended: float | None = None

    def close(self) -> None:
        """Give the file up."""
        self._file.close()

    def __call__(self) -> float:
        """Now."""
        if self._ended is not None:
            return self._last + (_monotonic() - self._ended) * _DEAD
        self._file.seek(0)
        data = self._file.read(_CLOCK.size)
        (now,) = _CLOCK.unpack(data) if len(data) == _CLOCK.size else (0.0,)
        if math.copysign(1, now) < 0:
            self._ended = _monotonic()
        self._last = max(self._last, abs(now) / 1000)
        return self._last


@contextmanager
def live_in(now: BoardTime) -> Iterator[BoardTime]:
    """Have this process live in the board's time."""

    def sleep(seconds: float) -> None:
        end = now() + seconds
        while now() < end:
            _sleep(_NAP_S)

    kept = time.monotonic, time.monotonic_ns, time.sleep
    time.monotonic, time.monotonic_ns, time.sleep = now, lambda: int(now() * 1e9), sleep  # type: ignore[assignment]
    try:
        yield now
    finally:
        time.monotonic, time.monotonic_ns, time.sleep = kept
        now.close()
