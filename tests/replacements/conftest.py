"""A practice in which a replacement bills, for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from replaced_life import Replaced, replaced


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Replaced]:
    with replaced(tmp_path / "journal.db") as made:
        yield made
