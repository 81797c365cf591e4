"""The page's own cable (Web Serial), emulated: both cards and a signature by it, pulled and put back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from carer import Carer
from emulated_cable import EmulatedCable
from emulated_radio import NAME
from playwright.sync_api import expect
from practice_desk import PracticeDesk
from signed_once import signatures, signed_once
from watched_page import OpenPage


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits; the reader comes by the page, over the protected channel."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        desk.protect(NAME, secrets.token_bytes(32))
        desk.configure_port(f"page:{NAME}", "etiquette")
        desk.serve()
        yield desk


def test_both_cards_are_read_and_a_visit_signed_by_the_pages_own_cable(
    desk: PracticeDesk, open_page: OpenPage
):
    page = open_page()
    with EmulatedCable(page, desk.board.link_url) as cable:
        page.enter(desk.link)
        carer = Carer(desk, page)
        page.show("/lecteur")
        page.touch("Relier par câble")
        expect(page.page.locator("[data-lien]")).to_have_text("Lecteur relié")
        page.show("/tournee")
        carer.begin()
        carer.insert("chevalier", "Lucien Chevalier")
        carer.verify()
        carer.sign()
        carer.remove()

        # pulled, and taken up again without a touch
        cable.pull()
        expect(page.page.locator(".status .far")).to_be_visible()
        cable.plug()
        carer.insert("barbier", "Kevin Barbier")
        carer.verify()
        carer.sign()
        assert signed_once(desk) == signatures(desk) == 2
        assert cable.written > 1000
