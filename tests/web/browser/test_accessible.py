"""Every screen in every size and theme: axe-core finds nothing, nothing stands out at the side."""

from __future__ import annotations

import pytest
from practice_desk import PracticeDesk
from watched_page import OpenPage

SCREENS = (
    *("/tournee", "/envoi", "/envoi/cours", "/hors-ligne", "/regler", "/tableau", "/nulle-part"),
    *("/droits", "/patients/1/droits"),
)
"""Addresses of a practice in which nothing was done yet."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["tablet", "wide", "phone"])
def test_screens_have_no_finding(standing_desk: PracticeDesk, open_page: OpenPage, size: str, theme: str):
    page = open_page(size, theme)
    page.enter(standing_desk.link)
    page.forgive("status of 404")
    found = {}
    for address in SCREENS:
        page.show(address)
        found[address] = [*page.axe(), *page.overflow()]
    assert found == {address: [] for address in SCREENS}
