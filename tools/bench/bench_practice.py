"""The practice's file at 5,000 patients, 600 open plans of five carers and 100,000 visits: a search, a round,
a month. Processor time: other work weighs on nobody's figure.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from large_practice import CARERS, DAY, large_practice
from measure import row

SEARCHED, ROUND, MONTH = 0.030, 0.050, 0.100
"""Limits, in seconds."""


def run() -> None:
    """Median processor times, in this process."""
    from tournee.app.practice.patients import find_patients
    from tournee.app.practice.rounds import planned_month, round_of

    with large_practice() as office:
        asked: tuple[tuple[str, Callable[[], object], float], ...] = (
            ("a patient searched, by part of a name", lambda: find_patients(office, "ABC", 50), SEARCHED),
            ("the first fifty of a third of all", lambda: find_patients(office, "anne", 50), SEARCHED),
            ("a round", lambda: round_of(office, DAY, CARERS[0]), ROUND),
            ("a month planned", lambda: planned_month(office, DAY, CARERS[0]), MONTH),
        )
        for what, action, limit in asked:
            row(what, spent(action), "limit", limit)


def spent(action: Callable[[], object], rounds: int = 15) -> float:
    """Median seconds of processor time of `action`."""
    took = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        took.append(time.process_time() - start)
    return statistics.median(took)
