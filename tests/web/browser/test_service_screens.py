"""The screens of the services around the invoice, narrow and wide: axe-core finds nothing against them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from carer import Carer
from playwright.sync_api import Browser, expect
from practice_desk import PracticeDesk
from watched_page import WatchedPage

sys.path.insert(0, str(Path(__file__).parents[2] / "rig"))

from made_papers import A4, as_jpeg, good_paper

SIZES = ((320, 640), (1280, 800))
RPPS = "10100000040"
CARD = {
    "nom": "MÜLLER",
    "prenom": "JÜRGEN",
    "naissance": "12/08/1964",
    "numero_personnel": "X000000027",
    "institution": "000000027",
    "sigle": "KK",
    "numero_carte": "80276000010000000027",
    "expiration": f"31/12/{date.today().year + 1}",
}
_SETTLED_MS = 300

Step = Callable[[Carer, "Papers"], None]


class Papers:
    """What the walk keeps in hand: a photograph, a patient."""

    def __init__(self, folder: Path) -> None:
        self.sheet = folder / "papier.jpg"
        self.sheet.write_bytes(as_jpeg(good_paper(31, A4), 60))
        self.patient = ""


@pytest.fixture(scope="module")
def walking(
    kept_day: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[tuple[Carer, Papers]]:
    folder = tmp_path_factory.mktemp("services")
    with PracticeDesk(kept_day, folder / "p", with_services=True) as desk:
        with desk.config.open("a") as config:
            config.write("\n[services.scor]\ndepuis = 2020-01-01\n")
        desk.serve()
        context = browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", has_touch=True, reduced_motion="reduce"
        )
        context.set_default_timeout(25_000)
        page = WatchedPage(context)
        page.forgive("status of 401")  # news asked for before the page was in
        page.page.set_viewport_size({"width": 800, "height": 1280})
        page.enter(desk.link)
        yield Carer(desk, page), Papers(folder)
        context.close()
        assert page.unforgiven() == []


def titled(page: WatchedPage, words: str) -> None:
    expect(page.title).to_have_text(re.compile(words))


def give(page: WatchedPage, paper: Path, words: str) -> None:
    """A file in place of the camera, until the next screen is there."""
    page.page.locator("input[data-photo]").last.set_input_files(paper)
    titled(page, words)
    page.page.wait_for_function("() => [...document.images].every((one) => one.complete)")
    whole = """(form) => [[0, 0], [100, 0], [100, 100], [0, 100]].forEach(([x, y], rank) => {
      form.elements[`x${rank}`].value = x;
      form.elements[`y${rank}`].value = y;
    })"""
    page.page.locator("#coins").evaluate(whole)


def patient(carer: Carer, papers: Papers) -> None:
    carer.begin()
    carer.page.show("/patients")
    carer.page.page.locator("#liste a.row").filter(has_text="Yvonne Lambert").first.click()
    titled(carer.page, "Yvonne Lambert")
    papers.patient = carer.page.address


def rights(carer: Carer, papers: Papers) -> None:
    carer.page.show(f"{papers.patient}/droits")


def rights_asked(carer: Carer, papers: Papers) -> None:
    carer.page.touch("Demander les droits")
    expect(carer.page.page.get_by_text("ADRi").first).to_be_visible()


def requests_wait(carer: Carer, papers: Papers) -> None:
    carer.page.show("/droits")


def attestation(carer: Carer, papers: Papers) -> None:
    carer.page.show(f"{papers.patient}/attestation")


def camera(carer: Carer, papers: Papers) -> None:
    carer.page.show(f"{papers.patient}/attestation/papier")
    expect(carer.page.page.get_by_text("Aucune caméra")).to_be_visible()


def corners(carer: Carer, papers: Papers) -> None:
    give(carer.page, papers.sheet, "Placer les quatre coins")


def made(carer: Carer, papers: Papers) -> None:
    carer.page.touch("Voir ce qui sera gardé")
    titled(carer.page, "Ce qui sera gardé")


def kept(carer: Carer, papers: Papers) -> None:
    carer.page.touch("Garder")
    expect(carer.page.page.get_by_text("Gardée au dossier")).to_be_visible()


def european(carer: Carer, papers: Papers) -> None:
    carer.page.show("/tournee")
    carer.open_visit("Thomas Moreau")
    carer.page.show(f"{carer.page.address}/carte-europeenne")


def european_kept(carer: Carer, papers: Papers) -> None:
    page = carer.page.page
    page.locator('[name="pays"]').select_option("DE")
    for name, said in CARD.items():
        page.locator(f'input[name="{name}"]').fill(said)
    carer.page.touch("Garder la visite")
    expect(page.get_by_text("Gardée hors télétransmission")).to_be_visible()


def same_picture(carer: Carer, papers: Papers) -> None:
    carer.page.page.get_by_role("link", name="Photo", exact=True).click()
    titled(carer.page, "Photographier")
    give(carer.page, papers.sheet, "Placer les quatre coins")
    carer.page.touch("Voir ce qui sera gardé")
    titled(carer.page, "Ce qui sera gardé")
    carer.page.touch("Garder")
    titled(carer.page, "La garder aussi ici")


def back_to_vitale(carer: Carer, papers: Papers) -> None:
    carer.page.touch("Oui, la garder aussi ici")
    carer.page.touch("Il a une carte Vitale")
    expect(carer.page.page.locator("dialog[open]")).to_be_visible()


def phone(carer: Carer, papers: Papers) -> None:
    carer.page.touch("Oui, carte Vitale")
    titled(carer.page, "Thomas Moreau")
    carer.page.show("/telephone")
    titled(carer.page, "Lire l’appli")


def done_with_pieces(carer: Carer, papers: Papers) -> None:
    carer.page.show("/tournee")
    carer.insert("garnier", "Robert Garnier")
    carer.verify()
    carer.page.page.locator("[data-hold]").click()
    carer.page.touch("Oui, sécuriser")
    carer.signed()
    address = carer.page.address
    carer.take_out()
    for shown in ("/tournee", address, "/tournee", address):  # that it was signed just now is told once
        carer.page.show(shown)
    expect(carer.page.page.get_by_text("Manque")).to_be_visible()


def contract(carer: Carer, papers: Papers) -> None:
    carer.page.show("/remplacements/nouveau")
    page = carer.page.page
    for name, said in (
        ("nom", "Inès Faure"),
        ("rpps", RPPS),
        ("du-0", "07/12/2099"),
        ("au-0", "13/12/2099"),
        ("part", "72,5"),
    ):
        page.locator(f'input[name="{name}"]').fill(said)


def contracts(carer: Carer, papers: Papers) -> None:
    carer.page.touch("Garder le contrat")
    titled(carer.page, "Remplacements")


def changed(carer: Carer, papers: Papers) -> None:
    carer.page.touch("Changer")
    titled(carer.page, "Changer le contrat")


def ended(carer: Carer, papers: Papers) -> None:
    carer.page.show("/remplacements")
    carer.page.touch("Terminer")
    titled(carer.page, "Terminer le contrat")


WALK: tuple[Step, ...] = (
    *(patient, rights, rights_asked, requests_wait, attestation, camera, corners, made, kept),
    *(european, european_kept, same_picture, back_to_vitale, phone, done_with_pieces),
    *(contract, contracts, changed, ended),
)


def wrong_with(page: WatchedPage) -> list[str]:
    found = []
    for width, height in SIZES:
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.wait_for_timeout(_SETTLED_MS)
        found += [f"{width}: {one}" for one in (*page.overflow(), *page.axe())]
    page.page.set_viewport_size({"width": 800, "height": 1280})
    return found


@pytest.mark.timeout(300)
def test_no_screen_of_a_service_has_a_finding(walking: tuple[Carer, Papers]) -> None:
    carer, papers = walking
    found = {}
    for step in WALK:
        step(carer, papers)
        expect(carer.page.title).to_be_attached()
        if wrong := wrong_with(carer.page):
            found[step.__name__] = wrong
    assert found == {}
