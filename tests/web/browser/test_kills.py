"""The page killed at twenty moments, its renderer or its browser: nothing is lost, all is signed once.

The reader is linked by the page's own radio, so a kill takes it from the host too. A moment is counted in
what the page wrote to it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from carer import Carer
from emulated_radio import NAME, STANDING_READ, EmulatedRadio
from killed_browser import kill_browser, kill_renderer
from planned_day import DAY, NAMES
from playwright.sync_api import BrowserContext, Error, Playwright, expect
from practice_desk import CHROMIUM, CODE, PracticeDesk
from signed_once import left_once, lots_signed, signatures, signed_once
from watched_page import WatchedPage

MOMENTS = (1, 3, 6, 9, 12, 2, 5, 8, 11, 14)
"""In segments from the touch on that signs a visit: it takes some fourteen."""

GONE = re.compile("Target crashed|has been closed")
"""What a touch says whose page was killed under it."""

SIGNED = re.compile("Sécurisé|Scellé")
YES = "Oui, sécuriser"
TRIES, TRY_MS, SEEN_MS = 5, 5_000, 60_000
GO_ON = re.compile("^Envoyer|^Voir l’envoi|^Relever les réponses")

EVENINGS = {2: (2, 9, 30), 6: (5, 14, 40), 9: (3, 11, 20, 50)}
"""After which visits the day is sent, and the moments in that."""


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits; the reader comes by the page, over the protected channel."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        desk.protect(NAME, secrets.token_bytes(32))
        desk.configure_port(f"page:{NAME}", "etiquette")
        desk.serve()
        yield desk


class KilledPage:
    """A page with its radio, in a browser whose profile outlives it; once enrolled it comes in by itself."""

    def __init__(self, driver: Playwright, desk: PracticeDesk, profile: Path) -> None:
        self._driver, self._desk, self._profile = driver, desk, profile
        self._context: BrowserContext | None = None
        self._radio: EmulatedRadio | None = None
        self.kills = 0
        self._open(desk.link)

    def killed_after(self, segments: int, touch: Callable[[], None]) -> None:
        """Touch, and be killed so many segments later: the renderer and the browser in turn. An early kill
        comes while the touch is still being made: it ends with the page then.
        """
        kill = (kill_renderer, kill_browser)[self.kills % 2]
        before, self.kills = self.kills, self.kills + 1
        struck: list[Path] = []

        def strike() -> None:
            struck.append(self._profile)
            kill(self._profile)

        assert self._radio is not None
        with self.page.page.expect_event(("crash", "close")[before % 2], timeout=SEEN_MS):
            self._radio.after(segments, strike)
            try:
                touch()
            except Error as error:
                if not struck or not GONE.search(error.message):
                    raise
        assert struck
        self.close(whole=kill is kill_browser)
        self._open(self._desk.origin)

    def show(self, address: str) -> None:
        """Open a screen, whichever then comes."""
        self.page.page.evaluate("(address) => { location.hash = address; }", address)

    def close(self, whole: bool = True) -> None:
        """Leave the radio and the page, or the browser."""
        if self._radio is not None:
            self._radio.__exit__()
            self._radio = None
        assert self._context is not None
        with suppress(Error):
            (self._context if whole else self.page.page).close()
        if whole:
            self._context = None

    def _open(self, address: str) -> None:
        if self._context is None:
            self._context = self._driver.chromium.launch_persistent_context(
                self._profile,
                executable_path=CHROMIUM,
                args=["--enable-features=WebBluetooth"],
                viewport={"width": 800, "height": 1280},
                locale="fr-FR",
                has_touch=True,
            )
            self._context.add_init_script(STANDING_READ)
        self.page = WatchedPage(self._context)
        self.page.enter(address)
        assert self._context.browser is not None
        self._radio = EmulatedRadio(self._context.browser, self.page, self._desk.board.link_url).__enter__()
        self.page.show("/lecteur")
        self.page.page.locator('[data-relier="ble"]').click()
        expect(self.page.page.locator("[data-lien]")).to_have_text(f"{NAME} relié")
        self.page.show("/tournee")


@pytest.fixture
def killed(driver: Playwright, desk: PracticeDesk, tmp_path: Path) -> Iterator[KilledPage]:
    page = KilledPage(driver, desk, tmp_path / "profile")
    yield page
    page.close()


def resume(killed: KilledPage, visit: str, name: str) -> None:
    """The visit is there: signed, or it is now; the code porteur is given where the reader was let go. What
    was signed behind a page that was gone has the patient's name for its title, and says below that it is."""
    shown = killed.page.page.locator(".pane:not([hidden])").last
    killed.show(visit)
    expect(killed.page.title).to_have_text(re.compile(f"{name}|{SIGNED.pattern}"))
    for _ in range(TRIES):
        if SIGNED.search(shown.inner_text()):
            break
        with suppress(AssertionError, Error):  # a card that is met anew brings its visit back, from anywhere
            sign(killed, visit)
    expect(shown).to_contain_text(SIGNED)


def sign(killed: KilledPage, visit: str) -> None:
    """Verify and sign, as a hand does that is not in a hurry."""
    to_confirm(killed, visit)
    killed.page.page.get_by_role("button", name=YES).click(timeout=TRY_MS)
    expect(killed.page.title).to_have_text(SIGNED, timeout=TRY_MS)


def to_confirm(killed: KilledPage, visit: str) -> None:
    """Verify, until the touch that signs is asked for."""
    pad, button = killed.page.page.locator("[data-key]").first, killed.page.page.locator("[data-hold]")
    killed.show(f"{visit}/verifier")
    expect(button.or_(pad)).to_be_visible(timeout=TRY_MS)
    if pad.is_visible():
        killed.page.code(CODE)
    button.click(timeout=TRY_MS)


def at_sending(killed: KilledPage) -> None:
    """The evening's screen, with the code porteur given."""
    page = killed.page
    killed.show("/tournee")
    locked, kept = (page.page.locator(f".status .{one}:visible").first for one in ("lock", "kept"))
    expect(locked.or_(kept).first).to_be_visible()
    if locked.is_visible():
        locked.click()
        page.code(CODE)
        expect(kept).to_be_visible()
    killed.show("/envoi")
    expect(page.title).to_have_text(re.compile("^Envoi"))


def sent(killed: KilledPage) -> None:
    """What is left of the day is sent, to its end."""
    at_sending(killed)
    killed.page.touch(GO_ON)
    expect(killed.page.page.locator(".hero h1")).to_be_visible(timeout=60_000)


@pytest.mark.timeout(400)
def test_twenty_kills_lose_nothing_and_nothing_is_signed_twice(desk: PracticeDesk, killed: KilledPage):
    Carer(desk, killed.page).begin()
    for done, (card, name, moment) in enumerate(zip(DAY, NAMES, MOMENTS, strict=True)):
        carer = Carer(desk, killed.page)
        carer.insert(card, name)
        visit = carer.page.address
        to_confirm(killed, visit)
        killed.killed_after(moment, lambda: killed.page.touch(YES))
        resume(killed, visit, name)
        Carer(desk, killed.page).take_out()
        for later in EVENINGS.get(done, ()):
            at_sending(killed)
            killed.killed_after(later, lambda: killed.page.touch(GO_ON))
        if done in EVENINGS:
            sent(killed)
    assert killed.kills == 20
    assert signed_once(desk) == len(DAY)
    assert signatures(desk) == len(DAY) + lots_signed(desk)
    assert len(left_once(desk)) == len(EVENINGS)
