"""The device is turned: what is typed or said on the screen stays, the one beside it comes."""

from __future__ import annotations

from playwright.sync_api import expect
from practice_desk import PracticeDesk
from watched_page import WatchedPage

UPRIGHT, ACROSS = ({"width": 800, "height": 1280}, {"width": 1280, "height": 800})


def test_what_is_typed_and_found_stays_when_the_device_is_turned(desk: PracticeDesk, page: WatchedPage):
    page.show("/patients")
    search = page.page.locator("input[type=search]")
    search.fill("martin")
    row = page.page.locator("#liste a.row")
    expect(row.first).to_contain_text("MARTIN", ignore_case=True)
    found = row.all_inner_texts()
    for size in (ACROSS, UPRIGHT, ACROSS):
        page.page.set_viewport_size(size)
        expect(page.page.locator("#detail")).to_be_visible(visible=size is ACROSS)
        expect(search).to_have_value("martin")
        assert row.all_inner_texts() == found


def test_a_wrong_code_is_still_told_when_the_device_is_turned(desk: PracticeDesk, page: WatchedPage):
    desk.insert("infirmiere", "ps")
    expect(page.page.locator(".status .lock")).to_be_visible()
    page.show("/code?vers=%2Flecteur")
    page.code("9999")
    expect(page.page.locator(".hero .lead")).to_contain_text("Encore 2 essais")
    page.page.set_viewport_size(ACROSS)
    page.forgive("status of 401")
    assert page.ask("GET", "/ecran/lecteur") == 401  # what was asked for before is answered
    expect(page.page.locator(".hero .lead")).to_contain_text("Encore 2 essais")
