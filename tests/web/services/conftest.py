"""Screens of papers over an office without a reader."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "web" / "money"))
sys.path.insert(0, str(Path(__file__).parents[2] / "app"))
sys.path.insert(0, str(Path(__file__).parents[2] / "app" / "practice"))

from day_files import open_office
from handlers import Asked

from tournee.app.context import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def page(office: Office) -> Iterator[Asked]:
    with Asked(office) as made:
        yield made
