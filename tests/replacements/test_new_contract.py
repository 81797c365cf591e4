"""A contract of replacement made on the page: kept as it is typed, or refused beside what was typed."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from replaced_life import RPPS

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "money"))

from handlers import Asked

from tournee.app.replacements.contracts import contracts
from tournee.billing.replacement import ReplacementSession
from tournee.practice.replacement_contract import FixedCost

NEW = "/remplacements/nouveau"
TYPED = {
    "remplace": "756 000 121",
    "nom_remplace": "Claire LEFEBVRE",
    "rpps": RPPS,
    "nom": "Inès FAURE",
    "du-0": "07/12/2026",
    "au-0": "13/12/2026",
    "du-1": "21/12/2026",
    "au-1": "24/12/2026",
    "jour-1": "oui",
    "jour-4": "oui",
    "part": "72,5 %",
    "sur": "facturé",
    "frais": "studio",
    "frais_montant": "150",
    "frais_par": "session",
}


@pytest.fixture
def page(desk):
    with Asked(desk.office) as made:
        yield made


def test_a_contract_is_made_on_the_page(desk, page):
    """RMP-1."""
    assert f"#{NEW}" in page.show("/remplacements")
    assert 'name="du-3"' in page.show(NEW)
    assert page.post(NEW, **TYPED) == "/remplacements"
    (kept,) = contracts(desk.office)
    told = kept.told
    assert (told.replaced, told.rpps, told.who) == ("756000121", RPPS, "Inès FAURE remplace Claire LEFEBVRE")
    assert told.sessions == (
        ReplacementSession(date(2026, 12, 7), date(2026, 12, 13), (1, 4)),
        ReplacementSession(date(2026, 12, 21), date(2026, 12, 24), (1, 4)),
    )
    assert (told.care, told.travel, told.basis) == (7_250, 7_250, "facturé")
    assert told.costs == (FixedCost("studio", 15_000, "session"),)
    shown = page.show("/remplacements")
    assert "Inès FAURE remplace Claire LEFEBVRE" in shown
    assert "Du 21/12/2026 au 24/12/2026, les lundis, jeudis" in shown


@pytest.mark.parametrize(
    ("name", "typed", "word"),
    [
        ("remplace", "75600012", "9 chiffres"),
        ("rpps", "10100000041", "small"),
        ("nom", "", "À remplir"),
        ("du-0", "32/12/2026", "n’est pas un jour"),
        ("au-1", "", "Le jour manque"),
        ("part", "beaucoup", "n’est pas un pourcentage"),
        ("frais_montant", "1,234", "n’est pas un montant"),
    ],
)
def test_a_wrong_field_is_told_beside_it(desk, page, name, typed, word):
    """RMP-1."""
    told = refused(page, TYPED | {name: typed})
    field = told[told.index(f'name="{name}"') :].partition("</label>")[0]
    assert word in field and 'class="bad"' in field
    assert 'value="Claire LEFEBVRE"' in told
    assert not contracts(desk.office)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"part": "101"}, "de 0 à 100"),
        ({"au-0": "01/12/2026"}, "une session finit"),
        ({"du-1": "10/12/2026"}, "se recouvrent"),
        ({"frais_montant": ""}, "un nom"),
    ],
)
def test_what_no_contract_says_is_told_above(desk, page, changes, word):
    """RMP-1."""
    assert word in refused(page, TYPED | changes)
    assert not contracts(desk.office)


def test_days_of_another_contract_are_refused(desk, page):
    """RMP-1."""
    page.post(NEW, **TYPED)
    assert "a déjà des jours de cette session" in refused(page, TYPED)
    assert len(contracts(desk.office)) == 1


def refused(page: Asked, fields: dict[str, str]) -> str:
    with pytest.raises(AssertionError) as error:
        page.post(NEW, **fields)
    return str(error.value)
