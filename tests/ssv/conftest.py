"""A library over the real firmware: an emulated board with the nurse's card and the Moreau family's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ssv_desk import Desk, desk_of

from tournee.emulation.board import EmulatedBoard


@pytest.fixture(scope="module")
def board() -> Iterator[EmulatedBoard]:
    """One board a module: it starts in half a second."""
    with EmulatedBoard() as started:
        yield started


@pytest.fixture
def desk(board: EmulatedBoard) -> Iterator[Desk]:
    """Both cards fresh, the library initialised."""
    with desk_of(board) as made:
        yield made
