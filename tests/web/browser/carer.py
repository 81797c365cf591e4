"""What a carer does on the page in a day, by touch and by card; each touch is counted."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from practice_desk import CODE, PracticeDesk
from watched_page import WatchedPage

_COUNTING = """(() => {
  window.touches = 0;
  document.addEventListener("pointerdown", () => { window.touches += 1; }, true);
})();"""
_TAKE = "() => { const made = window.touches; window.touches = 0; return made; }"
_HAND_MS = 1_500
SIGNED_MS = 30_000


class Carer:
    """The carer at a page that is in; `cps` is in the reader from the start, its code is given when asked."""

    def __init__(self, desk: PracticeDesk, page: WatchedPage) -> None:
        self.desk, self.page = desk, page
        page.page.evaluate(_COUNTING)

    @property
    def touches(self) -> int:
        """How often the screen was touched since the last call; a hold is one."""
        count: int = self.page.page.evaluate(
            "() => { const made = window.touches; window.touches = 0; return made; }"
        )
        return count

    def begin(self) -> None:
        """Put the professional's card in and give its code."""
        self.desk.insert("infirmiere", "ps")
        self.page.touch(re.compile("Saisissez votre code porteur"))
        expect(self.page.title).to_have_text("Code porteur")
        self.page.code(CODE)
        expect(self.page.page.locator(".status .kept")).to_be_visible()
        self.at_round()
        assert self.touches

    def at_round(self) -> None:
        """The round is shown."""
        expect(self.page.page.locator("#liste .headline, #liste .hero").first).to_be_visible()
        assert self.page.address == "/tournee"

    def insert(self, card: str, name: str) -> None:
        """A patient's card goes in: her visit opens by itself."""
        self.put_in(card)
        expect(self.page.title).to_have_text(name)
        expect(self.page.page.locator(".note.n-ok:visible, .note.n-bad:visible").first).to_be_visible()

    def put_in(self, card: str) -> None:
        """A patient's card goes in, after the one that is there."""
        if self.desk.board.cards["vitale"] is not None:
            self.take_out()
        self.desk.insert(card)

    def verify(self) -> None:
        """On to the last look before the signature."""
        self.page.touch(re.compile("^Vérifier"))
        expect(self.page.page.locator("[data-hold]")).to_be_visible()

    def sign(self) -> None:
        """Hold until it is signed."""
        self.page.hold()
        self.signed()

    def signed(self) -> None:
        """It is signed."""
        expect(self.page.title).to_have_text(re.compile("Sécurisé|Scellé"), timeout=SIGNED_MS)

    def pay(self, words: str) -> None:
        """The patient pays what is due."""
        self.page.touch(words)

    def pay_and_remove(self) -> None:
        """The card comes out; who owes something pays in cash."""
        due = self.page.page.get_by_role("button", name="Espèces")
        if due.count():
            due.click()
        self.remove()

    def take_out(self) -> None:
        """The card comes out, and stays out for as long as a hand needs to take another."""
        self.desk.remove()
        self.page.page.wait_for_timeout(_HAND_MS)

    def remove(self) -> None:
        """The card comes out: the round comes back."""
        self.desk.remove()
        self.at_round()

    def open_visit(self, name: str) -> None:
        """Open a visit from the round."""
        self.page.page.locator("#liste").get_by_text(name).first.click()
        expect(self.page.title).to_have_text(name)
