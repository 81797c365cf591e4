"""A patient's phone before the tablet's camera: her visit opens, and is signed without her Vitale card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from carer import Carer
from filmed import camera, show
from playwright.sync_api import Browser, Playwright, expect
from practice_desk import CHROMIUM, PracticeDesk
from watched_page import OpenPage

from tournee.app.context import open_office
from tournee.app.practice.dossiers import of_patient
from tournee.app.practice.patients import find_patient
from tournee.config import load_config
from tournee.emulation.services.phone import phone_in
from tournee.emulation.services.prescription_base import numbers
from tournee.practice.prescription_file import PrescriptionFile


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the browser's camera shows, written anew by `show`."""
    path = tmp_path_factory.mktemp("film") / "camera.mjpeg"
    show(path, "nothing yet")
    return path


@pytest.fixture(scope="module")
def browser(driver: Playwright, film: Path) -> Iterator[Browser]:
    """A browser whose camera is a film."""
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=camera(film))
    yield browser
    browser.close()


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits, the services around the invoice beside it."""
    with PracticeDesk(kept_day, tmp_path / "p", with_services=True) as desk:
        desk.serve()
        yield desk


def test_the_phone_opens_its_patients_visit_and_seals_it(
    desk: PracticeDesk, open_page: OpenPage, film: Path
) -> None:
    """ACV-1, ACV-7: no Vitale card is in; the invoice has P and A."""
    page = open_page(permissions=["camera"])
    page.enter(desk.link)
    carer = Carer(desk, page)
    carer.begin()
    carer.open_visit("Thomas Moreau")
    show(film, phone_in(desk.directory, "moreau").text(datetime.now(UTC)))
    page.touch("Son téléphone")
    shutter = page.page.locator("[data-shutter]")
    expect(shutter).to_be_enabled()
    shutter.click()
    expect(page.title).to_have_text("Thomas Moreau")
    carer.verify()
    expect(page.page.get_by_text("Son téléphone scelle, encore 30 min.")).to_be_visible()
    carer.sign()
    with open_office(load_config(desk.config)) as office:
        invoice = office.journal.invoices.get(1)
        assert {sheet.sevens[4 * 128 + 19 : 4 * 128 + 26] for sheet in invoice.sheets} == {b"A010102"}


def test_the_photograph_of_an_electronic_prescription_is_read_as_its_number(
    desk: PracticeDesk, open_page: OpenPage, film: Path
) -> None:
    """ORD-2: no photograph is kept."""
    number = numbers(desk.directory / "services" / "ordonnance")[0]
    show(film, f"ORD1.{number}")
    with open_office(load_config(desk.config)) as office:
        patient = find_patient(office, ("santini",)).id
    page = open_page(permissions=["camera"])
    page.enter(desk.link)
    Carer(desk, page).begin()
    page.show(f"/patients/{patient}/ordonnance")
    shutter = page.page.locator("[data-shutter]")
    expect(shutter).to_be_enabled()
    shutter.click()
    expect(page.title).to_have_text("Maria Santini")
    with open_office(load_config(desk.config)) as office:
        orders = [one.told for one in of_patient(office, PrescriptionFile, patient)]
    assert [(one.sessions, one.scan) for one in orders if one.electronic == number] == [(10, "")]


def test_a_camera_that_is_refused_is_said_with_another_way(desk: PracticeDesk, open_page: OpenPage) -> None:
    page = open_page(permissions=[])
    page.enter(desk.link)
    Carer(desk, page).begin()
    page.show("/telephone")
    says = page.page.locator("[data-camera-says]")
    expect(says).to_have_text(re.compile("^La caméra est refusée à cette page. Choisissez un fichier"))
    expect(page.page.locator("[data-shutter]")).to_be_disabled()
    assert [*page.axe(), *page.overflow()] == []
