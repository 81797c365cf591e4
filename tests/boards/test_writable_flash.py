"""Writable flash of our port: NOR regions, two banks, the boot record, images that are refused."""

import pytest

from tournee.boards import BOARDS, build
from tournee.emulation.board import EmulatedBoard
from tournee.errors import EmulationError

MPS2 = BOARDS / "mps2"
PROBES = BOARDS / "probes"
TWO_BANKS = PROBES / "two_banks.py"
STORE = 0x42000  # where the store lies in the file


@pytest.fixture
def flash(tmp_path):
    """The file of a board that has the script of the two banks in its first bank."""
    file = tmp_path / "flash"
    build.fresh_flash(MPS2, file, script=TWO_BANKS)
    return file


def write(file, at, data):
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(data)


def banks_started(flash):
    with EmulatedBoard(MPS2, flash=flash, script=TWO_BANKS) as board:
        return [line for line in board.console().splitlines() if line.startswith("bank")]


def test_write_clears_bits_and_erase_sets_a_page():
    with EmulatedBoard(MPS2, script=PROBES / "writable_flash.py") as board:
        lines = board.console().splitlines()[1:]
    assert lines == ["8192 4096", "ffff", "0ff0", "0f80", "ffff", "refused", "refused"]


def test_bank_on_trial_is_left_unless_it_was_confirmed(flash):
    assert banks_started(flash) == ["bank 0", "bank 1", "bank 0"]


def test_bank_that_was_confirmed_stays(flash):
    write(flash, STORE, b"\x01")
    assert banks_started(flash) == ["bank 0", "bank 1", "bank 1"]


def test_flash_outlives_the_board(flash):
    banks_started(flash)
    assert banks_started(flash) == ["bank 0"]


def test_damaged_image_gives_way_to_the_other_bank(flash):
    write(flash, STORE, b"\x01")
    banks_started(flash)
    write(flash, 0x20000 + 100, b"\x00\x01\x02")
    assert banks_started(flash) == ["bank 1: damaged image", "bank 0"]


@pytest.mark.parametrize(
    ("at", "data", "reason"),
    [
        (0, b"TOUX", "no image"),
        (4, b"\x02", "no image"),
        (8, b"\xff\xff\xff\x00", "image too long"),
        (16, b"lm3s\0", "image of another board"),
        (40, b"\x00\x00", "damaged image"),
        (300, b"\x00\x00", "damaged image"),
    ],
)
def test_image_that_is_not_right_is_refused(flash, at, data, reason):
    write(flash, at, data)
    with (
        pytest.raises(EmulationError, match=f"(?s)bank 0: {reason}.*bank 1: no image"),
        EmulatedBoard(MPS2, flash=flash) as board,
    ):
        board.console()
