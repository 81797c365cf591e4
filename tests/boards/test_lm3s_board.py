"""The reader on an emulated Cortex-M3: our own MicroPython, compiled here, run by QEMU."""

import pytest

from tournee.emulation.board import BOARDS, EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.reader import Reader

LM3S = BOARDS / "lm3s"


@pytest.fixture(scope="module")
def board():
    with EmulatedBoard(LM3S) as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        yield board


@pytest.fixture(scope="module")
def reader(board):
    with Reader.open(board.link_url) as reader:
        reader.unlock("1234")
        yield reader


def test_reader_names_its_board(reader):
    assert reader.identify().board == "lm3s"


def test_cards_are_read_through_a_uart_each(reader):
    assert reader.read_ps_card().zone == card_content("infirmiere").zone
    assert reader.read_vitale().zone == card_content("moreau").zone


def test_user_is_told_what_runs_the_firmware(board):
    assert "Cortex-M" in board.runtime
