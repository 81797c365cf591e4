"""What the standing attack counts as a hang: work or a wait without end, no time that others were given."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "attack"))
import engine


def works(_: bytes) -> None:
    while True:
        pass


def waits(_: bytes) -> None:
    reading, _ = os.pipe()
    os.read(reading, 1)


@pytest.fixture
def tally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> engine.Tally:
    monkeypatch.setattr(engine, "FOUND", tmp_path)
    before = signal.getsignal(signal.SIGALRM)
    yield engine.Tally("target")
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("act", [works, waits])
def test_work_or_a_wait_without_end_is_a_hang(tally: engine.Tally, act: Callable[[bytes], None]) -> None:
    engine.attempt(tally, engine.Target("target", act, (), seconds=0.1), b"x")
    assert (tally.tried, tally.hangs, len(tally.found)) == (1, 1, 1)


def test_time_that_others_were_given_is_given_back(tally: engine.Tally, monkeypatch) -> None:
    """The system says so: here a second more each time that it is asked, five times."""
    told = iter([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    monkeypatch.setattr(engine, "_kept_waiting", lambda: next(told, 0.5))
    engine.attempt(tally, engine.Target("target", works, (), seconds=0.1), b"x")
    assert (tally.hangs, next(told, None)) == (1, None)
