"""Carers behind a practice's server that mails for them: their browsers, their reader, one air around it."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from cabinet import Cabinet
from carer_day import day
from playwright.sync_api import BrowserContext, Playwright, expect
from tablet_page import SECRET, Tablet, launched

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

from emulated_radio import STANDING_READ, EmulatedRadio
from mail_servers import MailServers
from real_mail import OctByMail

from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card
from tournee.reader.label import printed_code

WAIT_MS = 60_000

expect.set_options(timeout=WAIT_MS)


class Carers:
    """What the module's tests share: the server, the mail behind it, the browser's profiles, the reader."""

    def __init__(
        self, playwright: Playwright, cabinet: Cabinet, mail: OctByMail, board: EmulatedBoard
    ) -> None:
        self.cabinet, self.mail, self.board = cabinet, mail, board
        self._playwright = playwright
        self.contexts: list[BrowserContext] = []
        self.recovery = ""

    def browser(self, profile: str, *more: str, **options: object) -> BrowserContext:
        """A browser of this profile."""
        folder = self.cabinet.folder.parent / profile
        context = launched(self._playwright, folder, self.cabinet.trusted, *more, **options)
        context.add_init_script(STANDING_READ)
        context.set_default_timeout(WAIT_MS)
        self.contexts.append(context)
        return context

    def open(self, profile: str, address: str) -> Tablet:
        """The page in it."""
        return Tablet(self.browser(profile).pages[0], address)

    def close(self) -> None:
        """The browser that was opened last."""
        self.contexts.pop().close()

    @contextmanager
    def linked(self, tablet: Tablet) -> Iterator[EmulatedRadio]:
        """The air around the page; the reader is paired in it by the code of its label, then the patient's
        card goes in, and opens.
        """
        page = tablet.page
        if self.board.cards["vitale"] is not None:
            self.board.remove("vitale")  # of a reader that was paired before it would open at once
        show(tablet, "/jumeler")
        air = SimpleNamespace(page=page, context=page.context)
        with EmulatedRadio(page.context.browser, air, self.board.link_url) as radio:
            page.get_by_role("button", name="Relier par ce navigateur").first.click()
            page.get_by_role("textbox", name="Code de l’étiquette").fill(printed_code(SECRET))
            page.get_by_role("button", name="Jumeler").click()
            expect(page.locator(".status .lock")).to_be_visible()
            self.board.insert("vitale", load_card("garnier"))
            expect(page).to_have_url(re.compile("#/(carte|visite|serie)"))
            yield radio


@contextmanager
def behind_a_server(
    site: Path, mail_servers: MailServers, home: Path, playwright: Playwright
) -> Iterator[Carers]:
    """The server with this site, mail behind it, a reader with its cards."""
    made = Cabinet(home / "cabinet", site)
    with OctByMail(made.folder, mail_servers) as mail, EmulatedBoard(flash=home / "flash") as board:
        mail.set_route(made.config)
        board.provision("SIM-01", SECRET)
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("garnier"))
        with made as cabinet:
            carers = Carers(playwright, cabinet, mail, board)
            yield carers
            while carers.contexts:
                carers.close()


def joined(carers: Carers, name: str = "Tablette 1") -> Tablet:
    """A tablet that was joined by scanning the code; its copy is up to date."""
    return join(carers, carers.open(name, carers.cabinet.link()), name=name)


def join(
    carers: Carers,
    tablet: Tablet,
    look: Callable[[str], object] = lambda name: None,
    name: str = "Tablette 1",
) -> Tablet:
    """Join one that was opened by the link of the QR code, until its copy is up to date; `look` is called at
    each screen on the way.
    """
    tablet.choose().until("ouverte")
    page = tablet.page
    expect(page.get_by_text("Le code du cabinet est lu.")).to_be_visible()
    assert "#/cabinet/relier" in page.url  # the code is in no address
    look("the code is read")
    page.get_by_label("Nom de cet appareil").fill(name)
    page.get_by_role("button", name="Relier").click()
    expect(page.get_by_role("heading", name="Reliée au cabinet")).to_be_visible()
    look("joined")
    page.get_by_role("button", name="Continuer").click()
    tablet.unlock().until("ouverte")
    expect(page.get_by_role("button", name="Donner le code")).to_be_visible()
    look("before the recovery code")
    page.get_by_role("button", name="Donner le code").click()
    expect(page.locator(".recovery span")).to_have_count(7)
    look("the recovery code")
    carers.recovery = "-".join(page.locator(".recovery span").all_inner_texts())
    assert re.fullmatch(r"([A-Z2-7]{4}-){6}[A-Z2-7]{4}", carers.recovery)
    page.get_by_role("button", name="Il est noté").click()
    expect(page.get_by_text("La copie est à jour.")).to_be_visible()
    look("the copy is up to date")
    return tablet


def show(tablet: Tablet, address: str) -> None:
    tablet.page.evaluate("(address) => { location.hash = `#${address}`; }", address)


def ready(tablet: Tablet) -> None:
    source = Path(__file__).with_name("day_in_page.py").read_text()
    tablet.run(source + f"\nDAY_TEXT = {day()!r}\n")
