"""A board and an OCT of their own for each test of the use cases."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from days import MOMENT, PS_CARD, VITALE_CARD
from surroundings import Surroundings, new_surroundings

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.world import World


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    with new_surroundings(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of the OCT and of the insurers, made once."""
    directory = tmp_path_factory.mktemp("identities")
    World(directory, lambda: MOMENT, with_insurers=True)
    return directory


@pytest.fixture
def both(tmp_path: Path, identities: Path) -> Iterator[Surroundings]:
    """An OCT and insurers behind one mail server, and a reader with both cards."""
    for name in ("oct", "am"):
        shutil.copytree(identities / name, tmp_path / name)
    with World(tmp_path, lambda: MOMENT, with_insurers=True) as world, EmulatedBoard() as board:
        board.insert("ps", load_card(PS_CARD))
        board.insert("vitale", load_card(VITALE_CARD))
        yield Surroundings(board, world, tmp_path / "journal.db")
