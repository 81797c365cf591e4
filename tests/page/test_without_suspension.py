"""A browser that cannot suspend Python: the worker stands still on shared memory, and all goes as with JSPI."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from carer_day import Carer
from tablet_page import Opened, Served

from tournee.emulation.board import EmulatedBoard

WHOLE = {"visits": 2, "lots": 2, "files": 1}
SIGNED = 4  # two invoices, their two lots


@pytest.fixture
def served(standing_site: Path) -> Iterator[Served]:
    server = Served(standing_site)
    yield server
    server.stop()


def test_a_day_goes_from_the_cards_to_the_sealed_file(
    carer: Carer, practice: list[Path], board: EmulatedBoard
):
    tablet = carer.open(practice)
    assert tablet.run("import tournee_page; tournee_page.suspends") is False
    with carer.linked(tablet):
        assert tablet.run("await asyncio.gather(cards(1), cards(1), cards(1))") == [1, 1, 1]
        made = tablet.run("await whole(DAY_TEXT)")
        assert {name: made[name] for name in WHOLE} == WHOLE
        assert made["sealed"] > 2000
        assert tablet.run("await state()") == {"invoices": 2, "problems": []}
        assert board.cards["ps"].signatures == SIGNED
        assert tablet.said == []
