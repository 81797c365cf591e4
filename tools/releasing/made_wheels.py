"""The wheels of a release, made by `./tools/dev wheels` in a process group of its own, which ends with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from part import NotReleased

ROOT = Path(__file__).resolve().parents[2]


def make_wheels(work: Path) -> Path:
    """A folder in `work` with the wheels and sdists; nothing of it lies elsewhere meanwhile. NotReleased."""
    made, room = work / "wheels", work / "room"
    for folder in (made, room):
        folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tools" / "dev"), "wheels", str(made)],
        env={**os.environ, "TMPDIR": str(room)},
        start_new_session=True,
    )
    try:
        status = process.wait()
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if status:
        raise NotReleased(f"the wheels are not made (status {status})")
    return made
