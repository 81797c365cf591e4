"""The page's own Bluetooth by emulated air: cards read, a visit signed, the reader lost and back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from emulated_radio import NAME, STANDING_READ, EmulatedRadio
from playwright.sync_api import Browser, expect
from practice_desk import PracticeDesk
from watched_page import OpenPage, WatchedPage

AT_ONCE = """(paths) => Promise.all(paths.map(async (path) => {
  const headers = { "X-Tournee": sessionStorage.getItem("tournee") };
  return (await fetch(path, { headers })).status;
}))"""


@pytest.fixture
def desk(kept_practice: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A practice whose reader comes by the page, over the protected channel."""
    with PracticeDesk(kept_practice, tmp_path / "p") as desk:
        desk.protect(NAME, secrets.token_bytes(32))
        desk.configure_port(f"page:{NAME}", "etiquette")
        desk.serve()
        yield desk


@pytest.fixture
def page(desk: PracticeDesk, open_page: OpenPage) -> WatchedPage:
    page = open_page()
    page.context.add_init_script(STANDING_READ)
    page.enter(desk.link)
    # until a screen of the carer's has the button
    page.page.evaluate(
        """() => {
          const button = document.createElement("button");
          button.dataset.relier = "ble";
          button.textContent = "Relier";
          const told = document.createElement("p");
          told.dataset.lien = "";
          document.body.append(button, told);
        }"""
    )
    return page


def link(page: WatchedPage) -> None:
    page.page.get_by_text("Relier", exact=True).click()
    expect(page.page.locator("[data-lien]")).to_have_text(f"{NAME} relié")


def test_the_card_is_read_by_the_pages_own_radio(desk: PracticeDesk, page: WatchedPage, browser: Browser):
    desk.insert("infirmiere", "ps")
    with EmulatedRadio(browser, page, desk.board.link_url) as radio:
        link(page)
        expect(page.page.locator(".status .lock")).to_be_visible()
        assert max(radio.segments) == 244


def test_three_screens_at_once_are_shown_while_the_reader_reads(
    desk: PracticeDesk, page: WatchedPage, browser: Browser
):
    desk.insert("infirmiere", "ps")
    with EmulatedRadio(browser, page, desk.board.link_url) as radio:
        link(page)
        expect(page.page.locator(".status .lock")).to_be_visible()
        before = len(radio.segments)
        desk.insert("moreau")
        assert (
            page.page.evaluate(AT_ONCE, ["/ecran/lecteur", "/ecran/tournee", "/ecran/patients"]) == [200] * 3
        )
        expect(page.title).to_contain_text(re.compile("Moreau|carte", re.IGNORECASE))
        assert len(radio.segments) > before


def test_a_reader_that_is_lost_is_taken_up_again_without_a_touch(
    desk: PracticeDesk, page: WatchedPage, browser: Browser
):
    desk.insert("infirmiere", "ps")
    with EmulatedRadio(browser, page, desk.board.link_url) as radio:
        link(page)
        expect(page.page.locator(".status .lock")).to_be_visible()
        radio.lose()
        expect(page.page.locator("[data-lien]")).to_have_text(f"{NAME} hors de portée")
        radio.bring_back()
        expect(page.page.locator("[data-lien]")).to_have_text(f"{NAME} relié")
        desk.insert("moreau")
        expect(page.title).to_contain_text(re.compile("Moreau|carte", re.IGNORECASE))


def test_the_reader_comes_back_with_the_page_after_a_lock(
    desk: PracticeDesk, page: WatchedPage, browser: Browser
):
    page.forgive("status of 4(01|23)")
    desk.insert("infirmiere", "ps")
    with EmulatedRadio(browser, page, desk.board.link_url):
        link(page)
        expect(page.page.locator(".status .lock")).to_be_visible()
        page.show("/verrouillage")
        page.page.get_by_role("button", name="Verrouiller maintenant").last.click()
        expect(page.title).to_have_text("Tournée est verrouillée")
        page.page.get_by_role("button", name="Rouvrir").click()
        expect(page.title).to_have_text("Verrouillage")
        desk.insert("moreau")
        expect(page.title).to_contain_text(re.compile("Moreau|carte", re.IGNORECASE))


def test_a_second_window_takes_the_wire_and_the_first_says_so(
    desk: PracticeDesk, page: WatchedPage, browser: Browser
):
    with EmulatedRadio(browser, page, desk.board.link_url):
        link(page)
        other = WatchedPage(page.context)
        other.enter(desk.origin)
        status = other.page.evaluate(
            """() => new Promise((done) => {
              const token = sessionStorage.getItem("tournee");
              const wire = new WebSocket(`ws://${location.host}/fil`, ["tournee.1", token]);
              wire.onmessage = ({ data }) => done(data);
              wire.onclose = ({ code }) => done(code);
            })"""
        )
        assert status == f'{{"t": "wanted", "wanted": true, "name": "{NAME}"}}'
        expect(page.page.locator("[data-lien]")).to_have_text("La page est ouverte ailleurs")
