"""The names under which a host opens sessions over the protected channel, where anybody can hear them.

They are drawn, so that they tell nobody which machine it is. For 20 s after a record the reader lets no other
name in: until then this host goes on under its last one, in this process, and in the next one by a file.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tournee.files import OWNER_ONLY

NAME = 8  # bytes

_BUSY_S = 20.0  # PROTOCOL.md 9: how long the reader is kept for who used it last
_LINE_MAX = 64
_LABEL = b"tournee open-1 host name"
_VARIABLES = ("XDG_RUNTIME_DIR", "TMPDIR", "TEMP")  # what the system calls a folder of this login, or of all
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # nor is a pipe waited for


def passing_folder() -> Path:
    """Where a user's programs leave what is forgotten at the end of the day."""
    return Path(next(filter(None, map(os.environ.get, _VARIABLES)), "/tmp"))  # noqa: S108 - links are not followed


class HostNames:
    """The last name for each reader's secret, and when it was in use.

    `folder` gives where processes leave it to one another, in a file of their user's alone; where that cannot
    be written each has names of its own. `now` gives seconds, `random(n)` bytes that nobody can guess.
    """

    def __init__(
        self,
        folder: Callable[[], Path] = passing_folder,
        now: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._folder = folder
        self._now = now
        self._random = random
        self._last: dict[str, tuple[bytes, float]] = {}

    def take(self, secret: bytes) -> bytes:
        """The name for a handshake that begins now."""
        entry = _entry(secret)
        name, used = self._last.get(entry) or _taken(self._folder() / entry) or (b"", 0.0)
        if not self._recent(used):
            name = self._random(NAME)
        self._last[entry] = name, self._now()
        return name

    def used(self, secret: bytes) -> None:
        """The reader answers under its last name."""
        entry = _entry(secret)
        if entry in self._last:
            self._last[entry] = self._last[entry][0], self._now()

    def leave(self, secret: bytes) -> None:
        """This process may end: the next one finds the name."""
        entry = _entry(secret)
        name, used = self._last.get(entry, (b"", 0.0))
        if self._recent(used):
            with suppress(OSError):
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK
                with os.fdopen(os.open(self._folder() / entry, flags, OWNER_ONLY), "w") as file:
                    file.write(f"{name.hex()} {int(used)}\n")

    def _recent(self, used: float) -> bool:
        return 0 <= self._now() - used <= _BUSY_S


def _entry(secret: bytes) -> str:
    """What stands for a secret where it must not."""
    return f"tournee-{hashlib.sha256(_LABEL + secret).hexdigest()[: 2 * NAME]}"


def _taken(path: Path) -> tuple[bytes, float] | None:
    """Take what was left there, from whoever comes after; None where it is nothing of this user's."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | _NO_LINK), "rb") as file:
            found = os.fstat(file.fileno())
            words = file.read(_LINE_MAX).decode("ascii").split()
        if not stat.S_ISREG(found.st_mode) or (os.name == "posix" and found.st_uid != os.getuid()):
            return None
        path.unlink()
        name = bytes.fromhex(words[0])
        return (name, float(words[1])) if len(name) == NAME else None
    except (OSError, ValueError, IndexError):  # none, no text, no numbers, too few
        return None


HOST_NAMES = HostNames()
"""This process's."""
