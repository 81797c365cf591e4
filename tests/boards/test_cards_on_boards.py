"""A CPS4, by T=1, on the boards that run MicroPython: same bytes, nothing allocated."""

import pytest

from tournee.emulation.board import BOARDS, EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.reader import Reader
from tournee.reader.failures import CardFailed

CPS4 = "infirmiere-cps4"


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
