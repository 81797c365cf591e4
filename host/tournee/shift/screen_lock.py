"""The screen's lock, as logind tells it on the system's bus: it ends a shift. Where nothing tells, `tournee
shift lock` does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable
from typing import IO

_LOGIND = "org.freedesktop.login1"
_LINE_MAX = 4_096
# "/org/freedesktop/login1/session/_32: org.freedesktop.login1.Session.Lock ()", or a property that says so
_LOCKED = re.compile(
    rb"^/org/freedesktop/login1/session/(\w+): "
    rb"(?:org\.freedesktop\.login1\.Session\.Lock \(|.*'LockedHint': <true>)"
)


def watch_screen(locked: Callable[[], None]) -> Callable[[], None]:
    """Call `locked`, from a thread, when this session's screen is locked (any session's, where this process
    is of none); gives what ends it. Without `gdbus`, or a bus, nothing is watched."""
    program = shutil.which("gdbus")
    if program is None:
        return lambda: None
    try:
        monitor = subprocess.Popen(
            [program, "monitor", "--system", "--dest", _LOGIND],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return lambda: None
    assert monitor.stdout is not None
    session = _path_word(os.environ.get("XDG_SESSION_ID", ""))
    threading.Thread(
        target=_listen, args=(monitor.stdout, session, locked), name="screen", daemon=True
    ).start()

    def end() -> None:
        monitor.kill()
        monitor.wait()

    return end


def _listen(told: IO[bytes], session: bytes, locked: Callable[[], None]) -> None:
    with told:
        while line := told.readline(_LINE_MAX):
            found = _LOCKED.match(line)
            if found and session in (b"", found[1]):
                locked()


def _path_word(session: str) -> bytes:
    """A session's number as logind has it in a path: letters and digits but the first digit, `_` and two
    hexadecimal digits for all else."""
    word = "".join(
        one if one.isascii() and (one.isalpha() or (one.isdigit() and rank)) else f"_{ord(one):02x}"
        for rank, one in enumerate(session)
    )
    return word.encode("ascii", "replace")
