"""A carer's day over the page's own radio: ten visits, and what goes wrong on one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from carer import Carer
from emulated_radio import NAME, STANDING_READ, EmulatedRadio
from playwright.sync_api import Browser, expect
from practice_desk import CODE, PracticeDesk
from signed_once import signed_once
from watched_page import OpenPage, WatchedPage

SENDING_MS = 60_000


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits; the reader comes by the page, over the protected channel."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        desk.protect(NAME, secrets.token_bytes(32))
        desk.configure_port(f"page:{NAME}", "etiquette")
        desk.serve()
        yield desk


@pytest.fixture
def page(desk: PracticeDesk, open_page: OpenPage) -> WatchedPage:
    page = open_page()
    page.context.add_init_script(STANDING_READ)
    page.enter(desk.link)
    return page


def link(page: WatchedPage) -> None:
    """Link the reader on its screen, and come back to the round."""
    page.show("/lecteur")
    page.page.locator('[data-relier="ble"]').click()
    expect(page.page.locator("[data-lien]")).to_have_text(f"{NAME} relié")
    page.show("/tournee")


@pytest.mark.timeout(300)
def test_ten_visits_with_what_goes_wrong(desk: PracticeDesk, page: WatchedPage, browser: Browser):
    carer = Carer(desk, page)
    shown = page.page
    with EmulatedRadio(browser, page, desk.board.link_url) as radio:
        link(page)

        # a wrong code first
        desk.insert("infirmiere", "ps")
        page.touch(re.compile("Saisissez votre code porteur"))
        page.code("0000")
        expect(page.title).to_have_text("Ce n’est pas le bon code")
        page.code(CODE)
        carer.at_round()

        carer.insert("chevalier", "Lucien Chevalier")
        carer.verify()
        carer.sign()
        carer.remove()

        # another patient's card, while a visit is open
        carer.insert("barbier", "Kevin Barbier")
        carer.put_in("lambert")
        expect(page.title).to_have_text(re.compile("Yvonne Lambert"))
        expect(shown.get_by_text("Vous étiez chez Kevin Barbier")).to_be_visible()
        carer.insert("barbier", "Kevin Barbier")
        carer.verify()
        carer.sign()
        carer.pay_and_remove()

        # the reader is lost in the middle of the signature, and taken up without a touch
        carer.insert("hoarau", "Jean Hoarau")
        carer.verify()
        page.hold()
        radio.lose()
        expect(shown.locator(".status .far")).to_be_visible()
        radio.bring_back()
        carer.signed()
        carer.pay_and_remove()

        # no card: one visit waits for it, one is billed without
        carer.open_visit("Ange Casanova")
        page.touch("Sans carte")
        page.touch("Garder, carte plus tard")
        carer.at_round()
        carer.open_visit("Robert Garnier")
        page.touch("Sans carte")
        shown.locator(".reasons label").nth(1).click()
        page.touch("Facturer sans carte")
        carer.sign()
        page.show("/tournee")

        # a mistake undone, and the visit done again
        carer.insert("moreau", "Thomas Moreau")
        carer.verify()
        carer.sign()
        page.touch(re.compile("Annuler cette facture"))
        page.touch("Oui, annuler")
        carer.at_round()
        carer.take_out()
        for card, name in (
            ("moreau", "Thomas Moreau"),
            ("lambert", "Yvonne Lambert"),
            ("santini", "Maria Santini"),
            ("robin", "Ines Robin"),
            ("pereira", "Antonio Pereira"),
            ("casanova", "Ange Casanova"),
        ):
            carer.insert(card, name)
            carer.verify()
            carer.sign()
            carer.pay_and_remove()
        expect(shown.locator("h1").first).to_have_text("Journée finie")
        assert signed_once(desk) == 10

        # the evening: everything goes in one touch, and the answers come
        carer.touches  # noqa: B018
        page.show("/envoi")
        page.touch("Envoyer la journée")
        expect(page.title).to_have_text(re.compile("9.acceptées, 1.refusée"), timeout=SENDING_MS)
        assert carer.touches == 1
