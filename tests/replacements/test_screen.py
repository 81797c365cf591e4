"""The page's screen of replacements: each statement, its paper, its signature."""

import sys
from pathlib import Path

import pytest
from account_life import Told

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "money"))

from handlers import Asked


@pytest.fixture
def page(desk):
    with Asked(desk.office) as made:
        yield made


def test_statements_are_shown_given_as_pdf_and_signed(desk, page):
    """RMP-4, RMP-5."""
    contract = desk.contract()
    desk.bill("2026-11-07", Told())
    shown = page.show("/remplacements")
    assert "Inès FAURE remplace Claire LEFEBVRE" in shown and "À signer" in shown
    assert "LAMBERT" not in shown
    assert page.show(f"/remplacements/{contract.id}/1/releve.pdf").startswith("%PDF-")
    assert page.post(f"/remplacements/{contract.id}/1/signer") == "/remplacements"
    assert "Signé" in page.show("/remplacements")


def test_without_a_contract_the_screen_says_so(page):
    assert "Aucun contrat n’est gardé" in page.show("/remplacements")
