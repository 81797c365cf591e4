"""The host in the page against the desk's, in one run: the same browser, emulated radio and board under both.

Both read the cards and certify over the page's Bluetooth; each time is taken by the host itself, in its own
Python. The start is without network, in a new browser; the code is typed as soon as it is asked for.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from measure import row

ROOT = Path(__file__).resolve().parents[2]
START, CARDS, CERTIFY = 1.6, 1.2, 2.5
MEMORY_MIB = 180
"""Limits: seconds, ratios to the desk, MiB of the renderer (its proportional share)."""

STARTS = 5
STANDS = """(state) => new Promise((done) => {
  const root = document.documentElement, look = () => { if (root.dataset.tournee === state) done(); };
  new MutationObserver(look).observe(root, { attributes: true });
  look();
})"""
"""Until the page stands so: at that moment, where Playwright's own wait looks twice a second."""

TIMED = """
import time

def timed_cards(office, reader):
    spent = []
    for _ in range(11):
        begun = time.perf_counter()
        reader.read_ps_card()
        reader.read_vitale()
        spent.append(time.perf_counter() - begun)
    return spent

def timed_certify(office, reader):
    from tournee.app.cards import read_ps, read_vitale, unlock
    from tournee.app.certify import certify_visit, pending_visits, visits_for

    ps = read_ps(reader)
    vitale = read_vitale(office, reader)
    unlock(reader, lambda: "1234")
    spent = []
    for row, visit in visits_for(pending_visits(office, ps), vitale):
        begun = time.perf_counter()
        certify_visit(office, reader, ps, vitale, row, visit)
        spent.append(time.perf_counter() - begun)
    return spent
"""


def run() -> None:
    """Both hosts in turn, then the tablet's start and memory; the load is told beside."""
    sys.path[:0] = [str(ROOT / "tests" / "page"), str(ROOT / "tests" / "web" / "browser")]
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        desk = _desk(playwright, home / "desk")
        tablet = _tablet(playwright, home / "tablet")
    print(f"load of the machine: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")
    median = statistics.median
    row(f"both cards, limit {CARDS}", median(tablet["cards"]), "desk", median(desk["cards"]))
    for rank, what in enumerate(("first", "second")):
        row(f"certify, {what}, limit {CERTIFY}", tablet["certify"][rank], "desk", desk["certify"][rank])
    row("start offline to the code's pad", median(tablet["pad"]), "limit", START)
    row("start offline to the round, code typed", median(tablet["round"]), "limit", START)
    row("renderer, MiB (shown as ms)", tablet["memory"] / 1000, "limit", MEMORY_MIB / 1000)


@contextmanager
def _board(folder: Path) -> Iterator[Any]:
    from tablet_page import SECRET

    from tournee.emulation.board import EmulatedBoard
    from tournee.emulation.cards import load_card

    with EmulatedBoard(flash=folder / "flash") as board:
        board.provision("SIM-01", SECRET)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("garnier"))
        yield board


def _tablet(playwright: Any, folder: Path) -> dict[str, Any]:
    from carer_day import Carer
    from tablet_page import Served, Tablet, launched, practice_files

    folder.mkdir()
    site = folder / "site"
    _build(site)
    served, opened = Served(site), []

    def launch() -> Any:
        opened.append(launched(playwright, folder / "profile"))
        return opened[-1]

    found: dict[str, Any] = {"pad": [], "round": []}
    with _board(folder) as board:
        carer = Carer(launch, served, board, folder / "profile")
        tablet = carer.open(practice_files(folder / "practice"))
        tablet.run(TIMED)
        with carer.linked(tablet):
            tablet.run("await import_once(DAY_TEXT)")
            found["cards"] = tablet.run("await ports().run_reader(timed_cards)")
            found["certify"] = tablet.run("await ports().run_reader(timed_certify)")
        opened[-1].close()
        served.stop()
        for _ in range(STARTS):
            context = launch()
            begun = time.perf_counter()
            tablet = Tablet(context.pages[0], served.address)
            tablet.page.evaluate(STANDS, "verrou")
            found["pad"].append(time.perf_counter() - begun)
            tablet.press()
            tablet.page.evaluate(STANDS, "ouverte")
            found["round"].append(time.perf_counter() - begun)
            tablet.page.locator(".shell:not(.is-blank)").wait_for()
            found["memory"] = _largest_renderer(folder / "profile")
            context.close()
    return found


def _build(site: Path) -> None:
    command = [sys.executable, str(ROOT / "tools" / "page"), str(site)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _desk(playwright: Any, folder: Path) -> dict[str, Any]:
    from carer_day import BUTTON, day
    from emulated_radio import STANDING_READ, EmulatedRadio
    from tablet_page import CONFIGURATION, launched, practice_files

    folder.mkdir()
    practice_files(folder / "practice")
    path = folder / "practice" / "tournee.toml"
    path.write_text(CONFIGURATION)
    (folder / "practice" / "lecteur.secret").chmod(0o600)
    with _board(folder) as board, _served_desk(path) as (ports, link):
        context = launched(playwright, folder / "profile")
        context.add_init_script(STANDING_READ)
        page = context.pages[0]
        page.goto(link)
        page.locator(".shell:not(.is-blank)").wait_for()
        page.evaluate(BUTTON)
        space: dict[str, Any] = {}
        exec(TIMED, space)  # the same text as in the tablet
        with EmulatedRadio(context.browser, SimpleNamespace(page=page, context=context), board.link_url):
            page.get_by_text("Relier", exact=True).click()
            page.locator("[data-lien]", has_text="relié").wait_for()

            def asked(work: Any) -> Any:
                told = ports(work)
                while not told.done():
                    page.wait_for_timeout(1)  # the radio goes on meanwhile
                return told.result()

            from tournee.app.visits.importing import import_day

            asked(lambda office, reader: import_day(office, day().encode(), "day.toml"))
            found = {
                "cards": asked(space["timed_cards"]),
                "certify": asked(space["timed_certify"]),
            }
        context.close()
    return found


@contextmanager
def _served_desk(path: Path) -> Iterator[Any]:
    """The desk's page on a free port: what runs a work with its reader, and its one-time link."""
    import socket

    from tournee.web.desk.server import desk, server

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    made = desk(path, port)
    served, loops = server(made.app), []

    async def stand() -> None:
        loops.append(asyncio.get_running_loop())
        await served.serve(sockets=[listener])
        await made.ports.close()

    thread = threading.Thread(target=lambda: asyncio.run(stand()), daemon=True)
    thread.start()
    while not served.started:
        time.sleep(0.02)

    def run_reader(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(made.ports.run_reader(work), loops[0])

    try:
        yield run_reader, f"http://localhost:{port}/#lien={made.entrance.new_link()}"
    finally:
        served.should_exit = True
        thread.join(10)


def _largest_renderer(profile: Path) -> float:
    """MiB of the largest process of this browser that shows pages."""
    from killed_browser import processes_of

    largest = 0
    for number, words in processes_of(profile).items():
        try:
            told = Path(f"/proc/{number}/smaps_rollup").read_text()
        except OSError:
            continue
        if any("--type=renderer" in word for word in words):
            share = next(one for one in told.splitlines() if one.startswith("Pss:"))
            largest = max(largest, int(share.split()[1]))
    return largest / 1024
