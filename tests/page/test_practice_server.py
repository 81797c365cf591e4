"""A tablet behind its practice's server: joined by QR code, copied, its evening mailed; lost, and rebuilt."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from cabinet import Cabinet
from carer_day import day
from playwright.sync_api import BrowserContext, Playwright, expect
from tablet_page import SECRET, Tablet, launched

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

from emulated_radio import STANDING_READ, EmulatedRadio
from mail_servers import MailServers
from real_mail import OctByMail

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader.label import printed_code

WAIT_MS = 60_000
LOSES_ANSWERS = """() => {
  const real = self.fetch;
  self.lost = [];
  self.fetch = async (path, told) => {
    const answer = await real(path, told);
    if (String(path).startsWith("/v1/messages/") && !self.lost.length) {
      self.lost.push(answer.status);
      throw new TypeError("network changed");
    }
    return answer;
  };
}"""
"""In the tablet's worker: the first message arrives whole, and its answer does not come back."""

expect.set_options(timeout=WAIT_MS)


class Carers:
    """What the module's tests share: the server, the mail behind it, the browser's profiles, the reader."""

    def __init__(
        self, playwright: Playwright, cabinet: Cabinet, mail: OctByMail, board: EmulatedBoard
    ) -> None:
        self.cabinet, self.mail, self.board = cabinet, mail, board
        self._playwright = playwright
        self.contexts: list[BrowserContext] = []
        self.recovery = ""

    def open(self, profile: str, address: str) -> Tablet:
        """The page in a browser of this profile."""
        folder = self.cabinet.folder.parent / profile
        context = launched(self._playwright, folder, self.cabinet.trusted)
        context.add_init_script(STANDING_READ)
        context.set_default_timeout(WAIT_MS)
        self.contexts.append(context)
        return Tablet(context.pages[0], address)

    def close(self) -> None:
        """The browser that was opened last."""
        self.contexts.pop().close()


@pytest.fixture(scope="module")
def carers(
    site: Path, mail_servers: MailServers, tmp_path_factory: pytest.TempPathFactory, playwright: Playwright
) -> Iterator[Carers]:
    home = tmp_path_factory.mktemp("cabinet")
    made = Cabinet(home / "cabinet", site)
    with OctByMail(made.folder, mail_servers) as mail, EmulatedBoard(flash=home / "flash") as board:
        mail.set_route(made.config)
        board.provision("SIM-01", SECRET)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("garnier"))
        with made as cabinet:
            carers = Carers(playwright, cabinet, mail, board)
            yield carers
            while carers.contexts:
                carers.close()


@pytest.fixture(scope="module")
def tablet(carers: Carers) -> Tablet:
    """One that was joined by scanning the code; its copy is up to date."""
    tablet = carers.open("une", carers.cabinet.link())
    tablet.choose().until("ouverte")
    page = tablet.page
    expect(page.get_by_text("Le code du cabinet est lu.")).to_be_visible()
    assert "#/cabinet/relier" in page.url  # the code is in no address
    page.get_by_label("Nom de cet appareil").fill("Tablette 1")
    page.get_by_role("button", name="Relier").click()
    expect(page.get_by_role("heading", name="Reliée au cabinet")).to_be_visible()
    page.get_by_role("button", name="Continuer").click()
    tablet.unlock().until("ouverte")
    page.get_by_role("button", name="Donner le code").click()
    expect(page.locator(".recovery span")).to_have_count(7)
    carers.recovery = "-".join(page.locator(".recovery span").all_inner_texts())
    assert re.fullmatch(r"([A-Z2-7]{4}-){6}[A-Z2-7]{4}", carers.recovery)
    page.get_by_role("button", name="Il est noté").click()
    expect(page.get_by_text("La copie est à jour.")).to_be_visible()
    assert tablet.said == []
    return tablet


def show(tablet: Tablet, address: str) -> None:
    tablet.page.evaluate("(address) => { location.hash = `#${address}`; }", address)


def steps(carers: Carers, tablet: Tablet) -> tuple[object, object]:
    """The journal's last step, here and in the server's copy."""
    here = tablet.run("await ports().ask_journal(lambda office: office.journal.db.last_step)")
    (there,) = carers.cabinet.rows("SELECT max(step) FROM part WHERE whole = 1")
    return here, there[0]


def ready(tablet: Tablet) -> None:
    source = Path(__file__).with_name("day_in_page.py").read_text()
    tablet.run(source + f"\nDAY_TEXT = {day()!r}\n")


def test_a_copy_that_is_cut_goes_on_from_there_and_the_screen_says_what_is_only_here(
    carers: Carers, tablet: Tablet
):
    page, line = tablet.page, carers.cabinet.line
    ready(tablet)
    before = carers.cabinet.rows("SELECT count(*) FROM part")
    line.cut_after(3000)
    tablet.run("await import_once(DAY_TEXT)")
    show(tablet, "/envoi")
    expect(page.get_by_text("Ce qui est fait depuis la dernière copie n’est qu’ici.")).to_be_visible()
    expect(page.locator(".status .copy")).to_be_visible()
    assert line.is_cut
    assert carers.cabinet.rows("SELECT count(*) FROM part") == before
    line.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".status .copy")).to_be_hidden()
    show(tablet, "/cabinet")
    expect(page.get_by_text("La copie est à jour.")).to_be_visible()
    here, there = steps(carers, tablet)
    assert here == there


def test_her_evening_goes_by_the_server_once_though_an_answer_is_lost_on_the_way(
    carers: Carers, tablet: Tablet
):
    page = tablet.page
    show(tablet, "/jumeler")
    air = SimpleNamespace(page=page, context=page.context)
    with EmulatedRadio(page.context.browser, air, carers.board.link_url):
        page.get_by_role("button", name="Relier par ce navigateur").first.click()
        page.get_by_role("textbox", name="Code de l’étiquette").fill(printed_code(SECRET))
        page.get_by_role("button", name="Jumeler").click()
        expect(page.locator(".status .lock")).to_be_visible()
        assert tablet.run("await ports().run_reader(signed)") == 2
        (worker,) = page.workers
        worker.evaluate(LOSES_ANSWERS)
        show(tablet, "/envoi")
        page.get_by_role("button", name="Envoyer la journée").click()
        again = page.get_by_role("button", name="Reprendre l’envoi")
        again.click()
        expect(again).to_be_hidden()
        expect(page.locator(".hero h1")).to_have_text(re.compile("2.envoyées, sans réponse"))
        assert worker.evaluate("() => self.lost") == [200]
        carers.mail.answered()
        assert len(carers.mail.oct.known_files) == 1


def test_what_the_server_keeps_names_no_patient(carers: Carers, tablet: Tablet):
    folder = carers.cabinet.folder / "serveur"
    kept = b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.parent.name != "letters"
    )
    assert len(kept) > 50_000
    for word in (b"GARNIER", b"Garnier", carers.recovery.encode(), b"[lecteur]"):
        assert word not in kept


def test_a_tablet_that_is_lost_comes_back_whole_in_another_browser(carers: Carers, tablet: Tablet):
    tablet = Tablet(tablet.page, carers.cabinet.address).unlock().until("ouverte")
    show(tablet, "/cabinet")
    expect(tablet.page.get_by_text("La copie est à jour.")).to_be_visible()
    ready(tablet)
    before = tablet.run("await state()")
    carers.close()
    other = carers.open("neuve", carers.cabinet.link("Tablette 1"))
    page = other.choose().until("ouverte").page
    page.get_by_role("link", name=re.compile("Reprendre une tablette perdue")).click()
    page.get_by_label("Code de secours").fill(carers.recovery.lower())
    page.get_by_role("button", name="Reprendre").click()
    expect(page.get_by_role("heading", name="Le cabinet est de retour")).to_be_visible()
    page.get_by_role("button", name="Continuer").click()
    other.unlock().until("ouverte")
    expect(page.get_by_text("La copie est à jour.")).to_be_visible()
    ready(other)
    assert other.run("await state()") == before
    show(other, "/envoi")
    page.get_by_role("button", name="Relever les réponses").click()
    expect(page.locator(".hero h1")).to_have_text(re.compile("Rien de nouveau|2.acceptées"))
