"""A practice to back up, for each test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from whole_practice import Practice, new_practice, tree


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    return new_practice(tmp_path)


@pytest.fixture
def files_of() -> Callable[[Path], dict[str, bytes]]:
    return tree
