"""A day in the page alone: cards over the page's radio, visits certified, lots closed, files sealed."""

from pathlib import Path

from carer_day import Carer

from tournee.emulation.board import EmulatedBoard

Files = list[Path]
WHOLE = {"visits": 2, "lots": 2, "files": 1}
SIGNED = 4  # two invoices, their two lots


def test_a_day_goes_from_the_cards_to_the_sealed_file(carer: Carer, practice: Files, board: EmulatedBoard):
    tablet = carer.open(practice)
    with carer.linked(tablet) as radio:
        assert tablet.run("await asyncio.gather(cards(1), cards(1), cards(1))") == [1, 1, 1]
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
