"""A board and an OCT of their own for each test of the use cases."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from surroundings import Surroundings, new_surroundings


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    with new_surroundings(tmp_path) as made:
        yield made
