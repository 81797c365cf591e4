"""A browser that is killed, or its renderer alone, and opened anew on the same profile."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

RENDERER = "--type=renderer"
_MISSED_S = 30.0


def processes_of(profile: Path) -> dict[int, list[str]]:
    """The browser's processes that work on this profile, with their words."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            found[int(folder.name)] = (parent, (folder / "cmdline").read_text().split("\0"))
    ours = {number for number, (_, words) in found.items() if f"--user-data-dir={profile}" in words}
    while more := {number for number, (parent, _) in found.items() if parent in ours} - ours:
        ours |= more
    return {number: found[number][1] for number in sorted(ours)}


def kill_browser(profile: Path) -> None:
    """End all of it at once, as a tablet does that needs memory."""
    _kill(list(processes_of(profile)))


def kill_renderer(profile: Path) -> None:
    """End what runs the page, and the spare one; the browser stands, and has missed each when this returns: a
    tab that is made before may be given a dead one, and then never answers.
    """
    found = [number for number, words in processes_of(profile).items() if RENDERER in " ".join(words).split()]
    assert found  # a renderer tells its words as one, parted by spaces
    _kill(found)
    end = time.monotonic() + _MISSED_S
    while any(Path(f"/proc/{number}").exists() for number in found):
        assert time.monotonic() < end
        os.sched_yield()


def _kill(numbers: list[int]) -> None:
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
