"""An office with nothing in its journal, at ten on 16 November 2026."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from day_files import open_office
from people import CHEAP, PHRASE

from tournee.app.context import Office
from tournee.app.practice.exchange import TakenIn, take_practice, write_practice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Office]:
    """Another device of the practice."""
    (tmp_path / "other").mkdir()
    with open_office(tmp_path / "other") as opened:
        yield opened


@pytest.fixture
def carry(tmp_path: Path):
    """Carry the practice's file from one device to another."""

    def carry(one: Office, to: Office) -> TakenIn:
        write_practice(one, tmp_path / "file", PHRASE, CHEAP)
        return take_practice(to, tmp_path / "file", PHRASE)

    return carry
