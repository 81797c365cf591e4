"""The device is turned: what is typed or said on the screen stays, the one beside it comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from carer import Carer
from playwright.sync_api import expect
from practice_desk import PracticeDesk
from watched_page import WatchedPage

UPRIGHT, ACROSS = ({"width": 800, "height": 1280}, {"width": 1280, "height": 800})


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        desk.serve()
        yield desk


def test_the_visit_that_stands_beside_the_round_is_not_the_one_she_is_at(
    desk: PracticeDesk, page: WatchedPage
):
    carer = Carer(desk, page)
    carer.begin()
    for size, card, name in ((ACROSS, "lambert", "Yvonne Lambert"), (UPRIGHT, "moreau", "Thomas Moreau")):
        page.page.set_viewport_size(ACROSS)
        expect(page.page.locator("#detail")).to_be_visible()
        page.page.set_viewport_size(size)
        carer.insert(card, name)
        carer.take_out()
        page.show("/tournee")


def test_what_is_typed_and_found_stays_when_the_device_is_turned(desk: PracticeDesk, page: WatchedPage):
    page.show("/patients")
    search = page.page.locator("input[type=search]")
    search.fill("moreau")
    row = page.page.locator("#liste a.row")
    expect(row.first).to_contain_text("MOREAU", ignore_case=True)
    found = row.all_inner_texts()
    for size in (ACROSS, UPRIGHT, ACROSS):
        page.page.set_viewport_size(size)
        expect(page.page.locator("#detail")).to_be_visible(visible=size is ACROSS)
        expect(search).to_have_value("moreau")
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
