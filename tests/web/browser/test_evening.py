"""The evening in its touches: all leaves by one, a refused invoice and a refused demand to a mutuelle are
corrected in four, a debt collected.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from practice_desk import CODE, PracticeDesk
from watched_page import OpenPage, WatchedPage

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import open_office
from tournee.app.outbound import close_lots
from tournee.app.practice.dossiers import of_patient
from tournee.app.practice.patients import find_patients
from tournee.app.visits.importing import import_day
from tournee.config import load_config
from tournee.practice.prescription_file import PrescriptionFile
from tournee.reader import Reader

PATIENTS = ("casanova", "lambert", "pereira")


@pytest.fixture
def evening(kept_practice: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A practice whose page is served in the evening: a day is certified and signed, and nothing left."""
    with PracticeDesk(kept_practice, tmp_path / "p") as desk:
        config = load_config(desk.config)
        told = files("tournee.emulation").joinpath("days", "infirmier.toml").read_bytes()
        desk.insert("infirmiere", "ps")
        with open_office(config) as office, Reader.open(config.reader.port) as reader:
            import_day(office, told, "infirmier.toml")
            ps = read_ps(reader)
            unlock(reader, lambda: CODE)
            for card in PATIENTS:
                desk.insert(card)
                vitale = read_vitale(office, reader)
                for row, visit in visits_for(pending_visits(office, ps), vitale):
                    certify_visit(office, reader, ps, vitale, row, visit)
            close_lots(office, reader, ps)
        desk.remove()
        desk.serve()
        yield desk


def in_touches(page: WatchedPage, *words: str) -> int:
    """Touch these one after another; how many that were."""
    for said in words:
        page.touch(re.compile(said))
    return len(words)


def test_the_prescription_is_taken_anew_in_the_correction(evening: PracticeDesk, open_page: OpenPage):
    page = open_page("phone", "dark")
    page.enter(evening.link)
    page.show("/envoi")
    in_touches(page, "Envoyer la journée")
    expect(page.page.locator(".n-bad", has_text="Casanova")).to_contain_text(
        "l’ordonnance n’est pas la bonne"
    )
    page.show("/regler")
    in_touches(page, "Ange Casanova.*Corriger", "^Corriger", "^Photographier")
    expect(page.page.locator("[data-camera-says]")).to_be_visible()
    assert [*page.axe(), *page.overflow()] == []
    page.page.set_input_files(
        "input[type=file]", {"name": "o.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    expect(page.page.locator("#detail")).to_contain_text("Photo prise")
    page.page.get_by_role("radio", name="Une autre, de ce jour").check()
    in_touches(page, "^Préparer")
    expect(page.title).to_have_text("Rien ne change")
    expect(page.page.locator("#detail .n-ok")).to_contain_text("La photo est gardée")
    assert [*page.axe(), *page.overflow()] == []
    in_touches(page, "^Choisir une autre ordonnance", "^Préparer")
    expect(page.title).to_have_text("À régler")
    with open_office(load_config(evening.config)) as office:
        (casanova,) = find_patients(office, "casanova")
        orders = of_patient(office, PrescriptionFile, casanova.id)
        assert [bool(one.told.scan) for one in orders].count(True) == 1


def picture() -> bytes:
    """A small JPEG, as a camera's."""
    made = io.BytesIO()
    Image.new("RGB", (200, 280), "white").save(made, "JPEG")
    return made.getvalue()


def test_one_touch_sends_a_refusal_is_corrected_in_four_and_a_debt_collected_in_three(
    evening: PracticeDesk, open_page: OpenPage
):
    page = open_page("tablet", "light")
    page.enter(evening.link)
    page.show("/envoi")
    assert in_touches(page, "Envoyer la journée") == 1
    expect(page.title).to_have_text(re.compile("2.acceptées, 2.refusées"))
    expect(page.page.locator(".n-bad", has_text="Casanova")).to_contain_text(
        "l’ordonnance n’est pas la bonne"
    )
    assert page.axe() == []

    page.show("/tournee")
    touched = in_touches(page, "^À régler", "Ange Casanova.*Corriger")
    expect(page.title).to_have_text("Ange Casanova")
    assert [*page.axe(), *page.overflow()] == []
    touched += in_touches(page, "^Corriger")
    expect(page.title).to_have_text("Nouvelle facture")
    assert [*page.axe(), *page.overflow()] == []
    touched += in_touches(page, "^Préparer")
    expect(page.title).to_have_text("À régler")
    expect(page.page.locator("#liste")).not_to_contain_text("l’ordonnance n’est pas la bonne")
    assert touched == 4

    touched = in_touches(page, "^À régler", "Yvonne Lambert", "Encaisser ·")
    expect(page.title).to_have_text("À régler")
    expect(page.page.locator("#liste")).not_to_contain_text("Yvonne Lambert")
    assert touched == 3

    touched = in_touches(page, "^À régler", "Antonio Pereira")
    expect(page.page.locator("#detail")).to_contain_text("La part mutuelle, 5,96 €, est revenue")
    page.page.get_by_label("Numéro de la mutuelle").click()
    page.page.keyboard.type("0075510019")
    assert [*page.axe(), *page.overflow()] == []
    touched += 1 + in_touches(page, "^Corriger et renvoyer")
    expect(page.title).to_have_text("À régler")
    expect(page.page.locator("#liste")).not_to_contain_text("Antonio Pereira")
    assert touched == 4
    assert len(list((evening.directory / "sent").glob("*.eml"))) == 1
