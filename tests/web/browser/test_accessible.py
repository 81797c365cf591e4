"""Every screen that a day brings, in every size and theme: axe-core finds nothing, nothing stands out.

One host, one window: sizes and themes change in their place. What a theme changes is contrast alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from carer import Carer
from playwright.sync_api import Browser, expect
from practice_desk import PracticeDesk
from watched_page import WatchedPage

sys.path.insert(0, str(Path(__file__).parents[3] / "tools" / "screens"))

from gallery_walk import ENDS, WALK, Step

SIZES = ((320, 640), (390, 844), (640, 400), (800, 1280), (1280, 800))
"""Narrowest, phone, a desk at 200 %, tablet upright, wide."""

WHOLLY = (320, 1280)
"""Sizes at which all rules are tried: the others are one of these two, with more room."""

THEMES = ("sombre", "soleil")
MORE = (
    *("/tableau", "/regler?qui=mutuelle", "/patients/nouveau", "/patients/1", "/patients/1/fiche"),
    *("/patients/1/ordonnance/champs", "/patients/1/ordonnance", "/loin", "/code", "/carte", "/envoi/cours"),
    *("/debut/1", "/debut/2", "/debut/3", "/debut/reprise", "/verrouillage/code", "/routes/oct"),
    *(
        "/deuxieme/phrase",
        "/cabinet",
        "/cabinet/relier",
        "/cabinet/reprendre",
        "/droits",
        "/patients/1/droits",
    ),
    *("/patients/1/attestation", "/telephone", "/remplacements", "/remplacements/nouveau"),
)
"""Screens beside the day's."""

_GO = """(address) => new Promise((shown) => {
  document.addEventListener("tournee:shown", () => shown(true), { once: true });
  setTimeout(() => shown(false), 8000); // its host may send on to what is shown already
  location.hash = address;
})"""
_SET = """(theme) => new Promise((drawn) => {
  document.documentElement.dataset.theme = theme;
  requestAnimationFrame(() => requestAnimationFrame(() => drawn(true)));
})"""


@contextmanager
def a_carer(kept_day: Path, directory: Path, browser: Browser) -> Iterator[Carer]:
    """In her window, before a day that nobody began."""
    with PracticeDesk(kept_day, directory / "p") as desk:
        desk.serve()
        context = browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", has_touch=True, reduced_motion="reduce"
        )
        context.set_default_timeout(25_000)
        page = WatchedPage(context)
        page.forgive(
            "status of 4(0[14]|23)|ERR_CONNECTION|WebSocket"
        )  # nowhere, locked, and a host that died
        page.page.set_viewport_size({"width": 800, "height": 1280})
        page.enter(desk.link)
        yield Carer(desk, page)
        context.close()
        assert page.unforgiven() == []


@pytest.fixture(scope="module")
def walking(kept_day: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Carer]:
    """Shared by tests that each begin at a screen of their own."""
    with a_carer(kept_day, tmp_path_factory.mktemp("walk"), browser) as carer:
        yield carer


@pytest.fixture
def to_the_end(kept_day: Path, tmp_path: Path, browser: Browser) -> Iterator[Carer]:
    """One whose host is dead in the end."""
    with a_carer(kept_day, tmp_path, browser) as carer:
        yield carer


def at(address: str) -> Step:
    """A screen by its address, or the one that its host sends on to."""
    return lambda carer: carer.page.page.evaluate(_GO, address)


def wrong_with(page: WatchedPage) -> list[str]:
    """What is against the screen that is shown: at the side in each size, by all rules in one pane and in
    two, by its contrast in each theme.
    """
    found = []
    for width, height in SIZES:
        page.resize(width, height)
        found += [f"{width}: {one}" for one in page.overflow()]
        if width in WHOLLY:
            found += [f"{width}: {one}" for one in page.axe()]
        if width == WHOLLY[0]:
            for theme in THEMES:
                page.page.evaluate(_SET, theme)
                found += [f"{theme}: {one}" for one in page.axe(["color-contrast"])]
            page.page.evaluate("() => { delete document.documentElement.dataset.theme; }")
    page.resize(800, 1280)
    return found


@pytest.mark.timeout(400)
def test_no_screen_of_a_day_has_a_finding(to_the_end: Carer):
    found = {}
    for name, step in (*WALK, *((address, at(address)) for address in MORE), *ENDS):
        step(to_the_end)
        expect(to_the_end.page.title).to_be_visible()
        if wrong := wrong_with(to_the_end.page):
            found[name] = wrong
    assert found == {}


def test_with_forced_colours_what_is_chosen_keeps_its_edge(walking: Carer):
    page = walking.page
    page.page.emulate_media(forced_colors="active")
    page.show("/envoi")
    edge = page.page.locator(".actions .primary").evaluate("one => getComputedStyle(one).borderTopWidth")
    assert edge == "3px"
    assert page.axe() == []
    page.page.emulate_media(forced_colors="none")


def test_reduced_motion_moves_nothing(walking: Carer):
    page = walking.page
    page.show("/envoi")
    told = page.page.locator(".btn").first.evaluate("one => getComputedStyle(one).transitionDuration")
    assert told == "0s"


def test_a_theme_is_whole_at_once_when_it_is_switched(walking: Carer):
    page = walking.page
    page.page.emulate_media(reduced_motion="no-preference")
    page.show("/reglages")
    for theme in ("sombre", "soleil", "clair"):
        page.page.locator(f'[data-theme-set="{theme}"]').click()
        assert page.axe(["color-contrast"]) == []
    page.page.locator('[data-theme-set=""]').click()


def test_text_twice_as_large_stays_in_the_window(walking: Carer):
    page = walking.page
    page.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    found = {}
    for address in ("/tournee", "/envoi", "/regler", "/patients", "/reglages"):
        page.show(address)
        if over := page.overflow():
            found[address] = over
    page.page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    assert found == {}


def tab_to(page: WatchedPage, words: str) -> None:
    """By the tabulator alone, to what has these words."""
    focused = "() => document.activeElement.innerText || document.activeElement.ariaLabel || ''"
    for _ in range(60):
        page.page.keyboard.press("Tab")
        if re.search(words, page.page.evaluate(focused)):
            return
    raise AssertionError(f"no way to {words!r} by the keyboard")


def on_its_title(page: WatchedPage) -> bool:
    """Whether the keyboard stands on the title of the screen that came."""
    at: bool = page.page.evaluate("() => document.activeElement.tagName === 'H1'")
    return at


def test_a_visit_is_signed_and_sent_by_the_keyboard_alone(walking: Carer):
    page, keys = walking.page, walking.page.page.keyboard
    page.resize(800, 1280)
    page.show("/tournee")
    walking.begin()
    walking.insert("garnier", "Robert Garnier")
    assert on_its_title(page)
    tab_to(page, "^Vérifier")
    keys.press("Enter")
    expect(page.page.locator("[data-hold]")).to_be_visible()
    assert on_its_title(page)
    tab_to(page, "Sécuriser|sécuriser")
    keys.press("Enter")
    expect(page.page.locator("dialog[open]")).to_be_visible()
    tab_to(page, "^Oui, sécuriser")
    keys.press("Enter")
    walking.signed()
    assert on_its_title(page)
    walking.remove()
    tab_to(page, "^Envoi$")
    keys.press("Enter")
    expect(page.title).to_have_text("Envoi")
    tab_to(page, "^Envoyer")
    keys.press("Enter")
    expect(page.page.locator(".hero h1")).to_be_visible(timeout=90_000)
    assert page.page.locator("#dire").get_attribute("aria-live") == "polite"
    assert page.page.locator("#dire").inner_text()
