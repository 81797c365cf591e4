"""How many touches the flow takes, from the round on; a card that goes in or out is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from carer import Carer
from playwright.sync_api import expect
from practice_desk import PracticeDesk
from watched_page import WatchedPage


@pytest.fixture
def desk(kept_day: Path, tmp_path: Path) -> Iterator[PracticeDesk]:
    """A day of ten visits."""
    with PracticeDesk(kept_day, tmp_path / "p") as desk:
        desk.serve()
        yield desk


@pytest.fixture
def carer(desk: PracticeDesk, page: WatchedPage) -> Carer:
    carer = Carer(desk, page)
    carer.begin()
    return carer


def test_a_planned_visit_with_its_card_takes_two_touches_and_three_when_confirmed(carer: Carer):
    carer.insert("chevalier", "Lucien Chevalier")
    carer.verify()
    carer.sign()
    carer.remove()
    assert carer.touches == 2
    carer.insert("garnier", "Robert Garnier")
    carer.verify()
    carer.page.page.locator("[data-hold]").click()
    carer.page.touch("Oui, sécuriser")
    carer.signed()
    carer.remove()
    assert carer.touches == 3


def test_a_patient_who_pays_takes_one_more(carer: Carer):
    carer.insert("hoarau", "Jean Hoarau")
    carer.verify()
    carer.sign()
    carer.pay("Espèces")
    carer.remove()
    assert carer.touches == 3


def test_a_new_act_takes_two_more(carer: Carer):
    carer.insert("lambert", "Yvonne Lambert")
    carer.page.touch("Ajouter un acte")
    expect(carer.page.title).to_have_text("Ajouter un acte")
    carer.page.page.get_by_role("button", name=re.compile("^Ajouter")).first.click()
    expect(carer.page.title).to_have_text("Yvonne Lambert")
    carer.verify()
    carer.sign()
    assert carer.touches == 4


def test_a_card_that_comes_later_takes_two(carer: Carer):
    carer.page.page.locator(".next").get_by_text("Sans carte").click()
    carer.page.touch("Garder, carte plus tard")
    carer.at_round()
    expect(carer.page.page.locator(".state.warn")).to_have_text("Carte manquante")
    assert carer.touches == 2


def test_a_visit_billed_without_its_card_takes_four(carer: Carer):
    carer.page.page.locator(".next").get_by_text("Sans carte").click()
    carer.page.page.locator(".reasons label").nth(1).click()
    carer.page.touch("Facturer sans carte")
    expect(carer.page.page.locator("[data-hold]")).to_be_visible()
    carer.sign()
    assert carer.touches == 4


def test_a_mistake_is_undone_in_two(carer: Carer):
    carer.insert("chevalier", "Lucien Chevalier")
    carer.verify()
    carer.sign()
    assert carer.touches == 2
    carer.page.touch(re.compile("Annuler cette facture"))
    carer.page.touch("Oui, annuler")
    carer.at_round()
    assert carer.touches == 2


def test_what_is_touched_twice_is_done_once(carer: Carer):
    page = carer.page
    page.show("/patients/nouveau")
    page.page.get_by_label("Prénom").fill("Zoé")
    page.page.get_by_label("Nom", exact=True).fill("Delcourt-Étienne")
    page.page.get_by_label("Né(e) le").fill("29/02/1956")
    page.page.get_by_role("button", name="Enregistrer").dblclick()
    expect(page.title).to_have_text("Zoé Delcourt-Étienne")
    page.show("/patients")
    page.page.get_by_label("Chercher un patient").fill("delcourt")
    expect(page.page.locator("#trouves")).to_contain_text("1 patient")
