"""A practice's server, an OCT behind it, and a reader with both cards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "app"))

from serving_rig import Served
from surroundings import Surroundings, new_surroundings


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    with new_surroundings(tmp_path) as made:
        yield made


@pytest.fixture
def served(surroundings: Surroundings, tmp_path: Path) -> Iterator[Served]:
    server = Served(tmp_path / "serveur", surroundings.world.route())
    server.start()
    yield server
    server.kill()
