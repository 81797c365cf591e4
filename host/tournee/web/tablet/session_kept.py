"""The name under which this tablet opens the reader's session: kept, for a reload to take its session up."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path

from tournee.files import read_bounded, write_whole
from tournee.reader.host_names import NAME

_FILE = "session"
_LINE_MAX = 64


def kept_session(folder: Path, today: date) -> bytes:
    """The name of today, drawn anew each day: the reader lets no other one in for a while, and anybody may
    hear it, so it must tell nobody which tablet comes back.
    """
    try:
        day, name = read_bounded(folder / _FILE, _LINE_MAX).decode("ascii").split()
        found = bytes.fromhex(name)
    except (OSError, ValueError):
        day, found = "", b""
    if day == today.isoformat() and len(found) == NAME:
        return found
    made = secrets.token_bytes(NAME)
    write_whole(folder / _FILE, f"{today.isoformat()} {made.hex()}\n".encode())
    return made
