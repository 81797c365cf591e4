"""The page for a tablet, built once for what it is made of, in Debian's Chromium."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Playwright, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from carer_day import Carer
from tablet_page import SECRET, Opened, Served, launched, practice_files

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "page"))

from signing import sign

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card

ROOT = Path(__file__).parents[2]
DAY_S = 86_400
SITE_S = 240  # to build the site, on a machine whose processors are all at work
CACHE = ROOT / ".cache" / "page"
MADE_OF = ("host/tournee", "firmware/sesam", "tools/page", "tools/requirements/test.txt")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first builds the site, and those of other workers wait for it."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SITE_S + 120))


def digest() -> str:
    """What the site is made of, in 16 hex digits."""
    made = hashlib.sha256()
    for part in MADE_OF:
        path = ROOT / part
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                made.update(str(file.relative_to(ROOT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return made.hexdigest()[:16]


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / f"site-{digest()}"
    if folder.is_dir():
        return folder
    with (CACHE / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            for older in CACHE.glob("site-*"):  # of another branch, it may be in use
                if time.time() - older.stat().st_mtime > DAY_S:
                    shutil.rmtree(older)
            draft = CACHE / f"draft-{os.getpid()}"
            subprocess.run([sys.executable, ROOT / "tools" / "page", draft], check=True, timeout=SITE_S)
            draft.rename(folder)
    return folder


@pytest.fixture(scope="session")
def standing_site(site: Path) -> Path:
    """The same site as a browser without JavaScript Promise Integration has it: no flag takes that from
    Chromium, so its names are taken away before it is looked for.
    """
    folder = site.with_name(site.name + "-debout")
    if folder.is_dir():
        return folder
    with (CACHE / "building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            draft = CACHE / f"draft-{os.getpid()}"
            shutil.copytree(site, draft)
            waits = draft / "waits.js"
            waits.write_text(
                "delete WebAssembly.Suspending; delete WebAssembly.promising;\n" + waits.read_text()
            )
            sign(draft, CACHE / "essai.pem", 1)
            draft.rename(folder)
    return folder


@pytest.fixture
def served(site: Path) -> Iterator[Served]:
    server = Served(site)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives the browser; gone with its module, for it takes this thread's event loop."""
    with sync_playwright() as started:
        yield started


@pytest.fixture
def browser(playwright: Playwright, tmp_path: Path) -> Iterator[Opened]:
    """Opens the browser on the test's own profile, as often as wanted."""
    opened: list[BrowserContext] = []

    def launch() -> BrowserContext:
        opened.append(launched(playwright, tmp_path / "profile"))
        return opened[-1]

    yield launch
    for context in opened:
        with suppress(Error):  # it was killed
            context.close()


@pytest.fixture
def practice(tmp_path: Path) -> list[Path]:
    """The files that a tablet is given."""
    return practice_files(tmp_path / "practice")


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
