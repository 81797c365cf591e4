"""What happens by itself takes nothing from her hands: what she types stays, and so does what she signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from carer import Carer
from playwright.sync_api import Route, expect
from practice_desk import PracticeDesk
from watched_page import WatchedPage

UPRIGHT, ACROSS = ({"width": 800, "height": 1280}, {"width": 1280, "height": 800})
NEWS = "**/nouvelles*"
SHOWN = """() => {
  window.screens = [];
  document.addEventListener("tournee:shown", ({ detail }) => window.screens.push(detail.address));
}"""


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        desk.serve()
        yield desk


class Slow:
    """News that are asked for, and not answered before they are let through."""

    def __init__(self, page: WatchedPage) -> None:
        self._page, self._held = page.page, list[Route]()
        self._page.route(NEWS, lambda route: self._held.append(route))

    def wait(self) -> None:
        """Until the page asked."""
        while not self._held:
            self._page.wait_for_timeout(20)

    def let_through(self) -> None:
        for one in self._held:
            one.continue_()
        self._page.unroute(NEWS)


@pytest.mark.parametrize("size", (UPRIGHT, ACROSS), ids=("upright", "across"))
def test_what_she_types_stays_when_a_card_comes_or_goes(
    desk: PracticeDesk, page: WatchedPage, size: dict[str, int]
):
    page.page.set_viewport_size(size)
    page.show("/tournee")
    page.page.locator("#liste").get_by_text("Jean Hoarau").first.click()
    expect(page.title).to_have_text("Jean Hoarau")
    page.show(f"{page.address}/acte")
    search = page.page.locator("#detail input[type=search]")
    search.fill("prelevement")
    expect(page.page.locator("#actes h2")).to_contain_text("prelevement")
    desk.insert("infirmiere", "ps")
    expect(page.page.locator(".status .lock")).to_be_visible()
    desk.remove("ps")
    expect(page.page.locator(".status .lock")).to_be_hidden()
    expect(search).to_have_value("prelevement")


def test_a_card_that_is_told_late_does_not_take_her_back_from_what_she_signs(
    desk: PracticeDesk, page: WatchedPage
):
    carer = Carer(desk, page)
    carer.begin()
    slow = Slow(page)
    carer.insert("chevalier", "Lucien Chevalier")
    slow.wait()
    carer.take_out()
    page.show("/tournee")
    carer.open_visit("Thomas Moreau")
    visit = page.address
    desk.insert("moreau")
    while not page.page.locator("[data-hold]").count():
        page.show(f"{visit}/verifier")
    page.page.evaluate(SHOWN)
    with page.page.expect_response(NEWS):
        slow.let_through()
    carer.sign()
    shown = page.page.evaluate("() => window.screens")
    assert visit not in shown
    assert re.fullmatch(r"/visite/v\d+/fait", shown[-1])


def test_a_card_put_in_while_she_types_elsewhere_is_announced_and_opens_when_touched(
    desk: PracticeDesk, page: WatchedPage
):
    carer = Carer(desk, page)
    carer.begin()
    page.show("/patients")
    page.page.locator("#liste").get_by_text("Jean Hoarau").first.click()
    expect(page.title).to_have_text("Jean Hoarau")
    form = f"{page.address}/fiche"
    page.show(form)
    phone = page.page.get_by_label("Téléphone")
    phone.fill("06 39 98 11 22")
    page.page.evaluate(SHOWN)
    call = page.page.locator("#appel a")
    desk.insert("moreau")
    expect(call).to_have_text("Carte de Thomas Moreau : ouvrir")
    expect(page.page.locator("#dire")).to_contain_text("Carte de Thomas Moreau")
    expect(phone).to_be_focused()
    desk.remove("vitale")
    expect(call).to_be_hidden()
    desk.insert("moreau")
    expect(call).to_be_visible()
    assert page.page.evaluate("() => window.screens") == []
    call.click()
    expect(page.title).to_have_text("Thomas Moreau")
    expect(call).to_be_hidden()
    page.page.go_back()
    expect(phone).to_have_value("06 39 98 11 22")
