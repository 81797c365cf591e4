"""How a figure is taken and shown: medians, peak memory of a process of its own, one line a ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

ROUNDS = 5
MEGABYTE = 1 << 20


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
