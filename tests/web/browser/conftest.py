"""The page in Debian's Chromium over the emulated reader: `desk` is the practice with its host, `page` is in.

A module's tests share a browser; each that changes something has its own practice, host and window, those
that only look share `standing_desk`.
"""

from __future__ import annotations

import fcntl
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from practice_desk import CHROMIUM, PracticeDesk, make_day, make_practice
from watched_page import OpenPage, WatchedPage

ARGUMENTS = ["--enable-features=WebBluetooth"]
SIZES = {"tablet": (800, 1280), "wide": (1280, 800), "phone": (390, 844)}
PATIENCE_MS = 25_000

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def kept_practice(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A populated practice at rest."""
    return _made_once("kept-practice", make_practice, tmp_path_factory, request)


@pytest.fixture(scope="session")
def kept_day(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A practice at rest whose round has ten visits, each for a test card."""
    return _made_once("kept-day", make_day, tmp_path_factory, request)


def _made_once(
    name: str,
    make: Callable[[Path], Path],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Path:
    """A folder made once for all who run the tests side by side."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    kept, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(kept, ignore_errors=True)
            make(kept)
            made.touch()
    return kept


@pytest.fixture
def desk(kept_practice: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A practice of the test's own, its page served."""
    with PracticeDesk(kept_practice, tmp_path / "p") as desk:
        desk.serve()
        yield desk


@pytest.fixture(scope="module")
def standing_desk(kept_practice: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeDesk]:
    """A practice that a module's tests only look at."""
    with PracticeDesk(kept_practice, tmp_path_factory.mktemp("standing") / "p") as desk:
        desk.serve()
        yield desk


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """What drives browsers; gone with its module, for it takes this thread's event loop."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(driver: Playwright) -> Iterator[Browser]:
    """The browser that a module's tests share."""
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens windows of a size, a theme and what else a context takes; complaints of any fail the test."""
    with ExitStack() as opened:
        pages: list[WatchedPage] = []

        def open_one(size: str = "tablet", theme: str = "light", **options: object) -> WatchedPage:
            width, height = SIZES[size]
            context = browser.new_context(
                viewport={"width": width, "height": height},
                locale="fr-FR",
                timezone_id="Europe/Paris",
                has_touch=True,
                color_scheme=theme,
                **options,
            )
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            pages.append(WatchedPage(context))
            return pages[-1]

        yield open_one
        assert [one for page in pages for one in page.unforgiven()] == []


@pytest.fixture
def page(desk: PracticeDesk, open_page: OpenPage) -> WatchedPage:
    """The page on an upright tablet, in."""
    page = open_page()
    page.enter(desk.link)
    return page
