"""The host in the page: it starts, keeps what it was given, flushes each commit, and is opened once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright
from tablet_page import Opened, Served, Tablet, launched, practice_files

ASKED = "(address) => fetch(address).then((answer) => answer.text()).catch(() => 'refused')"

COMMITS = """
import sqlite3, tournee_page
connection = sqlite3.connect("/cabinet/essai.db", isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA synchronous = FULL")
connection.execute("CREATE TABLE told (what TEXT)")
found = []
for n in range(20):
    before = tournee_page.flushes()
    connection.execute("INSERT INTO told VALUES (?)", (str(n) * 100,))
    found.append(tournee_page.flushes() - before)
connection.close()
found
"""


@pytest.fixture(scope="module")
def standing(
    site: Path, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tablet]:
    """A tablet that stands installed for those who only look."""
    folder, server = tmp_path_factory.mktemp("standing"), Served(site)
    context = launched(playwright, folder / "profile")
    yield Tablet(context.pages[0], server.address).install(practice_files(folder / "practice"))
    context.close()
    server.stop()


def test_a_new_tablet_asks_for_its_files_then_opens_on_the_round(standing: Tablet):
    standing.page.get_by_role("navigation", name="Principal").wait_for()
    standing.page.locator("#liste, #detail").get_by_role("heading").first.wait_for()
    assert standing.said == []


def test_every_commit_flushes_the_file_once(standing: Tablet):
    assert standing.run(COMMITS) == [1] * 20


def test_a_second_tab_is_told_that_the_first_is_open(standing: Tablet):
    second = Tablet(standing.page.context.new_page(), standing.page.url.partition("#")[0]).until("arret")
    assert "déjà ouverte" in second.page.locator("#demarrage h1").inner_text()


def test_another_sites_page_reads_nothing_of_it_and_frames_nothing(standing: Tablet, tmp_path: Path):
    tablet = standing.page.url.partition("#")[0]
    (tmp_path / "index.html").write_text(f'<title>Another site</title><iframe src="{tablet}"></iframe>')
    other = Served(tmp_path)
    stranger = standing.page.context.new_page()
    stranger.goto(other.address)
    assert stranger.evaluate(ASKED, f"{tablet}ecran/tournee") == "refused"
    assert stranger.frames[1].url.startswith("chrome-error:")
    other.stop()


def test_it_starts_without_network_in_a_new_browser_with_its_journal(
    browser: Opened, served: Served, practice
):
    first = browser()
    Tablet(first.pages[0], served.address).install(practice)
    first.close()
    served.stop()
    tablet = Tablet(browser().pages[0], served.address).unlock().until("ouverte")
    tablet.page.get_by_role("navigation", name="Principal").wait_for()
    assert tablet.run("import os; sorted(os.listdir('/cabinet'))")[:3] == [
        "coffre.json",
        "etat",
        "journal.db",
    ]
