"""The opposition list at ten million serials, each figure against its limit: bytes, look-up, increment."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

SERIALS = 10_000_000
CHANGES = 100_000
LOOKUPS = 20_000
BYTES_LIMIT, LOOKUP_LIMIT_US, INCREMENT_LIMIT_S = 8.0, 5.0, 1.0
_SPREAD = 10**9 // SERIALS  # nine digits, as Vitale cards have
_STEPS = 10  # increments that make the list: each in its own memory
_DATE = "261115"


def run() -> None:
    """Make the list, look serials up, apply an increment of additions and removals."""
    from tournee.opposition.applying import apply_increment
    from tournee.opposition.held import OppositionList

    source = random.Random(2026)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        began = time.perf_counter()
        for step in range(_STEPS):
            numbers = range(step * SERIALS // _STEPS, (step + 1) * SERIALS // _STEPS)
            apply_increment(path, _increment(step, list(_serials(numbers, source)), []))
        print(f"list of {SERIALS:,} serials made in {time.perf_counter() - began:.1f} s", flush=True)
        _line("bytes a serial", path.stat().st_size / SERIALS, BYTES_LIMIT)
        with OppositionList.open(path) as held:
            began = time.perf_counter()
            OppositionList.open(path).close()
            print(f"{'opening, whole file checked':44} {time.perf_counter() - began:9.3f} s", flush=True)
            before = _resident()
            spent = []
            for _ in range(LOOKUPS):
                serial = f"{source.randrange(10**9):09}"
                start = time.perf_counter_ns()
                held.holds(serial)
                spent.append(time.perf_counter_ns() - start)
            _line("look-up, median, µs", statistics.median(spent) / 1000, LOOKUP_LIMIT_US)
            print(f"{'memory that look-ups make resident':44} {_resident() - before:9.1f} MB", flush=True)
            removed = [serial for rank, serial in enumerate(held.serials()) if rank % 200 == 0]
        removed = removed[: CHANGES // 2]
        added = {f"{number:09}" for number in source.sample(range(10**9), CHANGES)}.difference(removed)
        change = _increment(_STEPS, sorted(added)[: CHANGES // 2], removed)
        before = _resident()
        began, worked = time.perf_counter(), time.process_time()
        apply_increment(path, change)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        _line(f"increment of {CHANGES:,} changes, s", took, INCREMENT_LIMIT_S)
        print(f"{'of which this process worked':44} {worked:9.3f} s", flush=True)
        print(f"{'memory that the increment leaves':44} {_resident() - before:9.1f} MB", flush=True)


def _increment(before: int, additions: list[str], removals: list[str]) -> SimpleNamespace:
    return SimpleNamespace(
        before=before, after=before + 1, date=_DATE, additions=additions, removals=removals
    )


def _serials(numbers: range, source: random.Random) -> Iterator[str]:
    for number in numbers:
        yield f"{number * _SPREAD + source.randrange(_SPREAD):09}"


def _line(what: str, ours: float, limit: float) -> None:
    print(f"{what:44} {ours:9.3f}      limit {limit:6.1f}      ratio {ours / limit:6.2f}", flush=True)


def _resident() -> float:
    """Megabytes of this process in memory now, mapped files included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
