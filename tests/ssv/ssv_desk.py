"""What the tests of `tournee.ssv` stand on: a board with cards, a library that knows it by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import VirtualCard, load_card
from tournee.formats import zones
from tournee.ssv import Library

# Care to Hugo MOREAU, on his father's card: AMI 1.5 and IFA, the caisse pays its share directly.
GROUPS = [
    zones.make(1110, "000000001", "1", "202611150000", "1", "", ""),
    zones.make(1120, "75600012", "1", "LEFEBVRE", "CLAIRE", "1", "24", "", "", "", "", "", "L"),
    zones.make(1130, "A", "1820475113042", "45", "202202050000", "1", "6", "00100", ""),
    zones.make(1310, "01", "021", "0210", "021", "011"),
    zones.make(1410, "1"),
    zones.make(1610, "1", "20261115", "AMI", "150", "1", "335", "503", "60", "302", "503", "0"),
    zones.make(1610, "2", "20261115", "IFA", "", "1", "275", "275", "60", "165", "275", "0"),
    zones.make(9004, "20261113", "751000126", "01", "10100001071"),
]
ASKED_AMC = zones.make(1321, "00", "0099900009", "12345678", "", "", "", "", "OC", "", "23", "001", "", "")

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
    assert library.SSV_MajDateLecteur(LECTEUR, "202611161930") == 0
    try:
        yield Desk(library, board)
    finally:
        library.SSV_TermLIB()


def groups(zone: bytes) -> list[tuple[int, tuple[bytes, ...]]]:
    """A zone as plain values."""
    return [(group.id, group.fields) for group in zones.decode(zone)]


def change(given: list[zones.Group], number: int, field: int, value: str) -> list[zones.Group]:
    """The same groups with a field of the first group of that number told otherwise."""
    rank = next(rank for rank, group in enumerate(given) if group.id == number)
    fields = list(given[rank].fields)
    fields[field - 1] = value.encode("latin-1")
    return [*given[:rank], zones.Group(number, tuple(fields)), *given[rank + 1 :]]


def invoice_zone(
    changes: dict[tuple[int, int], str] | None = None, *, without: int = 0, only: int = 0
) -> bytes:
    """Hugo's invoice, its fields changed by (group, number), without a group, or one group of it alone."""
    changes = changes or {}
    told = list(GROUPS)
    if only == ASKED_AMC.id or any(group == ASKED_AMC.id for group, _ in changes):
        told.insert(4, ASKED_AMC)
    for (group, field), value in changes.items():
        told = change(told, group, field, value)
    return zones.encode([group for group in told if group.id != without and only in (0, group.id)])


def order(number: str = "1", date: str = "20261116") -> bytes:
    """Group 9003."""
    return zones.encode([zones.make(9003, number, date)])


def file_zone(recipient: str = "OT", size: str = "1280") -> bytes:
    """Groups 12 and 14 of a single file."""
    numbers = ("00000756000121", "TO", recipient, "00000999999998", "F01021011")
    first = zones.make(12, "202611161930", "000001", "IF", *numbers)
    return zones.encode([first, zones.make(14, "1", size, "")])
