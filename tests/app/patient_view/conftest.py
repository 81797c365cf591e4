"""An office with nothing in its journal, at half past seven in the evening of 16 November 2026."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from day_files import open_office

from tournee.app.context import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened
