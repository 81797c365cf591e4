"""A browser that cannot suspend Python: its worker stands still on shared memory; all goes as elsewhere."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joined import Carers, behind_a_server, joined, ready, show
from mail_servers import MailServers
from playwright.sync_api import Playwright, expect
from tablet_page import Opened, Served, Tablet

from tournee.emulation.cards.content import card_content

NOT_THERE_YET = "Failed to load resource: the server responded with a status of 404 (Not Found)"
"""Of the journal's copy, before there is one: the page asks the server in the worker's place."""
CAN = "() => ['Suspending' in WebAssembly, crossOriginIsolated]"
PATIENTS = "() => fetch('/ecran/patients').then((one) => one.status)"
HANGS = """([method, start]) => {
  const real = self.fetch;
  self.hung = new Promise((told) => {
    self.fetch = (path, rest) => {
      if (rest?.method !== method || !String(path).startsWith(start)) return real(path, rest);
      told(path);
      const { signal } = rest;
      self.left = new Promise((why) => signal.addEventListener("abort", () => why(signal.reason.message)));
      return new Promise((_, failed) => signal.addEventListener("abort", () => failed(signal.reason)));
    };
  });
  self.answers = () => { self.fetch = real; };
}"""
"""The server takes this, and says nothing."""
MEETS = """
from tournee.app.practice.patients import meet
from tournee.billing.zones.card import patients_from_groups
from tournee.formats import zones


await ports().ask_journal(lambda office: meet(office, patients_from_groups(zones.decode(ZONE))[0]) and None)
"""
"""A step of the journal's: a patient's file."""
FETCHES = """
from tournee.app.evening.run import take_in
fetching = asyncio.ensure_future(ports().run_courier(lambda office: take_in(office, lambda *told: None)))
None
"""
SLOWED = 6  # times, a tablet beside this machine
TOUCHED_MS = 5_000  # the worker stands still: what is not there by now never comes
ENDED_S = 15  # the lock's own end, another worker and its Python, on a machine that is busy
SIGNED = 4  # two invoices, their two lots


@pytest.fixture(scope="module")
def carers(
    standing_site: Path,
    mail_servers: MailServers,
    tmp_path_factory: pytest.TempPathFactory,
    playwright: Playwright,
) -> Iterator[Carers]:
    home = tmp_path_factory.mktemp("debout")
    with behind_a_server(standing_site, mail_servers, home, playwright) as carers:
        yield carers


@pytest.fixture(scope="module")
def tablet(carers: Carers) -> Tablet:
    """One that was joined to its practice."""
    tablet = joined(carers)
    assert tablet.page.evaluate(CAN) == [False, True]
    return tablet


def opened(carers: Carers, tablet: Tablet) -> Tablet:
    """The page anew, on the settings."""
    tablet = Tablet(tablet.page, carers.cabinet.address).unlock().until("ouverte")
    ready(tablet)
    return tablet


def locks(tablet: Tablet) -> float:
    """Touch the lock; the seconds until the page asks for the code and another worker is there."""
    begun = time.monotonic()
    with tablet.page.expect_worker():
        tablet.page.get_by_role("button", name="Verrouiller maintenant").first.click()
    tablet.until("verrou")
    assert tablet.page.evaluate(PATIENTS) == 401
    return time.monotonic() - begun


def sends(tablet: Tablet, far: Callable[[], bool]) -> None:
    """Send the day, until it is so far; the code porteur is given where the page asks for it: it has not seen
    yet that the card was opened by another.
    """
    page, go = tablet.page, tablet.page.get_by_role("button", name="Envoyer la journée")
    asked = page.get_by_role("heading", name="Code porteur")
    go.click()
    while not far():
        if asked.is_visible():
            tablet.press("1234")
            asked.wait_for(state="hidden")
            go.click()
        page.wait_for_timeout(10)


def test_a_site_without_headers_is_loaded_once_more_and_then_has_shared_memory(
    browser: Opened, standing_site: Path
):
    server = Served(standing_site)
    tablet = Tablet(browser().pages[0], server.address).until("neuve")
    assert tablet.page.evaluate(CAN) == [False, True]
    assert tablet.said == []
    server.stop()


def test_a_slow_tablet_reads_signs_and_sends_a_day_though_it_is_stopped_between_two_lots(
    carers: Carers, tablet: Tablet
):
    page = tablet.page
    ready(tablet)
    tablet.run("await import_once(DAY_TEXT)")
    card = carers.board.cards["ps"]
    with carers.linked(tablet) as radio:
        assert tablet.run("await asyncio.gather(cards(1), cards(1), cards(1))") == [1, 1, 1]
        assert tablet.run("await ports().run_reader(signed)") == 2
        radio.quiet = lambda: card.signatures == SIGNED - 1  # from the first lot's signature on
        show(tablet, "/envoi")
        slowed = page.context.new_cdp_session(page)
        slowed.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        sends(tablet, lambda: card.signatures >= SIGNED - 1)
        page.get_by_role("button", name="Arrêter après ce message").click(timeout=TOUCHED_MS)
        slowed.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        radio.quiet = bool
        expect(page.locator(".hero h1")).to_have_text("Vous avez arrêté l’envoi.")
        assert card.signatures == SIGNED - 1
        page.get_by_role("button", name="Reprendre l’envoi").click()
        expect(page.locator(".hero h1")).to_have_text(re.compile("2.(envoyées, sans réponse|acceptées)"))
        assert tablet.run("await state()") == {"invoices": 2, "problems": []}
    carers.mail.answered()
    assert len(carers.mail.oct.known_files) == 1
    assert carers.board.cards["ps"].signatures == SIGNED
    assert set(tablet.said) <= {NOT_THERE_YET}


def test_the_lock_ends_a_wait_for_a_reader_that_is_lost(carers: Carers, tablet: Tablet):
    tablet = opened(carers, tablet)
    with carers.linked(tablet) as radio:
        show(tablet, "/reglages")
        tablet.page.get_by_role("button", name="Verrouiller maintenant").first.wait_for()
        lost = []
        radio.after(8, lambda: lost.append(radio.lose()))
        tablet.run("reading = asyncio.ensure_future(cards(20)); None")
        while not lost:
            tablet.page.wait_for_timeout(10)
        assert locks(tablet) < ENDED_S


def test_the_lock_ends_a_wait_for_a_server_that_does_not_answer(carers: Carers, tablet: Tablet):
    tablet = opened(carers, tablet)
    show(tablet, "/reglages")
    tablet.page.get_by_role("button", name="Verrouiller maintenant").first.wait_for()
    tablet.page.evaluate(HANGS, ["GET", "/v1/returns"])
    tablet.run(FETCHES)
    assert tablet.page.evaluate("() => self.hung") == "/v1/returns"
    assert locks(tablet) < ENDED_S


def test_the_journals_copy_gives_way_to_a_screen_that_she_asks_for_and_goes_on_later(
    carers: Carers, tablet: Tablet
):
    tablet = opened(carers, tablet)
    page = tablet.page
    page.evaluate(HANGS, ["PUT", "/v1/journals/"])
    tablet.run(f"ZONE = {card_content('robin').zone!r}\n{MEETS}")
    assert page.evaluate("() => self.hung").startswith("/v1/journals/")
    assert page.evaluate(PATIENTS) == 200
    assert page.evaluate("() => self.left") == "laissé pour l’écran"
    page.evaluate("() => { self.answers(); dispatchEvent(new Event('online')); }")
    show(tablet, "/cabinet")
    expect(page.get_by_text("La copie est à jour.")).to_be_visible()
