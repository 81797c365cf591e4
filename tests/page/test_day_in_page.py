"""A day in the page alone: cards over the page's radio, visits certified, lots closed, files sealed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from carer_day import Carer
from tablet_page import SECRET, Opened, Served

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card


@pytest.fixture
def board(tmp_path: Path) -> Iterator[EmulatedBoard]:
    """The board with the nurse's card and a patient's."""
    with EmulatedBoard(flash=tmp_path / "flash") as board:
        board.provision("SIM-01", SECRET)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("garnier"))
        yield board


@pytest.fixture
def carer(browser: Opened, served: Served, board: EmulatedBoard, tmp_path: Path) -> Carer:
    return Carer(browser, served, board, tmp_path / "profile")


Files = list[Path]
WHOLE = {"visits": 2, "lots": 2, "files": 1}
SIGNED = 4  # two invoices, their two lots


def test_a_day_goes_from_the_cards_to_the_sealed_file(carer: Carer, practice: Files, board: EmulatedBoard):
    tablet = carer.open(practice)
    with carer.linked(tablet) as radio:
        assert tablet.run("await cards(3)") == 3
        made = tablet.run("await whole(DAY_TEXT)")
        assert {name: made[name] for name in WHOLE} == WHOLE
        assert made["sealed"] > 2000
        assert tablet.run("await state()") == {"invoices": 2, "problems": []}
        assert max(radio.segments) > 200
        assert board.cards["ps"].signatures == SIGNED
        assert tablet.said == []


def test_a_reader_that_reads_for_long_leaves_the_screens_to_the_carer(carer: Carer, practice: Files):
    tablet = carer.open(practice)
    with carer.linked(tablet):
        tablet.run("reading = asyncio.ensure_future(cards(20)); None")
        for address in ("tournee", "patients", "tournee", "patients"):
            tablet.page.evaluate("(address) => { location.hash = `#/${address}`; }", address)
            tablet.page.locator(f".tabs [data-tab={address}][aria-current]").wait_for()
        assert tablet.run("reading.done()") is False
        assert tablet.run("await reading") == 20


@pytest.mark.parametrize("after", [0.4, 1.0, 1.8])
def test_a_browser_that_is_killed_in_a_day_goes_on_and_signs_nothing_twice(
    carer: Carer, practice: Files, board: EmulatedBoard, after: float
):
    tablet = carer.open(practice)
    tablet.run("await import_once(DAY_TEXT)")
    with carer.linked(tablet):
        tablet.run("day = asyncio.ensure_future(whole(DAY_TEXT)); None")
        tablet.page.wait_for_timeout(after * 1000)
        carer.kill()
    tablet = carer.open()
    assert tablet.run("await state()")["problems"] == []
    with carer.linked(tablet):
        tablet.run("await whole(DAY_TEXT)")
        assert tablet.run("await state()") == {"invoices": 2, "problems": []}
        assert board.cards["ps"].signatures == SIGNED
