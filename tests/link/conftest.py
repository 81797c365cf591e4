"""Fixtures of the link's tests; what they are made of is in `link_rig.py`."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from link_rig import CountingService, LinkBoard, ManualClock, hello
from secure_channel_rig import SecureRig


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def service() -> CountingService:
    return CountingService()


@pytest.fixture
def board(service: CountingService, clock: ManualClock) -> LinkBoard:
    return LinkBoard(service, clock)


@pytest.fixture
def open_board(board: LinkBoard) -> LinkBoard:
    board.feed(hello())
    return board


@pytest.fixture
def rig():
    return SecureRig()
