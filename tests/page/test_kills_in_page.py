"""The tablet's page killed at twenty moments, its renderer or its browser: host and journal go with it.

A moment is counted in what the page wrote to its reader, from the reading of the cards through each visit's
certification to the evening's lots.
"""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from carer_day import SUNDAY, Carer, day
from playwright.sync_api import Error
from tablet_page import Tablet

from tournee.emulation.board import EmulatedBoard

WEEKS = 3
VISITS = 2 * WEEKS
MOMENTS = (12, 24, *range(28, 44, 2), *range(44, 84, 4))
"""In segments from where the days go on: the cards take some 26, a visit 8, a lot of six visits 40."""
SEEN_MS = 60_000  # until the moment has come, and its end is told


def killed(carer: Carer, tablet: Tablet, segments: int, browser: bool) -> Tablet:
    """Let the days go on, and kill after so many segments; the page opened anew."""
    kill, seen = (carer.kill, "close") if browser else (carer.kill_renderer, "crash")
    with carer.linked(tablet) as radio, tablet.page.expect_event(seen, timeout=SEEN_MS):
        radio.after(segments, kill)
        with suppress(Error):  # it may be dead by then
            tablet.run("going = asyncio.ensure_future(ports().run_reader(certified)); None")
    return carer.open() if browser else carer.again()


@pytest.mark.timeout(600)
def test_twenty_kills_lose_nothing_and_nothing_is_signed_twice(
    carer: Carer, practice: list[Path], board: EmulatedBoard
):
    tablet = carer.open(practice)
    days = {f"{back}.toml": day(SUNDAY - timedelta(weeks=back)) for back in range(WEEKS)}
    tablet.run(f"await import_days({days!r})")
    for turn, moment in enumerate(MOMENTS):
        tablet = killed(carer, tablet, moment, browser=turn % 2 == 1)
        assert tablet.run("await state()")["problems"] == []
    with carer.linked(tablet):
        tablet.run("await ports().run_reader(certified)")
        assert tablet.run("await state()") == {"invoices": VISITS, "problems": []}
        lots = tablet.run("await ports().ask_journal(lambda office: len(office.journal.lots.find()))")
        assert board.cards["ps"].signatures == VISITS + lots
