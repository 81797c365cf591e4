"""A carer's day on her tablet, by its own screens: ten visits and what goes wrong, her evening, a refusal.

The page is its own host; its reader is reached by the page's radio, its evening leaves by the practice's
server, exim and dovecot, and the emulated OCT answers there.
"""

import io
import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from emulated_radio import EmulatedRadio
from joined import Carers, behind_a_server, join
from judged import wrong_with
from mail_servers import MailServers
from PIL import Image
from playwright.sync_api import Playwright, expect
from tablet_page import SECRET, Tablet

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

import planned_day
from carer import Carer
from planned_day import DAY, OTHER_DAYS
from practice_desk import CODE
from watched_page import WatchedPage

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.emulation.cards.content import card_content
from tournee.emulation.population import NURSE
from tournee.reader.label import printed_code

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
SENDING_MS = 60_000
MIDDLE = 5  # segments of a signature: it takes some fourteen
SITE_S = 240
IN_PAGE = Path(__file__).with_name("day_in_page.py").read_text()
PLANNING = Path(planned_day.__file__).read_text()
LATER = (
    ("moreau", "Thomas Moreau"),
    ("lambert", "Yvonne Lambert"),
    ("santini", "Maria Santini"),
    ("robin", "Ines Robin"),
    ("pereira", "Antonio Pereira"),
    ("casanova", "Ange Casanova"),
)
SIGNED = """
QUERY = (
    "SELECT count(DISTINCT sheet.invoice), count(DISTINCT invoice.visit) FROM sheet JOIN invoice"
    " ON sheet.invoice = invoice.id WHERE state NOT IN ('made', 'sealed', 'abandoned')"
)


def asked(office):
    return [*office.journal.db.tuples(QUERY)[0], *office.journal.health.check()]


await ports().ask_journal(asked)
"""


class Hand:
    """Puts cards into the reader and takes them out, as `Carer` asks of a desk."""

    def __init__(self, board: EmulatedBoard) -> None:
        self.board = board

    def insert(self, card: str, slot: str = "vitale") -> None:
        self.board.insert(slot, load_card(card))

    def remove(self, slot: str = "vitale") -> None:
        self.board.remove(slot)


@pytest.fixture(scope="module")
def carers(
    site: Path, mail_servers: MailServers, tmp_path_factory: pytest.TempPathFactory, playwright: Playwright
) -> Iterator[Carers]:
    with behind_a_server(site, mail_servers, tmp_path_factory.mktemp("jour"), playwright) as carers:
        carers.board.remove("vitale")
        yield carers


@pytest.fixture(scope="module")
def page(carers: Carers) -> WatchedPage:
    """Her tablet held upright, joined to the practice."""
    size = {"width": 800, "height": 1280}
    return WatchedPage(carers.browser("tablette", viewport=size, has_touch=True, reduced_motion="reduce"))


def plan(tablet: Tablet) -> None:
    """Have the round planned in the tablet's journal."""
    contents = {name: card_content(name).zone for name in (*DAY, *OTHER_DAYS)}
    tablet.run(IN_PAGE)
    tablet.run(PLANNING)
    tablet.run(f"await ports().ask_journal(lambda office: plan_day(office, {contents!r}, {NURSE!r}))")


def signed(tablet: Tablet) -> object:
    """Invoices that are signed, and visits that they are of; what is wrong with the journal."""
    return tablet.run(IN_PAGE + SIGNED)


def pair(page: WatchedPage) -> None:
    """Choose the reader, and give the code of its label."""
    page.show("/jumeler")
    page.touch("Relier par ce navigateur")
    page.page.get_by_role("textbox", name="Code de l’étiquette").fill(printed_code(SECRET))
    page.touch("Jumeler")
    expect(page.page.locator(".status .lock")).to_be_visible()


def visit(carer: Carer, card: str, name: str) -> None:
    carer.insert(card, name)
    carer.verify()
    carer.sign()


def paper() -> bytes:
    """A small JPEG, as a camera's."""
    made = io.BytesIO()
    Image.new("RGB", (200, 280), "white").save(made, "JPEG")
    return made.getvalue()


def begin_with_a_wrong_code(carer: Carer) -> None:
    carer.page.show("/tournee")
    carer.page.touch(re.compile("Saisissez votre code porteur"))
    carer.page.code("0000")
    expect(carer.page.title).to_have_text("Ce n’est pas le bon code")
    carer.page.code(CODE)
    carer.at_round()


def another_card_while_a_visit_is_open(carer: Carer) -> None:
    carer.insert("barbier", "Kevin Barbier")
    carer.put_in("lambert")
    expect(carer.page.title).to_have_text(re.compile("Yvonne Lambert"))
    expect(carer.page.page.get_by_text("Vous étiez chez Kevin Barbier")).to_be_visible()
    visit(carer, "barbier", "Kevin Barbier")


def reader_lost_in_the_middle_of_a_signature(carer: Carer, radio: EmulatedRadio) -> None:
    carer.insert("hoarau", "Jean Hoarau")
    carer.verify()
    radio.after(MIDDLE, radio.lose)
    carer.page.hold()
    expect(carer.page.page.locator(".status .far")).to_be_visible()
    radio.bring_back()
    carer.signed()  # without a touch


def without_card(carer: Carer) -> None:
    """One visit waits for its card, one is billed without."""
    carer.open_visit("Ange Casanova")
    carer.page.touch("Sans carte")
    carer.page.touch("Garder, carte plus tard")
    carer.at_round()
    carer.open_visit("Robert Garnier")
    carer.page.touch("Sans carte")
    carer.page.page.locator(".reasons label").nth(1).click()
    carer.page.touch("Facturer sans carte")
    carer.sign()
    carer.page.show("/tournee")


def locked_at_a_visit(carer: Carer, tablet: Tablet) -> None:
    """The card that is in opens its visit again; the code porteur is forgotten."""
    carer.page.forgive("status of 401")  # what is asked of a page that locked
    carer.insert("moreau", "Thomas Moreau")
    carer.page.show("/verrouillage")
    carer.page.touch("Verrouiller maintenant")
    tablet.until("verrou")
    assert "Moreau" not in carer.page.page.content()
    tablet.press().until("ouverte")
    expect(carer.page.title).to_have_text("Thomas Moreau")
    carer.page.touch(re.compile("^Vérifier"))
    expect(carer.page.title).to_have_text("Code porteur")
    carer.page.code(CODE)
    expect(carer.page.page.locator("[data-hold]")).to_be_visible()
    carer.sign()


def a_mistake_undone(carer: Carer) -> None:
    carer.page.touch(re.compile("Annuler cette facture"))
    carer.page.touch("Oui, annuler")
    carer.at_round()
    carer.take_out()


def take_answers(carers: Carers, page: WatchedPage) -> None:
    """What the OCT answers once all has left is fetched by a touch."""
    hero = page.page.locator(".hero h1")
    expect(hero).to_have_text(re.compile("envoyée"), timeout=SENDING_MS)
    carers.mail.answered()
    page.show("/envoi")
    page.touch("Relever les réponses")
    expect(hero).to_have_text(re.compile("acceptée"), timeout=SENDING_MS)


def send(carers: Carers, carer: Carer) -> None:
    """Everything leaves in one touch; what the OCT answers later is fetched by another."""
    page = carer.page
    carers.mail.wait()
    page.show("/envoi")
    assert carer.touches
    page.touch("Envoyer la journée")
    expect(page.page.locator(".hero h1")).to_have_text(re.compile("10.envoyées"), timeout=SENDING_MS)
    assert carer.touches == 1
    take_answers(carers, page)


def send_though_an_answer_is_lost(carers: Carers, carer: Carer) -> None:
    """The message arrives at the server, its answer does not come back: she goes on, and it leaves once."""
    page = carer.page
    (worker,) = page.page.workers
    worker.evaluate(LOSES_ANSWERS)
    carers.mail.wait()
    page.show("/envoi")
    page.touch("Envoyer la journée")
    again = page.page.get_by_role("button", name="Reprendre l’envoi")
    again.click(timeout=SENDING_MS)
    expect(again).to_be_hidden()
    assert worker.evaluate("() => self.lost") == [200]
    take_answers(carers, page)


def correct(carer: Carer) -> None:
    """Another prescription is photographed, and the visit signed again."""
    page = carer.page
    page.show("/tournee")
    page.touch(re.compile("^À régler"))
    page.touch(re.compile("Ange Casanova.*Corriger"))
    page.touch(re.compile("^Corriger"))
    file = {"name": "o.jpg", "mimeType": "image/jpeg", "buffer": paper()}
    page.page.set_input_files("#detail input[type=file]", file)
    expect(page.page.locator("#detail")).to_contain_text("Photo prise")
    page.page.get_by_text("Une autre, de ce jour").check()
    page.page.get_by_label("Jour de l’ordonnance").fill(str(date.today() - timedelta(days=3)))
    page.touch(re.compile("^Préparer"))
    expect(page.title).to_have_text("À régler")
    visit(carer, "casanova", "Ange Casanova")
    carer.pay_and_remove()


@pytest.mark.timeout(SITE_S + 400)  # the site is built in it where that was not done
def test_a_day_of_ten_visits_is_signed_sent_and_accepted_one_after_its_correction(
    carers: Carers, page: WatchedPage
):
    wrong: list[str] = []
    opened = Tablet(page.page, carers.cabinet.link())
    tablet = join(carers, opened, lambda name: wrong.extend(wrong_with(page, name)))
    assert wrong == []
    plan(tablet)
    carer = Carer(Hand(carers.board), page)
    with EmulatedRadio(page.context.browser, page, carers.board.link_url) as radio:
        pair(page)
        begin_with_a_wrong_code(carer)
        visit(carer, "chevalier", "Lucien Chevalier")
        carer.remove()
        another_card_while_a_visit_is_open(carer)
        carer.pay_and_remove()
        reader_lost_in_the_middle_of_a_signature(carer, radio)
        carer.pay_and_remove()
        without_card(carer)
        locked_at_a_visit(carer, tablet)
        a_mistake_undone(carer)
        for card, name in LATER:
            visit(carer, card, name)
            carer.pay_and_remove()
        expect(page.page.locator("h1").first).to_have_text("Journée finie")
        assert signed(tablet) == [10, 10]

        send(carers, carer)
        expect(page.title).to_have_text(re.compile("9.acceptées, 1.refusée"))
        expect(page.page.locator("a.n-bad")).to_contain_text("l’ordonnance n’est pas la bonne")
        correct(carer)
        carers.mail.relent()
        send_though_an_answer_is_lost(carers, carer)
        expect(page.title).to_have_text(re.compile("^1.acceptée$"))
        assert len(carers.mail.oct.known_files) == carers.mail.messages == 2
        assert signed(tablet) == [11, 10]
    assert page.unforgiven() == []
