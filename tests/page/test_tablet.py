"""The host in the page: it starts, keeps what it was given, flushes each commit, and is opened once."""

from tablet_page import Opened, Served, Tablet

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


def test_a_new_tablet_asks_for_its_files_then_opens_on_the_round(browser: Opened, served: Served, practice):
    tablet = Tablet(browser().pages[0], served.address).install(practice)
    tablet.page.get_by_role("navigation", name="Principal").wait_for()
    tablet.page.locator("#liste, #detail").get_by_role("heading").first.wait_for()
    assert tablet.said == []


def test_every_commit_flushes_the_file_once(browser: Opened, served: Served, practice):
    tablet = Tablet(browser().pages[0], served.address).install(practice)
    assert tablet.run(COMMITS) == [1] * 20


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


def test_a_second_tab_is_told_that_the_first_is_open(browser: Opened, served: Served, practice):
    context = browser()
    Tablet(context.pages[0], served.address).install(practice)
    second = Tablet(context.new_page(), served.address).until("arret")
    assert "déjà ouverte" in second.page.locator("#demarrage h1").inner_text()
