"""A page of the real browser whose every complaint is kept, and what a carer does on it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

sys.path.insert(0, str(Path(__file__).parents[3] / "tools" / "page"))

import fetched

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = """async (only) => {
  const found = await axe.run({ runOnly: only, resultTypes: ["violations"] });
  const told = (rule) => (node) => `${rule.id}: ${node.html.slice(0, 200)}`;
  return found.violations.flatMap((rule) => rule.nodes.map(told(rule)));
}"""
_REFUSED = re.compile("status of 409")  # an error screen: the carer is told


class WatchedPage:
    """The page of a desk. `complaints` holds what the console, the policy and the scripts complained about;
    `forgive` takes words that one of them may hold: a test that cuts something says so.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._forgiven: list[re.Pattern[str]] = [_REFUSED]
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)

    def forgive(self, words: str) -> None:
        """A complaint with these words (an expression) is what the test brought about."""
        self._forgiven.append(re.compile(words))

    def unforgiven(self) -> list[str]:
        """The complaints that nobody brought about."""
        return [one for one in self.complaints if not any(words.search(one) for words in self._forgiven)]

    def enter(self, link: str) -> None:
        """Open the one-time link, until the round is shown."""
        self.page.goto(link)
        expect(self.page.locator(".tabs")).to_be_visible()
        expect(self.title).not_to_be_empty()

    def show(self, address: str) -> None:
        """Open a screen by its address, until it is shown."""
        self.page.evaluate(
            """(address) => new Promise((shown, never) => {
              const late = setTimeout(() => never(new Error(`${address} is not shown`)), 25000);
              const heard = (event) => {
                if (event.detail.address !== address) return;
                document.removeEventListener("tournee:shown", heard);
                clearTimeout(late);
                shown();
              };
              document.addEventListener("tournee:shown", heard);
              if (location.hash === `#${address}`) dispatchEvent(new HashChangeEvent("hashchange"));
              else location.hash = address;
            })""",
            address,
        )

    @property
    def address(self) -> str:
        """Of the screen that is shown."""
        return self.page.url.partition("#")[2]

    @property
    def title(self) -> Locator:
        """The heading of the screen that is shown, the detail's where two panes are."""
        return self.page.locator(".pane:not([hidden]) h1").last

    def touch(self, words: str | re.Pattern[str]) -> None:
        """Touch the button or link of these words."""
        named = self.page.get_by_role("button", name=words).or_(self.page.get_by_role("link", name=words))
        named.first.click()

    def hold(self, selector: str = "[data-hold]") -> None:
        """Hold the button that signs until it has."""
        self.page.locator(selector).hover()
        self.page.mouse.down()
        holding = self.page.locator(".holding")
        expect(holding).to_have_count(1)
        expect(holding).to_have_count(0)
        self.page.mouse.up()

    def code(self, digits: str) -> None:
        """Give a code on the pad."""
        for digit in digits:
            self.page.locator(f'[data-key="{digit}"]').click()

    def axe(self, rules: Sequence[str] = ()) -> list[str]:
        """What axe-core has against the screen as it is, by all rules or by these."""
        if not self.page.evaluate("() => Boolean(window.axe)"):
            source = (fetched.fetch("axe-core") / "axe.min.js").read_text("utf-8")
            self.page.evaluate(f"() => {{ {source} }}")
        only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": _RULES}
        found: list[str] = self.page.evaluate(_AXE, only)
        return found

    def resize(self, width: int, height: int) -> None:
        """Another size of window, until the screen is shown in it."""
        self.page.set_viewport_size({"width": width, "height": height})
        expect(self.title).to_be_visible()

    def overflow(self) -> list[str]:
        """What stands out of the window at its side."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll(".pane:not([hidden]) *")]
              .filter((one) => one.checkVisibility() && !one.closest(".sr, dialog:not([open])"))
              .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
              .map((one) => one.outerHTML.slice(0, 120))"""
        )
        return found

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> int:
        """The status of a request that the page's own script makes."""
        given = json.dumps({"method": method, "headers": headers or {}})
        status: int = self.page.evaluate(
            f"(path) => fetch(path, {given}).then((answer) => answer.status)", path
        )
        return status

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} {message.location.get('url', '')}")

    def _failed(self, request: Request) -> None:
        gone = request.failure or ""
        if "ERR_ABORTED" not in gone:
            self.complaints.append(f"request: {request.url} {gone}")


OpenPage = Callable[..., WatchedPage]
"""Opens a window of a size, a theme and what else a context takes."""
