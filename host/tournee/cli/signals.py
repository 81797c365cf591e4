"""A command that stands is ended by the system as it is by Ctrl-C: what it made for a while goes with it."""

from __future__ import annotations

import signal
from types import FrameType


def end_as_interrupted() -> None:
    """Have SIGTERM and SIGHUP, where the system has them, raise KeyboardInterrupt in this process."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
