"""An emulated reader with its Bluetooth module, and a tablet beside it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tournee.emulation.bluetooth.air import Air
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card


@pytest.fixture(scope="module")
def board():
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


@pytest.fixture
def air(board):
    with Air() as air:
        air.address = air.add_reader(board.link_url)
        yield air
