"""The device core in process: virtual cards in direct slots, a clock that only waiting moves."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from reader_bench import Bench


@pytest.fixture
def bench() -> Bench:
    """A reader with the nurse's card and the Moreau family's in its slots."""
    return Bench("infirmiere", "moreau")


@pytest.fixture
def unlocked(bench: Bench) -> Bench:
    """The same reader, code porteur given."""
    bench.ask("UNLOCK", code=b"1234")
    return bench
