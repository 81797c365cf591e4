"""How a figure is taken and shown: medians, peak memory of a process of its own, one line a ratio."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS = 5
MEGABYTE = 1 << 20
RIG = Path(__file__).resolve().parents[2] / "tests" / "rig"


def timed(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds of `action`."""
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


def row(what: str, ours: float, peer: str, theirs: float) -> None:
    """One line: our time, the peer's, and the ratio."""
    print(
        f"{what:44} {ours * 1000:9.1f} ms   {peer:34} {theirs * 1000:9.1f} ms   ratio {ours / theirs:6.2f}",
        flush=True,
    )


def alone(script: str, *arguments: object) -> dict[str, Any]:
    """What a script of this folder tells of itself, run in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def tell(**figures: float) -> None:
    """The other end of `alone`: these figures and the peak memory, in MiB."""
    sys.path.insert(0, str(RIG))
    from peak import peak_memory

    print(json.dumps({**figures, "peak": peak_memory() / 1024}))
