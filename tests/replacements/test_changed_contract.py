"""A contract changed or ended on the page: days, weekdays and share; what was signed stays as it was."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from account_life import Told

sys.path.insert(0, str(Path(__file__).parents[1] / "web" / "money"))

from handlers import Asked

from tournee.app.replacements.contracts import change_contract, contracts
from tournee.app.replacements.statements import the_statement
from tournee.billing.replacement import ReplacementSession
from tournee.practice.replacement_contract import FixedCost

FIELD = re.compile(r'name="([^"]+)"[^>]* value="([^"]*)"')


@pytest.fixture
def page(desk):
    with Asked(desk.office) as made:
        yield made


@pytest.fixture
def here(desk):
    return f"/remplacements/{desk.contract().id}"


def typed(page, address):
    """The form as it is shown: what it holds, and what is ticked."""
    shown = page.show(address)
    fields = dict(FIELD.findall(shown))
    return {key: said for key, said in fields.items() if not key.startswith(("jour-", "sur"))}


def refused(page, address, fields):
    with pytest.raises(AssertionError) as error:
        page.post(address, **fields)
    return str(error.value)


def test_the_share_is_changed_and_what_was_signed_keeps_its_own(desk, page, here):
    """RMP-4."""
    desk.bill("2026-11-07", Told())
    page.post(f"{here}/1/signer")
    before = the_statement(desk.office, contracts(desk.office)[0], number=1)
    assert f"#{here}/changer" in page.show("/remplacements")
    assert "Un relevé est signé" in page.show(f"{here}/changer")
    fields = typed(page, f"{here}/changer") | {"part": "50", "part_deplacements": "0"}
    assert page.post(f"{here}/changer", **fields) == "/remplacements"
    (one,) = contracts(desk.office)
    assert (one.told.care, one.told.travel) == (5_000, 0)
    after = the_statement(desk.office, one, number=1)
    assert (after.due, after.signed, after.shares) == (before.due, before.signed, before.shares)


def test_posting_the_form_as_it_is_shown_changes_nothing(desk, page, here):
    """RMP-1: six sessions of their own weekdays and two costs too, for which the form has no room."""
    (one,) = contracts(desk.office)
    days = [(date(2027, month, 1), date(2027, month, 5)) for month in range(1, 7)]
    sessions = tuple(ReplacementSession(*two, (rank + 1,)) for rank, two in enumerate(days))
    costs = (FixedCost("studio", 15_050), FixedCost("voiture", 900, "jour"))
    change_contract(desk.office, one, replace(one.told, sessions=sessions, costs=costs, care=7_250))
    (before,) = contracts(desk.office)
    page.post(f"{here}/changer", **typed(page, f"{here}/changer"), sur=before.told.basis, frais_par="session")
    assert contracts(desk.office)[0].told == before.told


def test_a_wrong_field_is_told_beside_it_and_nothing_changes(desk, page, here):
    """RMP-1."""
    before = contracts(desk.office)[0].told
    fields = typed(page, f"{here}/changer")
    told = refused(page, f"{here}/changer", fields | {"au-0": "31/02/2026"})
    assert "n’est pas un jour" in told and 'value="31/02/2026"' in told
    assert "de 0 à 100" in refused(page, f"{here}/changer", fields | {"part": "101"})
    assert contracts(desk.office)[0].told == before


def test_a_contract_is_ended_on_a_day_after_what_was_billed(desk, page, here):
    """RMP-1, RMP-4."""
    desk.bill("2026-11-07", Told())
    page.post(f"{here}/1/signer")
    before = the_statement(desk.office, contracts(desk.office)[0], number=1)
    assert "ont été facturés par ce contrat" in refused(page, f"{here}/terminer", {"jour": "06/11/2026"})
    assert page.post(f"{here}/terminer", jour="07/11/2026") == "/remplacements"
    (one,) = contracts(desk.office)
    assert max(each.last for each in one.told.sessions) == date(2026, 11, 7)
    assert the_statement(desk.office, one, number=1).due == before.due
    shown = page.show("/remplacements")
    assert "Terminé<" in shown and f"#{here}/terminer" not in shown
    assert "finit déjà le 07/11/2026" in refused(page, f"{here}/terminer", {"jour": "07/11/2026"})


def test_one_that_is_ended_before_it_begins_is_set_aside(desk, page, here):
    """RMP-1."""
    assert page.post(f"{here}/terminer", jour="01/01/2020") == "/remplacements"
    assert contracts(desk.office) == []
    assert "Aucun contrat n’est gardé" in page.show("/remplacements")
