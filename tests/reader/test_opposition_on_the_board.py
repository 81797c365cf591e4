"""The filter of the opposition list on the unix board, in its heap, through its link."""

import tomllib

import pytest

from tournee.boards import BOARDS
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.opposition.compact import capacity, make_filter
from tournee.reader import CardSuspected, Reader

SIZES = {
    board: tomllib.loads((BOARDS / board / "board.toml").read_text())["opposition"]["filter"]
    for board in ("unix", "lm3s")
}
MOREAU = "800000102"


@pytest.fixture(params=["micropython", "cpython"])
def reader(request):
    with EmulatedBoard(runtime=request.param) as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        with Reader.open(board.link_url) as reader:
            yield reader


def test_cortex_m_board_holds_a_full_filter_and_allocates_nothing_for_it():
    with EmulatedBoard(BOARDS / "lm3s") as board:
        board.insert("vitale", load_card("moreau"))
        with Reader.open(board.link_url) as reader:
            before = reader.identify().heap_used
            made = full_filter("lm3s")
            reader.load_filter(made.data, hashes=made.hashes, number=12)
            with pytest.raises(CardSuspected):
                reader.read_vitale()
            assert reader.identify().heap_peak == before


def full_filter(board: str):
    """As many serials as the board's filter holds, that of MOREAU's card among them."""
    others = [f"{900000000 + number}" for number in range(capacity(SIZES[board]) - 1)]
    return make_filter([MOREAU, *others], SIZES[board])


def test_filter_has_the_size_that_board_toml_says(reader):
    state = reader.filter_state()
    assert (state.size, state.number) == (SIZES["unix"], 0)


def test_full_filter_refuses_a_listed_card_until_the_host_clears_it(reader):
    made = full_filter("unix")
    reader.load_filter(made.data, hashes=made.hashes, number=12)
    assert reader.filter_state().number == 12
    with pytest.raises(CardSuspected):
        reader.read_vitale()
    assert reader.suspected_serial() == MOREAU
    reader.clear_card(MOREAU)
    assert reader.read_vitale().zone


def test_nothing_is_allocated_by_the_list_nor_by_its_checks(reader):
    made = full_filter("unix")

    def load_and_check():
        reader.load_filter(made.data, hashes=made.hashes, number=12)
        with pytest.raises(CardSuspected):
            reader.read_vitale()
        reader.clear_card(MOREAU)
        reader.read_vitale()

    load_and_check()
    before = reader.identify().heap_used
    for _ in range(3):
        load_and_check()
    assert reader.identify().heap_used == before
