"""A CPS4, by T=1, on the boards that run MicroPython: same bytes, nothing allocated."""

import shutil

import pytest

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.reader import Reader
from tournee.reader.failures import CardFailed

CPS4 = "infirmiere-cps4"
T1_ALONE = bytes.fromhex("3B800181")


@pytest.fixture(scope="module", params=["unix", "lm3s"])
def board(request):
    with EmulatedBoard(BOARDS / request.param) as board:
        yield board


@pytest.fixture(scope="module")
def reader(board):
    with Reader.open(board.link_url) as reader:
        yield reader


def test_cps4_is_read_and_unlocked_by_blocks_without_allocation(board, reader):
    board.insert("ps", load_card(CPS4))

    def services():
        assert reader.read_ps_card().zone == card_content(CPS4).zone
        assert reader.unlock("1234") == 3

    services()
    before = reader.identify().heap_used
    for _ in range(3):
        services()
    assert reader.identify().heap_used == before


def test_vitale_1_is_understood_and_named(board, reader):
    board.insert("vitale", load_card("vitale1"))
    with pytest.raises(CardFailed, match="Vitale 1") as old:
        reader.read_vitale()
    assert old.value.name == "OUTDATED_CARD"


def test_board_without_t_1_serves_by_t_0_a_card_that_offers_both(tmp_path):
    unix = shutil.copytree(BOARDS / "unix", tmp_path / "unix")
    settings = (unix / "board.toml").read_text()
    (unix / "board.toml").write_text(
        settings.replace("[image]\n", '[image]\nwithout = ["reader/transmission/t1.py"]\n')
    )
    with EmulatedBoard(unix) as board:
        board.insert("ps", load_card(CPS4))
        with Reader.open(board.link_url) as reader:
            assert reader.read_ps_card().zone == card_content(CPS4).zone
            board.insert("ps", load_card("infirmiere", atr=T1_ALONE))
            with pytest.raises(CardFailed) as alone:
                reader.read_ps_card()
            assert alone.value.name == "CARD_PROTOCOL"
