"""The last commands that failed, for `tournee diagnose`: when, which, where; never an error's text."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tournee import __version__, logs
from tournee.files import write_whole

KEPT = 50
"""Failures that are kept: the oldest goes."""


def file_of(config: Path) -> Path:
    """Where the failures of who works with this configuration are kept: beside it."""
    return config.with_suffix(".erreurs")


def remember(config: Path, command: str, error: BaseException) -> None:
    """Add a failure; where that cannot be written, nothing is."""
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    line = f"{when} {__version__} {command}: {logs.where(error)}"
    with suppress(OSError):
        write_whole(file_of(config), "".join(f"{one}\n" for one in (*recall(config), line)[-KEPT:]).encode())


def recall(config: Path) -> tuple[str, ...]:
    """The failures kept, the oldest first."""
    try:
        return tuple(file_of(config).read_text("utf-8").splitlines()[-KEPT:])
    except (OSError, UnicodeDecodeError):
        return ()
