"""A tablet behind its practice's server: joined by QR code, copied; lost, and rebuilt."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from carer_day import SUNDAY, day
from joined import Carers, behind_a_server, joined, ready, show
from mail_servers import MailServers
from playwright.sync_api import Playwright, expect
from tablet_page import Tablet

LAST_STEP = """
def last(office):
    return office.journal.db.cipher.identity, office.journal.db.last_step


await ports().ask_journal(last)
"""
WEEK_BEFORE = {"week.toml": day(SUNDAY - timedelta(days=7))}


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
    journal, here = tablet.run(LAST_STEP)
    ((there,),) = carers.cabinet.rows(f"SELECT max(step) FROM part WHERE whole = 1 AND journal = '{journal}'")
    return here, there


def until_copied(carers: Carers, tablet: Tablet) -> None:
    while len(set(steps(carers, tablet))) > 1:
        tablet.page.wait_for_timeout(100)


def test_a_copy_that_is_cut_goes_on_from_there_and_the_screen_says_what_is_only_here(
    carers: Carers, tablet: Tablet
):
    page, line = tablet.page, carers.cabinet.line
    ready(tablet)
    before = carers.cabinet.rows("SELECT count(*) FROM part")
    line.cut_after(3000)
    tablet.run(f"await import_days({WEEK_BEFORE!r})")
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
    ready(tablet)
    tablet.run("await import_once(DAY_TEXT)")
    until_copied(carers, tablet)
    folder = carers.cabinet.folder / "serveur"
    kept = b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.parent.name != "letters"
    )
    assert len(kept) > 50_000
    for word in (b"GARNIER", b"Garnier", carers.recovery.encode(), b"[lecteur]"):
        assert word not in kept


def test_a_tablet_that_is_lost_comes_back_whole_in_another_browser(carers: Carers):
    lost = joined(carers, "Tablette 2")
    ready(lost)
    lost.run("await import_once(DAY_TEXT)")
    before = lost.run("await state()")
    until_copied(carers, lost)
    carers.close()
    other = carers.open("neuve", carers.cabinet.link("Tablette 2"))
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
    expect(page.locator(".hero h1")).to_have_text("Rien de nouveau")
    carers.close()
