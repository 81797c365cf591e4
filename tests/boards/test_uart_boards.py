"""Every board of our own port starts the same reader: each has another UART, one another processor."""

import pytest

from sesam import codes
from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.maker import conformance
from tournee.maker.raw_link import IDENTIFY, RawLink
from tournee.reader import Reader


@pytest.mark.parametrize("name", ["lm3s", "mps2", "netduino"])
def test_reader_and_its_cards_are_reached_over_the_boards_uarts(name):
    with EmulatedBoard(BOARDS / name) as board:
        assert "Cortex-M" in board.runtime
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        with Reader.open(board.link_url) as reader:
            assert reader.identify().board == name
            assert reader.read_ps_card().zone == card_content("infirmiere").zone
            assert reader.read_vitale().zone == card_content("moreau").zone


@pytest.mark.parametrize("name", ["lm3s", "netduino"])
def test_board_that_serves_no_maker_refuses_what_one_asks_and_goes_on(name):
    with EmulatedBoard(BOARDS / name) as board:
        link = RawLink(board.link_url)
        assert link.hello() == codes.OK
        assert link.request(b"\xa1\x00\x10") == codes.UNKNOWN_MESSAGE  # STATE
        assert link.request(b"\xa1\x00\x16") == codes.UNKNOWN_MESSAGE  # CONFIRM
        assert link.request(IDENTIFY) == codes.OK
        link.close()
        assert [one for one in conformance.check(board.link_url) if not one.good] == []
