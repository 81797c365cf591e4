"""Releases of the page in the browser: which are taken, which are refused, and what is said of them.

One tablet for all, in a folder whose files change; what is refused leaves it as it was.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright
from tablet_page import Served, launched

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "page"))

from signing import RELEASE, new_key, sign

FILE = "tablet.css"
LOOK = "() => import('/site_kept.js').then((one) => one.look())"
FIRST = 1_000
REPLACES = """async () => {
  const registration = await (await navigator.serviceWorker.getRegistration()).update();
  const next = registration.installing;
  if (next) await new Promise((done) => next.addEventListener("statechange", done, { once: true }));
  return Boolean(registration.waiting);
}"""
"""The browser looks for another guardian; whether one waits."""
RUNNING = f"() => fetch('/{FILE}').then((one) => one.text())"


class Site:
    """The folder that is served, its key, and a tablet's page on it."""

    def __init__(self, folder: Path, page: Page, key: Path) -> None:
        self.folder, self.page, self.key, self.version = folder, page, key, FIRST

    def look(self) -> dict[str, str]:
        return self.page.evaluate(LOOK)

    def running(self) -> str:
        """The last line of the file as the tablet has it."""
        return self.page.evaluate(RUNNING).splitlines()[-1]

    def release(self, text: str, key: Path | None = None, version: int | None = None) -> None:
        """Another version of the file, signed."""
        self.change(text)
        sign(self.folder, key or self.key, self.version + 1 if version is None else version)

    def change(self, text: str) -> None:
        file = self.folder / FILE
        file.write_text(f"{file.read_text()}/* {text} */\n")

    def take(self) -> None:
        """The carer takes what is offered."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Prendre la mise à jour").click()
        self.page.locator("html[data-tournee=neuve]").wait_for(state="attached")
        self.version += 1


@pytest.fixture(scope="module")
def opened(playwright: Playwright, site: Path, tmp_path_factory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("releases")
    folder, key = home / "site", home / "cle.pem"
    shutil.copytree(site, folder)
    new_key(key)
    sign(folder, key, FIRST)
    served = Served(folder)
    context = launched(playwright, home / "profile")
    page = context.pages[0]
    page.goto(served.address)
    page.locator("html[data-tournee=neuve]").wait_for(state="attached")
    yield Site(folder, page, key)
    context.close()
    served.stop()


@pytest.fixture
def tablet(opened: Site) -> Iterator[Site]:
    """The tablet and its site, as it runs; afterwards the server has that again."""
    before = {name: (opened.folder / name).read_bytes() for name in (FILE, RELEASE, "service_worker.js")}
    version = opened.version
    yield opened
    if opened.version == version:
        for name, data in before.items():
            (opened.folder / name).write_bytes(data)


def refused(tablet: Site, why: str, words: str) -> None:
    running = tablet.running()
    assert tablet.look() == {"state": "refused", "why": why}
    said = tablet.page.get_by_role("alert").filter(has_text="refusée")
    assert words in said.inner_text()
    said.get_by_role("button").click()
    assert tablet.page.get_by_role("button", name="Prendre la mise à jour").is_hidden()
    assert tablet.running() == running


def test_the_same_site_is_nothing_to_say(tablet: Site):
    assert tablet.look() == {"state": "same"}


def test_a_newer_release_of_its_key_is_asked_about_and_then_runs(tablet: Site):
    running = tablet.running()
    tablet.release("deux")
    assert tablet.look() == {"state": "ready"}
    assert tablet.running() == running
    tablet.take()
    assert tablet.running() == "/* deux */"
    assert tablet.look() == {"state": "same"}


def test_a_file_that_was_changed_after_it_was_signed_is_refused(tablet: Site):
    tablet.release("trois")
    tablet.change("en route")
    refused(tablet, "fichier", "un de ses fichiers")


def test_an_older_release_and_another_under_the_same_number_are_refused(tablet: Site):
    tablet.release("ancienne", version=FIRST)
    refused(tablet, "version", "plus ancienne")
    tablet.release("autre", version=tablet.version)
    refused(tablet, "version", "sous le même numéro")


def test_a_release_of_another_key_is_refused(tablet: Site, tmp_path: Path):
    new_key(tmp_path / "autre.pem")
    tablet.release("autre", tmp_path / "autre.pem")
    refused(tablet, "cle", "pas signée")


def test_a_list_without_signature_or_with_anothers_is_refused(tablet: Site):
    file = tablet.folder / RELEASE
    told = json.loads(file.read_text())
    file.write_text(json.dumps(told | {"list": told["list"].replace('"version": ', '"version": 9')}))
    refused(tablet, "signature", "fausse")
    for text in ("", "{}", "<!doctype html>"):
        file.write_text(text)
        refused(tablet, "liste", "ne se lit pas")
    file.unlink()
    refused(tablet, "liste", "manque")


def test_another_guardian_than_the_signed_one_is_said(tablet: Site):
    worker = tablet.folder / "service_worker.js"
    worker.write_text(worker.read_text() + "// another\n")
    refused(tablet, "gardien", "protège cette page")


def test_a_release_with_another_guardian_is_what_that_one_watches(tablet: Site):
    worker = tablet.folder / "service_worker.js"
    worker.write_text(worker.read_text() + "// next\n")
    tablet.release("gardien")
    assert tablet.page.evaluate(REPLACES)
    assert tablet.look() == {"state": "ready"}
    tablet.take()
    assert tablet.running() == "/* gardien */"
    assert tablet.look() == {"state": "same"}


def test_a_key_that_was_handed_over_to_is_followed_and_the_one_before_is_none_any_more(tablet: Site):
    home = tablet.folder.parent
    second, third, forged = (home / f"{name}.pem" for name in ("deux", "trois", "faux"))
    new_key(second, tablet.key)
    new_key(third, second)  # the tablet never saw a release of the second
    new_key(forged, second)
    passages = json.loads((home / "faux.pem.passages.json").read_text())
    passages[-1]["signature"] = passages[0]["signature"]
    (home / "faux.pem.passages.json").write_text(json.dumps(passages))
    tablet.release("faux", forged)
    refused(tablet, "cle", "pas signée")
    tablet.release("passée", third)
    assert tablet.look() == {"state": "ready"}
    tablet.take()
    tablet.release("retour", tablet.key)
    refused(tablet, "cle", "pas signée")
    sign(tablet.folder, third, tablet.version + 1)
    assert tablet.look() == {"state": "ready"}
    tablet.take()
    tablet.key = third  # whatever test comes next
