"""The page killed at twenty moments, its renderer or its browser: nothing is lost, all is signed once."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from carer import Carer
from playwright.sync_api import BrowserContext, Error, Playwright, expect
from practice_desk import CHROMIUM, DAY, NAMES, PracticeDesk
from signed_once import signatures, signed_once
from watched_page import WatchedPage


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        desk.serve()
        yield desk


class KilledBrowser:
    """A browser with a profile that outlives it, as a carer's; the page comes in by itself once enrolled."""

    def __init__(self, driver: Playwright, desk: PracticeDesk, profile: Path) -> None:
        self._driver, self._desk, self._profile = driver, desk, profile
        self._context: BrowserContext | None = None
        self.page = self._open(desk.link)

    def crash_renderer(self) -> None:
        """The tab dies, and is opened anew."""
        assert self._context is not None
        with suppress(Error):
            self.page.page.goto("chrome://crash")
        self.page = WatchedPage(self._context)
        self.page.enter(self._desk.origin)

    def kill_browser(self) -> None:
        """The browser dies, and is opened anew."""
        os.kill(self._process(), signal.SIGKILL)
        self.close()
        self.page = self._open(self._desk.origin)

    def close(self) -> None:
        """End it."""
        if self._context is not None:
            with suppress(Error):
                self._context.close()
            self._context = None

    def _open(self, address: str) -> WatchedPage:
        self._context = self._driver.chromium.launch_persistent_context(
            self._profile,
            executable_path=CHROMIUM,
            viewport={"width": 800, "height": 1280},
            locale="fr-FR",
            has_touch=True,
        )
        page = WatchedPage(self._context)
        page.enter(address)
        return page

    def _process(self) -> int:
        """The browser's own process: its children say what they are."""
        mark = f"--user-data-dir={self._profile}".encode()
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                words = (process / "cmdline").read_bytes().split(b"\0") if process.name.isdecimal() else []
                if mark in words and not any(word.startswith(b"--type=") for word in words):
                    return int(process.name)
        raise AssertionError("the browser's process is not found")


@pytest.fixture
def killed(driver: Playwright, desk: PracticeDesk, tmp_path: Path) -> Iterator[KilledBrowser]:
    browser = KilledBrowser(driver, desk, tmp_path / "profile")
    yield browser
    browser.close()


def to_verify(carer: Carer) -> None:
    """The last look before the signature."""
    carer.verify()


def holding(carer: Carer) -> None:
    """In the middle of the hold."""
    carer.verify()
    carer.page.page.locator("[data-hold]").hover()
    carer.page.page.mouse.down()
    expect(carer.page.page.locator(".holding")).to_have_count(1)


def confirmed(carer: Carer) -> None:
    """The touch that signs was just made."""
    carer.verify()
    carer.page.page.locator("[data-hold]").click()
    carer.page.touch("Oui, sécuriser")


def signing(carer: Carer) -> None:
    """It goes on in the reader."""
    confirmed(carer)
    expect(carer.page.page.locator("[data-hold]")).to_have_count(0)


def signed(carer: Carer) -> None:
    """It is signed, and shown."""
    confirmed(carer)
    carer.signed()


MOMENTS = (lambda carer: None, to_verify, holding, confirmed, signing, signed)
"""What was done last before a kill; each in the middle of a visit whose card is in."""


def opened(carer: Carer, name: str) -> bool:
    """Open the visit from the round; False when it is signed already."""
    carer.page.show("/tournee")
    row = carer.page.page.locator("#liste li.visit, #liste li, #liste .next").filter(has_text=name).first
    expect(row).to_be_visible()
    if "Fait" in row.inner_text():
        return False
    row.get_by_text(name).click()
    expect(carer.page.title).to_have_text(re.compile(f"{name}|Sécurisé"))
    return carer.page.page.get_by_role("link", name=re.compile("^Vérifier")).count() > 0


@pytest.mark.timeout(400)
def test_twenty_kills_lose_nothing_and_nothing_is_signed_twice(desk: PracticeDesk, killed: KilledBrowser):
    carer = Carer(desk, killed.page)
    carer.begin()
    turn = 0
    for card, name in zip(DAY, NAMES, strict=True):
        carer.insert(card, name)
        for kill in (killed.crash_renderer, killed.kill_browser):
            if opened(carer, name):
                MOMENTS[turn % len(MOMENTS)](carer)
            kill()
            carer = Carer(desk, killed.page)
            turn += 1
        if opened(carer, name):
            carer.verify()
            carer.sign()
        carer.page.show("/tournee")
        carer.take_out()
    assert turn == 20
    assert signed_once(desk) == len(DAY)
    assert signatures(desk) == len(DAY)
