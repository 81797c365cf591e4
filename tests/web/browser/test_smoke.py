"""The page starts: the round is shown, nothing complains."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from practice_desk import PracticeDesk
from watched_page import WatchedPage


def test_the_round_is_shown_and_the_token_leaves_the_address(desk: PracticeDesk, page: WatchedPage):
    expect(page.page.locator(".headline")).to_have_text(re.compile(r"\d+.visites"))
    assert page.page.url == f"{desk.origin}/#/tournee"


def test_a_card_that_goes_in_is_heard_of(desk: PracticeDesk, page: WatchedPage):
    desk.insert("infirmiere", "ps")
    expect(page.page.locator(".status .lock")).to_be_visible()
