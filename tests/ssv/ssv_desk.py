"""What the tests of `tournee.ssv` stand on: a board with cards, a library that knows it by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sesam import zones
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import VirtualCard, load_card
from tournee.ssv import Library

LECTEUR, CPS, CODE = "LECTEUR", "CPS", "1234"
PLACE = (CPS, LECTEUR, CODE)


@dataclass
class Desk:
    """A library and the board it works with."""

    ssv: Library
    board: EmulatedBoard

    def insert(self, slot: str, card: str | VirtualCard) -> None:
        self.board.insert(slot, load_card(card) if isinstance(card, str) else card)


@contextmanager
def desk_of(board: EmulatedBoard, ps: str = "infirmiere", vitale: str = "moreau") -> Iterator[Desk]:
    board.insert("ps", load_card(ps))
    board.insert("vitale", load_card(vitale))
    library = Library({})
    library.SSV_DeclarerRessource(LECTEUR, CPS, board.link_url)
    assert library.SSV_InitLIB() == 0
    try:
        yield Desk(library, board)
    finally:
        library.SSV_TermLIB()


def groups(zone: bytes) -> list[tuple[int, tuple[bytes, ...]]]:
    """A zone as plain values."""
    return [(group.id, group.fields) for group in zones.decode(zone)]
