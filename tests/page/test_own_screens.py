"""The screens that only a tablet has: axe-core finds nothing on them, nothing stands out at the side."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from judged import wrong_with
from playwright.sync_api import Playwright, expect
from tablet_page import Served, Tablet, launched, practice_files

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

from watched_page import WatchedPage

LOOK = "() => import('/site_kept.js').then((one) => one.look())"
CHOSEN = "lecteur.secret, oct.pem, tournee.toml"
SECOND = "Tournée est déjà ouverte sur cet appareil."


class Standing:
    """A site of its own, and a browser in which nobody has been."""

    def __init__(self, site: Path, home: Path, playwright: Playwright) -> None:
        self.folder = home / "site"
        shutil.copytree(site, self.folder)
        self.files = practice_files(home / "practice")
        self.served = Served(self.folder)
        self.context = launched(playwright, home / "profile", has_touch=True, reduced_motion="reduce")

    def page(self) -> WatchedPage:
        return WatchedPage(self.context)


@pytest.fixture(scope="module")
def standing(
    site: Path, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    standing = Standing(site, tmp_path_factory.mktemp("own"), playwright)
    yield standing
    standing.context.close()
    standing.served.stop()


def test_the_self_test_has_no_finding(standing: Standing):
    page = standing.page()
    page.page.goto(f"{standing.served.address}essai.html")
    wrong = wrong_with(page, "essai")
    page.page.get_by_role("button", name="Commencer", exact=True).last.click()
    expect(page.page.locator("#coupure output")).to_contain_text("coupez : 1")
    page.page.reload()
    expect(page.page.get_by_label("Le nombre que vous aviez noté")).to_be_visible()
    assert wrong + wrong_with(page, "essai, after the cut") == []
    page.page.close()


def test_no_screen_from_the_first_code_to_a_refused_release_has_a_finding(standing: Standing):
    page, wrong = standing.page(), []
    tablet = Tablet(page.page, standing.served.address).until("neuve")

    def look(name: str) -> None:
        expect(page.page.locator("h1:visible").last).to_be_visible()
        wrong.extend(wrong_with(page, name))

    look("first code")
    tablet.press()
    page.page.get_by_role("heading", name="Encore une fois").wait_for()
    look("the same again")
    tablet.press("111222")
    expect(page.page.locator("[data-erreur]")).to_contain_text("ne sont pas les mêmes")
    look("two that differ")
    tablet.choose().until("installation")
    look("installation")
    page.page.get_by_role("link", name="Relier au cabinet").click()
    tablet.until("ouverte")
    expect(page.title).to_have_text("Relier cette tablette")
    look("joining a new one")
    page.show("/cabinet/reprendre")
    look("taking a lost one back")
    page.page.goto("about:blank")

    Tablet(page.page, standing.served.address).unlock().until("installation")
    page.page.set_input_files("#installation input", standing.files)
    expect(page.page.get_by_label("Choisir les fichiers")).to_have_accessible_description(CHOSEN)
    page.page.click("#installation button")
    tablet.until("ouverte")
    expect(page.page.locator(".tabs")).to_be_visible()
    page.show("/cabinet")
    look("the only copy")
    page.show("/verrouillage")
    look("locking")
    second = standing.page()
    Tablet(second.page, standing.served.address).until("arret")
    expect(second.page.get_by_role("heading", name=SECOND)).to_be_visible()
    wrong.extend(wrong_with(second, "a second tab"))
    second.page.close()

    told = json.loads((standing.folder / "release.json").read_text())
    (standing.folder / "release.json").write_text(json.dumps(told | {"signature": "AAAA"}))
    assert page.page.evaluate(LOOK)["state"] == "refused"
    look("a release that is refused")
    page.touch("Compris")
    page.show("/verrouillage")
    page.touch("Verrouiller maintenant")
    tablet.until("verrou")
    look("locked")
    for left in ("4 essais", "3 essais", "2 essais", "1 essai"):
        tablet.unlock("111222")
        expect(page.page.locator("[data-essais]")).to_contain_text(left)
    look("a wrong code")
    tablet.unlock("111222").until("attente")
    look("waiting")
    assert wrong == []
