"""Python's memory as the tablet keeps it for its next start: when it is used, what it holds, when it goes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright
from tablet_page import CODE, SECRET, Served, Tablet, launched, practice_files
from test_tablet import COMMITS

from tournee.reader.label import printed_code

BEGUN = """() => new Promise((done) => {
  const look = () => { if (self.tournee) done(self.tournee.isTakenUp); else setTimeout(look, 20); };
  look();
})"""
OPENED = """
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("depart", { create: true });
  const names = [];
  for await (const name of folder.keys()) names.push(name);
"""
NAMES = f"async () => {{ {OPENED} return names; }}"
CHANGED = f"""async ([place, byte]) => {{
  {OPENED}
  const writable = await (await folder.getFileHandle(names[0])).createWritable({{ keepExistingData: true }});
  await writable.write({{ type: "write", position: place, data: Uint8Array.of(byte) }});
  await writable.close();
}}"""
HOLDS = f"""async (words) => {{
  {OPENED}
  const file = await (await folder.getFileHandle(names[0])).getFile();
  const text = new TextDecoder("latin1").decode(await file.arrayBuffer());
  const raw = (hex) => String.fromCharCode(...hex.match(/../g).map((one) => parseInt(one, 16)));
  return words.map((hex) => text.includes(raw(hex)));
}}"""
KEYS = """
from pathlib import Path
from tournee.store import journal_key
from tournee.web.tablet.host import _begun
[journal_key(Path("/cabinet/journal.db")).hex(), _begun[0].vault._key.hex()]
"""
CHANCE = "import random, tempfile; [random.random(), next(tempfile._get_candidate_names())]"
GARBAGE = """
import gc
def loops(count):
    for _ in range(count):
        one = []
        one.append(one)
loops(30_000)
[gc.isenabled(), gc.get_count()[0] > 30_000]
"""
BREAKS = "() => { try { self.tournee.python._api.fatal_error(new Error('a trial')); } catch {} }"
READ_LATER = """
import sys, importlib, cbor2
before = "segno" in sys.modules
[before, importlib.import_module("segno").make("1").version, cbor2.dumps({1: b"2"}).hex(), str(cbor2._cbor2)]
"""
TRIES, IN_THE_HEAP = 12, 4096 + 40_000


@pytest.fixture(scope="module")
def installed(
    site: Path, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tablet]:
    """A tablet that was installed, and looked at from the self-test: nothing of it runs."""
    home, served = tmp_path_factory.mktemp("kept"), Served(site)
    context = launched(playwright, home / "profile")
    tablet = Tablet(context.pages[0], served.address).install(practice_files(home / "practice"))
    tablet.address = served.address
    yield tablet
    context.close()
    served.stop()


@pytest.fixture
def tablet(installed: Tablet) -> Tablet:
    """It, looked at from the self-test, with a memory that is kept."""
    if not beside(installed, NAMES):
        assert not begins_by_it(installed)
    return installed


def begins_by_it(tablet: Tablet) -> bool:
    """Start it, up to its code: whether it began by a memory that was kept."""
    tablet.page.goto("about:blank")
    tablet.page.goto(tablet.address)
    tablet.until("verrou")
    (worker,) = tablet.page.workers
    return worker.evaluate(BEGUN)


def opened(tablet: Tablet) -> None:
    assert begins_by_it(tablet)
    tablet.press().until("ouverte")


def beside(tablet: Tablet, work: str, *given: object) -> object:
    """Something done to its files while no host runs."""
    tablet.page.goto(f"{tablet.address}essai")
    return tablet.page.evaluate(work, *given)


def test_later_starts_begin_by_the_memory_that_was_kept_and_chance_is_another_each_time(tablet: Tablet):
    (kept,) = beside(tablet, NAMES)
    assert re.fullmatch("[0-9a-f]{16}", kept)
    assert begins_by_it(tablet)
    first = tablet.run(CHANCE)
    assert begins_by_it(tablet)
    second = tablet.run(CHANCE)
    assert first[0] != second[0]
    assert first[1] != second[1]
    assert beside(tablet, NAMES) == [kept]


def test_a_commit_is_flushed_once_and_what_was_not_imported_is_read_when_it_is_asked_for(tablet: Tablet):
    opened(tablet)
    assert tablet.run(COMMITS.replace("essai.db", "essai-2.db")) == [1] * 20
    before, version, encoded, library = tablet.run(READ_LATER)
    assert (before, version, encoded) == (False, "M1", "a1014132")
    assert "site-packages/cbor2/_cbor2" in library


def test_the_worker_that_follows_a_lock_begins_by_it_too(tablet: Tablet):
    opened(tablet)
    tablet.page.locator(".shell:not(.is-blank)").wait_for()
    with tablet.page.expect_worker():
        tablet.page.evaluate("() => { location.hash = '#/reglages'; }")
        tablet.page.get_by_role("button", name="Verrouiller maintenant").first.click()
    tablet.until("verrou")
    (worker,) = tablet.page.workers
    assert worker.evaluate(BEGUN)


def test_garbage_is_collected_after_an_answer_and_never_while_something_is_suspended(tablet: Tablet):
    opened(tablet)
    assert tablet.run(GARBAGE) == [False, True]
    assert tablet.page.evaluate("() => fetch('/ecran/tournee').then((answer) => answer.status)") == 200
    assert tablet.run("import gc; gc.get_count()[0] < 20_000")


def test_a_python_that_breaks_is_followed_by_another_which_asks_for_the_code(tablet: Tablet):
    opened(tablet)
    tablet.page.locator(".shell:not(.is-blank)").wait_for()
    (worker,) = tablet.page.workers
    with tablet.page.expect_worker():
        worker.evaluate(BREAKS)
    tablet.until("verrou").press().until("ouverte")
    tablet.page.locator(".shell:not(.is-blank)").wait_for()


def test_it_holds_no_key_code_or_name_of_the_practice(tablet: Tablet):
    opened(tablet)
    keys = tablet.run(KEYS)
    code = printed_code(SECRET)
    words = [
        *keys,
        *(word.encode().hex() for word in (*keys, CODE, code, code.replace("-", ""), "fse@oct.example")),
    ]
    told = beside(tablet, HOLDS, [*words, b"tournee.web.tablet.host".hex()])
    assert told == [False] * len(words) + [True]


@pytest.mark.parametrize(
    ("place", "byte"),
    [(0, 1), (IN_THE_HEAP, 0x5A), (TRIES, 2)],
    ids=["its head is damaged", "its memory is damaged", "two starts by it did not end"],
)
def test_one_that_is_no_good_is_made_anew(tablet: Tablet, place: int, byte: int):
    beside(tablet, CHANGED, [place, byte])
    assert not begins_by_it(tablet)
    tablet.press().until("ouverte")
    assert begins_by_it(tablet)


def test_one_of_another_release_goes(tablet: Tablet):
    (kept,) = beside(tablet, NAMES)
    beside(
        tablet,
        f"async () => {{ {OPENED} await (await folder.getFileHandle(names[0])).move('0000000000000000'); }}",
    )
    assert not begins_by_it(tablet)
    assert beside(tablet, NAMES) == [kept]
