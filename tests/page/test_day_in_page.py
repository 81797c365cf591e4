"""A day in the page alone: cards over the page's radio, visits certified, lots closed, files sealed."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from tablet_page import SECRET, Opened, Served, Tablet

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

from emulated_radio import STANDING_READ, EmulatedRadio

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card

SUNDAY = date.today() - timedelta(days=date.today().isoweekday() % 7)
BUTTON = """() => {
  const button = document.createElement("button"), told = document.createElement("p");
  button.dataset.relier = "ble";
  button.textContent = "Relier";
  told.dataset.lien = "";
  document.body.append(button, told);
}"""


def day() -> str:
    """The emulation's day, told for the last Sunday."""
    text = files("tournee.emulation").joinpath("days", "infirmier.toml").read_text("utf-8")
    text = re.sub(r"date = \d{4}-\d\d-\d\d,", f"date = {SUNDAY - timedelta(days=12)},", text)
    return re.sub(r"(?m)^date = \S+", f"date = {SUNDAY}", text)


def processes_of(profile: Path) -> list[int]:
    """The browser's processes that work on this profile, its children first or not."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "stat").read_text().rpartition(")")[2].split()
            found[int(folder.name)] = (int(words[1]), (folder / "cmdline").read_text().split("\0"))
    ours = {number for number, (_, words) in found.items() if f"--user-data-dir={profile}" in words}
    while more := {number for number, (parent, _) in found.items() if parent in ours} - ours:
        ours |= more
    return sorted(ours)


class Carer:
    """A tablet with its reader: linked as often as wanted."""

    def __init__(self, browser: Opened, served: Served, board: EmulatedBoard, profile: Path) -> None:
        self._browser, self._served, self._board, self._profile = browser, served, board, profile

    def open(self, given: list[Path] | None = None) -> Tablet:
        """The page in a new browser, installed where files are given, its Python ready for a day."""
        self.context = self._browser()
        self.context.add_init_script(STANDING_READ)
        tablet = Tablet(self.context.pages[0], self._served.address)
        return self.ready(tablet.install(given) if given else tablet.until("ouverte"))

    def ready(self, tablet: Tablet) -> Tablet:
        source = Path(__file__).with_name("day_in_page.py").read_text()
        tablet.run(source + f"\nDAY_TEXT = {day()!r}\n")
        tablet.page.evaluate(BUTTON)
        return tablet

    def kill(self) -> None:
        """End the browser at once, as a tablet does that needs memory."""
        for process in processes_of(self._profile):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    @contextmanager
    def linked(self, tablet: Tablet) -> Iterator[EmulatedRadio]:
        """The air around the page, and the reader chosen in it."""
        page = SimpleNamespace(page=tablet.page, context=self.context)
        with EmulatedRadio(self.context.browser, page, self._board.link_url) as radio:
            tablet.page.get_by_text("Relier", exact=True).click()
            tablet.page.locator("[data-lien]", has_text="relié").wait_for()
            yield radio


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
