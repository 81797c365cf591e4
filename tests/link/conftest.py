"""Fixtures of the link's tests; what they are made of is in `link_rig.py`."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from link_rig import Board, Clock, CountingService, hello
from secure_channel_rig import Rig


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service() -> CountingService:
    return CountingService()


@pytest.fixture
def board(service: CountingService, clock: Clock) -> Board:
    return Board(service, clock)


@pytest.fixture
def open_board(board: Board) -> Board:
    board.feed(hello())
    return board


@pytest.fixture
def rig():
    return Rig()
