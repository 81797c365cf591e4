"""A card that the reader's own filter suspects: the list of the host decides (OCT-LOI-2)."""

from __future__ import annotations

import pytest
from codes_reached import FirstList
from ssv_desk import CPS, LECTEUR, PLACE, invoice_zone

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.opposition.applying import apply_increment
from tournee.opposition.compact import make_filter
from tournee.reader import Reader
from tournee.ssv import Library

MOREAU, OTHER = "800000102", "800000103"


@pytest.mark.parametrize(
    ("listed", "code"),
    [(OTHER, 0x0000), (MOREAU, 0xE60B), (None, 0xE60C)],
    ids=["not on the list", "on the list", "no list here"],
)
def test_card_that_the_reader_suspects_is_held_against_the_list(tmp_path, listed, code):
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        with Reader.open(board.link_url) as reader:
            made = make_filter([MOREAU], reader.filter_state().size)
            reader.load_filter(made.data, hashes=made.hashes, number=1)
            ssv = Library({})
            ssv.SSV_DeclarerRessource(LECTEUR, CPS, reader)
            if listed is not None:
                apply_increment(tmp_path / "liste", FirstList((listed,)))
                ssv.SSV_DeclarerOpposition(tmp_path / "liste")
            assert ssv.SSV_InitLIB() == 0
            assert ssv.SSV_LireDroitsVitale(*PLACE, "")[0] == code
            assert ssv.SSV_FormaterFactures(*PLACE, "1", "3", invoice_zone())[0] == code
