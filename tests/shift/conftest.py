"""A shift on the emulated board; what is certified is of tests/reader."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reader"))
sys.path.insert(0, str(Path(__file__).parent))

from shift_rig import Shift, shift_on

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card


@pytest.fixture(autouse=True)
def runtime_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of a short name, as a socket's must be."""
    folder = Path(tempfile.mkdtemp(prefix="shift-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def board() -> Iterator[EmulatedBoard]:
    """A board with the nurse's card and a patient's."""
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


@pytest.fixture
def shift(board: EmulatedBoard) -> Iterator[Shift]:
    """The nurse's shift on it."""
    with shift_on(board) as opened:
        yield opened
