"""Targets driven by coverage, where atheris is there (`pip install '.[attack]'`): what reaches a line of ours
that nothing had reached is kept, and changed again.

libFuzzer never comes back, so each target has a process of its own; its tally comes through a pipe.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from importlib.util import find_spec
from pathlib import Path
from typing import Any

AVAILABLE = find_spec("atheris") is not None
_LONGEST = 4_096
_QUIET = ("-timeout=0", "-rss_limit_mb=0", "-verbosity=0", "-print_final_stats=0", f"-max_len={_LONGEST}")


@contextmanager
def instrumented() -> Iterator[None]:
    """What is imported here of ours counts its lines."""
    if not AVAILABLE:
        yield
        return
    import atheris

    with (
        redirect_stderr(io.StringIO()),  # it names each module
        atheris.instrument_imports(include=["tournee"], enable_loader_override=False),
    ):
        yield


def drive(
    tally: Any, attempt: Callable[[bytes], None], seeds: Sequence[bytes], seconds: float, seed: int
) -> Any:
    """Give `attempt` inputs for so many seconds; the tally that it then has. A process that dies instead of
    telling is one more untyped error of `tally`.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.close(reading)
        _fuzz(tally, attempt, seeds, time.monotonic() + seconds, seed, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if told:
        return pickle.loads(told)  # our own child's
    tally.untyped += 1
    print(f"{tally.name}: the process died", file=sys.stderr)
    return tally


def _fuzz(
    tally: Any, attempt: Callable[[bytes], None], seeds: Sequence[bytes], end: float, seed: int, writing: int
) -> None:
    import atheris

    def one(data: bytes) -> None:
        attempt(data)
        if time.monotonic() > end:
            os.write(writing, pickle.dumps(tally))
            os._exit(0)

    with tempfile.TemporaryDirectory() as corpus:
        for number, data in enumerate(seeds):
            (Path(corpus) / str(number)).write_bytes(data)
        null = os.open(os.devnull, os.O_WRONLY)
        errors = os.dup(2)
        os.dup2(null, 2)  # libFuzzer's own words
        sys.stderr = os.fdopen(errors, "w")
        atheris.Setup([sys.argv[0], *_QUIET, f"-seed={seed + 1}", corpus], one)
        atheris.Fuzz()
    os._exit(1)
