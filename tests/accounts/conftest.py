"""A practice of its own for each test of the accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from account_life import Practice, practice


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path / "journal.db") as made:
        yield made
