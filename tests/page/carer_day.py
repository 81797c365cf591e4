"""A carer's day in the tablet's page: her reader over emulated Bluetooth, her day told for last Sunday."""

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

from tablet_page import Opened, Served, Tablet

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

from emulated_radio import STANDING_READ, EmulatedRadio

from tournee.emulation.board import EmulatedBoard

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
        return self.ready(tablet.install(given) if given else tablet.unlock().until("ouverte"))

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
