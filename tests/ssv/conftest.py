"""A library over the real firmware: an emulated board with the nurse's card and the Moreau family's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from ssv_desk import Desk, desk_of

from tournee.emulation.board import EmulatedBoard
from tournee.ssv import Library


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


@pytest.fixture
def library() -> Iterator[Library]:
    """A library without a reader, initialised: for what needs no card."""
    made = Library({})
    assert made.SSV_InitLIB() == 0
    yield made
    made.SSV_TermLIB()
