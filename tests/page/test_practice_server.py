"""A tablet behind its practice's server: joined by QR code, copied; lost, and rebuilt."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from joined import Carers, behind_a_server, joined, ready, show
from mail_servers import MailServers
from playwright.sync_api import Playwright, expect
from tablet_page import Tablet


@pytest.fixture(scope="module")
def carers(
    site: Path, mail_servers: MailServers, tmp_path_factory: pytest.TempPathFactory, playwright: Playwright
) -> Iterator[Carers]:
    with behind_a_server(site, mail_servers, tmp_path_factory.mktemp("cabinet"), playwright) as carers:
        yield carers


@pytest.fixture(scope="module")
def tablet(carers: Carers) -> Tablet:
    tablet = joined(carers)
    assert tablet.said == []
    return tablet


def steps(carers: Carers, tablet: Tablet) -> tuple[object, object]:
    """The journal's last step, here and in the server's copy."""
    here = tablet.run("await ports().ask_journal(lambda office: office.journal.db.last_step)")
    (there,) = carers.cabinet.rows("SELECT max(step) FROM part WHERE whole = 1")
    return here, there[0]


def test_a_copy_that_is_cut_goes_on_from_there_and_the_screen_says_what_is_only_here(
    carers: Carers, tablet: Tablet
):
    page, line = tablet.page, carers.cabinet.line
    ready(tablet)
    before = carers.cabinet.rows("SELECT count(*) FROM part")
    line.cut_after(3000)
    tablet.run("await import_once(DAY_TEXT)")
    show(tablet, "/envoi")
    expect(page.get_by_text("Ce qui est fait depuis la dernière copie n’est qu’ici.")).to_be_visible()
    expect(page.locator(".status .copy")).to_be_visible()
    assert line.is_cut
    assert carers.cabinet.rows("SELECT count(*) FROM part") == before
    line.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(".status .copy")).to_be_hidden()
    show(tablet, "/cabinet")
    expect(page.get_by_text("La copie est à jour.")).to_be_visible()
    here, there = steps(carers, tablet)
    assert here == there


def test_what_the_server_keeps_names_no_patient(carers: Carers, tablet: Tablet):
    folder = carers.cabinet.folder / "serveur"
    kept = b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.parent.name != "letters"
    )
    assert len(kept) > 50_000
    for word in (b"GARNIER", b"Garnier", carers.recovery.encode(), b"[lecteur]"):
        assert word not in kept


def test_a_tablet_that_is_lost_comes_back_whole_in_another_browser(carers: Carers, tablet: Tablet):
    tablet = Tablet(tablet.page, carers.cabinet.address).unlock().until("ouverte")
    show(tablet, "/cabinet")
    expect(tablet.page.get_by_text("La copie est à jour.")).to_be_visible()
    ready(tablet)
    before = tablet.run("await state()")
    carers.close()
    other = carers.open("neuve", carers.cabinet.link("Tablette 1"))
    page = other.choose().until("ouverte").page
    page.get_by_role("link", name=re.compile("Reprendre une tablette perdue")).click()
    page.get_by_label("Code de secours").fill(carers.recovery.lower())
    page.get_by_role("button", name="Reprendre").click()
    expect(page.get_by_role("heading", name="Le cabinet est de retour")).to_be_visible()
    page.get_by_role("button", name="Continuer").click()
    other.unlock().until("ouverte")
    expect(page.get_by_text("La copie est à jour.")).to_be_visible()
    ready(other)
    assert other.run("await state()") == before
    show(other, "/envoi")
    page.get_by_role("button", name="Relever les réponses").click()
    expect(page.locator(".hero h1")).to_have_text(re.compile("Rien de nouveau|2.acceptées"))
