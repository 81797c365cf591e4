"""The tablet's lock in the browser: what the files show without the code, what is forgotten when it locks.

One tablet for all, with a day that was signed; it is locked where a test begins.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from carer_day import Carer
from playwright.sync_api import Playwright, TimeoutError
from tablet_page import CODE, SECRET, Served, Tablet, launched, practice_files

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader.label import printed_code

IN_FILES = """(hex) => {
  const text = (bytes) => new TextDecoder("latin1").decode(bytes);
  const wanted = text(Uint8Array.from(hex.match(/../g), (one) => parseInt(one, 16)));
  return self.tournee.pool.slots.some(({ handle }) => {
    const bytes = new Uint8Array(handle.getSize());
    handle.read(bytes, { at: 0 });
    return text(bytes).includes(wanted);
  });
}"""
IN_HEAP = """(keys) => {
  const text = (bytes) => new TextDecoder("latin1").decode(bytes);
  const heap = text(self.tournee.python._module.HEAPU8);
  const raw = (hex) => text(Uint8Array.from(hex.match(/../g), (one) => parseInt(one, 16)));
  return keys.filter((hex) => heap.includes(hex) || heap.includes(raw(hex)));
}"""
STARTED = """() => new Promise((done) => {
  const look = () => { if (self.tournee) done(); else setTimeout(look, 20); };
  look();
})"""
NIR = "2550699999001"
PATIENTS = """() => fetch("/ecran/patients").then((one) => one.text())
  .then((told) => told.includes("Garnier"))"""
KEYS = """
from pathlib import Path
from tournee.store import journal_key
from tournee.web.tablet.host import _begun
[journal_key(Path("/cabinet/journal.db")).hex(), _begun[0].vault._key.hex()]
"""
UNLOCKED = """
def unlocked(office, reader):
    unlock(reader, lambda: "1234")
    return reader.cards().ps.name

await ports().run_reader(unlocked)
"""
PS = "await ports().run_reader(lambda office, reader: reader.cards().ps.name)"
SHORT = """
from tournee.web.tablet.host import _begun
_begun[0].door.lock_after = 0.5
None
"""


@pytest.fixture(scope="module")
def carer(playwright: Playwright, site: Path, tmp_path_factory) -> Iterator[Carer]:
    """A carer with her reader and cards, in a browser of their own."""
    folder, served = tmp_path_factory.mktemp("locked"), Served(site)
    opened = []

    def launch():
        opened.append(launched(playwright, folder / "profile"))
        return opened[-1]

    with EmulatedBoard(flash=folder / "flash") as board:
        board.provision("SIM-01", SECRET)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("garnier"))
        carer = Carer(launch, served, board, folder / "profile")
        carer.address = served.address
        carer.tablet = carer.open(practice_files(folder / "practice"))
        yield carer
        opened[-1].close()
    served.stop()


@pytest.fixture
def tablet(carer: Carer) -> Tablet:
    """Her tablet, locked, out of reach of its reader."""
    carer.tablet.page.goto("about:blank")
    carer.tablet.page.goto(carer.address)
    return carer.tablet.until("verrou")


def lock(tablet: Tablet) -> None:
    """By the button of the settings, until another worker is there; it opens on them again. A card that is in
    the reader may open its own screen before the button is touched.
    """
    with tablet.page.expect_worker():
        while True:
            tablet.page.evaluate("() => { location.hash = '#/reglages'; }")
            with suppress(TimeoutError):
                tablet.page.get_by_role("button", name="Verrouiller maintenant").first.click(timeout=5000)
                break
    tablet.until("verrou")


def in_heap(tablet: Tablet, keys: list[str]) -> list[str]:
    """Those of these keys that Python's memory has, as bytes or in hexadecimal."""
    (worker,) = tablet.page.workers
    worker.evaluate(STARTED)
    return worker.evaluate(IN_HEAP, keys)


def test_no_name_number_or_key_is_in_the_files_and_none_in_memory_once_it_is_locked(carer: Carer):
    tablet = carer.tablet
    with carer.linked(tablet):
        assert tablet.run("await whole(DAY_TEXT)")["visits"] == 2
        assert tablet.run(UNLOCKED) == "UNLOCKED"
        keys = tablet.run(KEYS)
        (worker,) = tablet.page.workers
        assert worker.evaluate(IN_FILES, b"SQLite format 3".hex())
        tablet.page.wait_for_function(PATIENTS)  # her card is read and kept
        code = printed_code(SECRET)
        words = ("GARNIER", "Garnier", NIR, code, code.replace("-", ""), *keys)
        for secret in (*(word.encode().hex() for word in words), *keys, SECRET.hex()):
            assert not worker.evaluate(IN_FILES, secret)
        assert keys[-1] in in_heap(tablet, keys)
        lock(tablet)
        assert in_heap(tablet, keys) == []
        carer.ready(tablet.unlock().until("ouverte"))
        assert tablet.run(PS) == "PRESENT"
        lock(tablet)


def test_what_is_asked_of_a_locked_tablet_is_refused(tablet: Tablet):
    ask = "(path) => fetch(path).then((one) => one.status)"
    for path in ("/ecran/tournee", "/ecran/patients", "/nouvelles?depuis=-"):
        assert tablet.page.evaluate(ask, path) == 401


def test_an_idle_tablet_locks_by_itself(tablet: Tablet):
    tablet.unlock().until("ouverte")
    with tablet.page.expect_worker():
        tablet.run(SHORT)
    tablet.until("verrou")


def test_her_code_is_changed_in_the_settings_and_the_first_opens_no_more(tablet: Tablet):
    tablet.unlock().until("ouverte")
    tablet.page.locator(".shell:not(.is-blank)").wait_for()
    tablet.page.evaluate("() => { location.hash = '#/verrouillage/code'; }")
    tablet.page.get_by_role("heading", name="Code de l’appareil").wait_for()
    tablet.press("830264")
    tablet.page.get_by_role("heading", name="Encore une fois").wait_for()
    tablet.press("830264")
    tablet.page.get_by_role("heading", name="Verrouillage", exact=True).wait_for()
    lock(tablet)
    tablet.unlock(CODE)
    tablet.page.get_by_text("Encore 4 essais").wait_for()
    tablet.unlock("830264").until("ouverte")
    lock(tablet)


def test_after_five_wrong_codes_even_the_right_one_waits_and_a_reload_shortens_nothing(tablet: Tablet):
    for left in ("4 essais", "3 essais", "2 essais", "1 essai"):
        tablet.unlock("111222")
        tablet.page.get_by_text(f"Encore {left}").wait_for()
    tablet.unlock("111222").until("attente")
    tablet.page.reload()
    tablet.unlock("830264").until("attente")
    assert "seconde" in tablet.page.locator("[data-attente]").inner_text()
