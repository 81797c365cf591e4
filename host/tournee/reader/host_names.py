"""The names under which a host opens sessions over the protected channel, where anybody can hear them.

They are drawn, so that they tell nobody which machine it is. For 20 s after a record the reader lets no other
name in: until then this host goes on under its last one, in this process, and in the next one by a file.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tournee.files import OWNER_ONLY, read_bounded

NAME = 8  # bytes

_BUSY_S = 20.0  # PROTOCOL.md 9: how long the reader is kept for who used it last
_LINE_MAX = 64
_LABEL = b"tournee open-1 host name"


class HostNames:
    """The last name for each reader's secret, and when it was in use. `now` gives seconds, `random(n)` bytes
    that nobody can guess."""

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._now = now
        self._random = random
        self._last: dict[str, tuple[bytes, float]] = {}

    def take(self, secret: bytes, kept: Path | None = None) -> bytes:
        """The name for a handshake that begins now; `kept` is where another process may have left its own."""
        entry = _entry(secret)
        name, used = self._last.get(entry) or (kept and _taken(kept, entry)) or (b"", 0.0)
        if not 0 <= self._now() - used <= _BUSY_S:
            name = self._random(NAME)
        self._last[entry] = name, self._now()
        return name

    def used(self, secret: bytes) -> None:
        """The reader answers under its last name."""
        entry = _entry(secret)
        if entry in self._last:
            self._last[entry] = self._last[entry][0], self._now()

    def leave(self, secret: bytes, kept: Path | None) -> None:
        """This process may end: the next one finds the name at `kept`, where that can be written."""
        name, used = self._last.get(_entry(secret), (b"", 0.0))
        if kept is None or not 0 <= self._now() - used <= _BUSY_S:
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with suppress(OSError):
            number = os.open(kept, flags, OWNER_ONLY)
            with os.fdopen(number, "w") as file:
                file.write(f"{_entry(secret)} {name.hex()} {int(used)}\n")


def _entry(secret: bytes) -> str:
    """What stands for a secret where it must not."""
    return hashlib.sha256(_LABEL + secret).hexdigest()[: 2 * NAME]


def _taken(kept: Path, entry: str) -> tuple[bytes, float] | None:
    """Take what was left there, from whoever comes after; None where it is none of this reader's."""
    try:
        words = read_bounded(kept, _LINE_MAX).decode("ascii").split()
        kept.unlink()
        if len(words) != 3 or words[0] != entry or len(words[1]) != 2 * NAME:
            return None
        return bytes.fromhex(words[1]), float(words[2])
    except (OSError, ValueError):  # none, no text, no numbers
        return None


HOST_NAMES = HostNames()
"""This process's."""
