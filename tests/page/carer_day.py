"""A carer's day in the tablet's page: her reader over emulated Bluetooth, her day told for last Sunday."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

from tablet_page import Opened, Served, Tablet

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

from emulated_radio import STANDING_READ, EmulatedRadio
from killed_browser import kill_browser, kill_renderer

from tournee.emulation.board import EmulatedBoard

SUNDAY = date.today() - timedelta(days=date.today().isoweekday() % 7)
BUTTON = """() => {
  const button = document.createElement("button"), told = document.createElement("p");
  button.dataset.relier = "ble";
  button.textContent = "Relier";
  told.dataset.lien = "";
  document.body.append(button, told);
}"""


def day(sunday: date = SUNDAY) -> str:
    """The emulation's day, told for this Sunday."""
    text = files("tournee.emulation").joinpath("days", "infirmier.toml").read_text("utf-8")
    text = re.sub(r"date = \d{4}-\d\d-\d\d,", f"date = {sunday - timedelta(days=12)},", text)
    return re.sub(r"(?m)^date = \S+", f"date = {sunday}", text)


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

    def again(self) -> Tablet:
        """The page in another tab of the same browser: its renderer was killed."""
        dead = self.context.pages
        tablet = Tablet(self.context.new_page(), self._served.address)
        for page in dead:
            page.close()
        return self.ready(tablet.unlock().until("ouverte"))

    def kill(self) -> None:
        """End the browser at once, as a tablet does that needs memory."""
        kill_browser(self._profile)

    def kill_renderer(self) -> None:
        """End what runs the page and its host; the browser stands."""
        kill_renderer(self._profile)

    @contextmanager
    def linked(self, tablet: Tablet) -> Iterator[EmulatedRadio]:
        """The air around the page, and the reader chosen in it."""
        page = SimpleNamespace(page=tablet.page, context=self.context)
        with EmulatedRadio(self.context.browser, page, self._board.link_url) as radio:
            tablet.page.get_by_text("Relier", exact=True).click()
            tablet.page.locator("[data-lien]", has_text="relié").wait_for()
            yield radio
