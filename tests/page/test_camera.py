"""A tablet is joined by what its camera sees: the practice's QR code, filmed, and no other.

Debian's Chromium has no reader of codes (`BarcodeDetector`, which a tablet's has): it is given one.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cabinet import Cabinet
from joined import behind_a_server
from mail_servers import MailServers
from playwright.sync_api import BrowserContext, Playwright, expect
from tablet_page import Tablet, launched

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "browser"))

from filmed import DETECTOR, camera, read_frame, show
from watched_page import WatchedPage

OTHER = "https://ailleurs.example/#pas-le-cabinet"


@pytest.fixture
def cabinet(
    site: Path, mail_servers: MailServers, playwright: Playwright, tmp_path: Path
) -> Iterator[Cabinet]:
    with behind_a_server(site, mail_servers, tmp_path, playwright) as carers:
        yield carers.cabinet


@pytest.fixture
def context(cabinet: Cabinet, playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser whose camera films `film`; nobody has allowed it to any page."""
    show(tmp_path / "film.mjpeg", OTHER)
    more = [cabinet.trusted, *camera(tmp_path / "film.mjpeg")]
    context = launched(playwright, tmp_path / "profile", *more, reduced_motion="reduce")
    context.expose_function("readFrame", read_frame)
    context.add_init_script(DETECTOR)
    yield context
    context.close()


def test_a_refused_camera_another_code_then_the_practices_own(
    cabinet: Cabinet, context: BrowserContext, tmp_path: Path
):
    page = WatchedPage(context)
    tablet = Tablet(page.page, cabinet.address).choose().until("installation")
    page.page.get_by_role("link", name="Relier au cabinet").click()
    tablet.until("ouverte")
    says, field = page.page.locator("[data-scan-says]"), page.page.get_by_label("Code du cabinet")

    page.touch("Lire le code QR")
    expect(says).to_have_text(re.compile("^La caméra est refusée à cette page. Tapez le code"))
    expect(field).to_be_visible()
    assert page.axe() == []

    context.grant_permissions(["camera"])
    page.touch("Lire le code QR")
    expect(says).to_have_text("Ce n’est pas le code du cabinet.")
    expect(field).to_have_value("")
    assert page.axe() == []

    link = cabinet.link()
    show(tmp_path / "film.mjpeg", link)
    page.show("/cabinet/reprendre")
    page.show("/cabinet/relier")
    page.touch("Lire le code QR")
    expect(says).to_have_text("Le code est lu.")
    expect(field).to_have_value(link)
    page.touch("Relier")
    expect(page.title).to_have_text("Reliée au cabinet")
    assert page.unforgiven() == []
