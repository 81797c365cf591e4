"""What the tests of the fortnight share: their own modules, and the fortnight, lived once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from story import Lived, live


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Both carers' fourteen days, over: what was typed, what each tablet and the OCT are left with."""
    with live(tmp_path_factory.mktemp("fortnight")) as lived:
        yield lived
