"""An evening: sent by exim, answered, fetched from dovecot; a refusal is corrected, the page locks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from carer import Carer
from mail_servers import MailServers
from playwright.sync_api import expect
from practice_desk import PracticeDesk
from real_mail import RealMail
from watched_page import WatchedPage

SENDING_MS = 90_000


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits, not served yet."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        yield desk


@pytest.fixture
def mail(desk: PracticeDesk, mail_servers: MailServers) -> Iterator[RealMail]:
    """Exim and dovecot between the practice and its OCT; the page is served over them."""
    with RealMail(desk, mail_servers) as mail:
        desk.serve()
        yield mail


def ended(page: WatchedPage) -> None:
    """The sending is over."""
    expect(page.page.locator(".hero h1")).to_be_visible(timeout=SENDING_MS)


@pytest.mark.timeout(240)
def test_sent_answered_refused_corrected_and_locked(desk: PracticeDesk, mail: RealMail, page: WatchedPage):
    carer = Carer(desk, page)
    carer.begin()
    for card, name in (("chevalier", "Lucien Chevalier"), ("casanova", "Ange Casanova")):
        carer.insert(card, name)
        carer.verify()
        carer.sign()
        carer.pay_and_remove()

    page.show("/envoi")
    assert carer.touches
    page.touch("Envoyer la journée")
    ended(page)
    assert carer.touches == 1
    assert page.axe() == []
    mail.answered()
    assert len(mail.oct.known_files) == 1

    page.show("/envoi")
    page.touch("Relever les réponses")
    ended(page)
    expect(page.title).to_have_text(re.compile("1.refusée"))
    page.show("/regler")
    row = page.page.locator("a.row").filter(has_text="Casanova")
    expect(row).to_be_visible()
    assert page.axe() == []
    row.click()
    expect(page.title).to_contain_text("Casanova")
    assert page.axe() == []
    page.touch(re.compile("^Corriger"))
    expect(page.title).to_have_text(re.compile("Photographier|Nouvelle facture"))
    assert page.axe() == []
    carer.touches  # noqa: B018

    page.forgive("status of (401|423)|WebSocket")  # what is asked of a page that locked
    page.show("/verrouillage")
    page.touch("Verrouiller maintenant")
    expect(page.page.locator("[data-rouvrir]")).to_be_visible()
    assert page.axe() == []
    page.page.locator("[data-rouvrir]").click()
    expect(page.page.locator(".status .lock")).to_be_visible()
