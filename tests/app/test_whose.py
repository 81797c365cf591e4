"""À régler of a journal that several carers share: each has her own, another's is named as such."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from account_life import OTHER_PS, PS, SUBSTITUTE, Practice, Told, practice

from tournee.app.bedside.carer import CarerShown
from tournee.app.to_settle import OwingKind, count_to_settle, others_parts, own_things, to_settle, whose
from tournee.billing.replacement import Replacement, ReplacementSession
from tournee.model import Effect, Outcome, Target

CLAIRE = CarerShown(PS, "Claire Lefebvre", rpps="10100000010")
JULIEN = CarerShown(OTHER_PS, "Julien Mercier", rpps="10100000020")
INES = CarerShown(SUBSTITUTE.billing_number, "Inès Faure", rpps=SUBSTITUTE.rpps)
WITHIN = ReplacementSession(date(2026, 11, 9), date(2026, 11, 22))


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Practice]:
    """Yvonne owes Claire, and Julien; Antonio owes Claire for what Inès did in her place."""
    with practice(tmp_path / "journal.db") as made:
        told = Replacement(PS, "Claire Lefebvre", SUBSTITUTE.rpps, "Inès Faure", (WITHIN,))
        made.office = replace(made.office, replacements=(told,))
        made.bill(Told(0, "amo"))
        made.bill(Told(0, "non"), day="2026-11-13", ps=OTHER_PS)
        made.bill(Told(3, "amo"), day="2026-11-12", substitute=SUBSTITUTE)
        yield made


def debts(things) -> set[tuple[str, int]]:
    return {(one.who, one.cents) for one in things if one.kind is OwingKind.PATIENT_OWES}


def test_each_carer_has_her_own_and_a_replacement_what_she_did(shared):
    office = shared.office
    assert debts(own_things(office, CLAIRE)) == {("Yvonne Lambert", 134), ("Antonio Pereira", 134)}
    assert debts(own_things(office, JULIEN)) == {("Yvonne Lambert", 335)}
    assert debts(own_things(office, INES)) == {("Antonio Pereira", 134)}


def test_what_is_anothers_is_named_and_in_no_count_of_hers(shared):
    office = shared.office
    (other,) = others_parts(office, CLAIRE)
    assert (other.ps, debts(other.things), other.cents) == (OTHER_PS, {("Yvonne Lambert", 335)}, 335)
    assert [one.name for one in others_parts(office, JULIEN)] == ["Claire Lefebvre"]
    assert count_to_settle(office, CLAIRE) + len(other.things) == len(to_settle(office))


def test_care_in_anothers_place_says_whose_it_is_to_both(shared):
    office = shared.office
    (pereira,) = (one for one in to_settle(office) if one.who == "Antonio Pereira")
    assert whose(office, pereira, CLAIRE) == "soins d’Inès Faure"
    assert whose(office, pereira, INES) == "pour Claire Lefebvre"
    assert whose(office, pereira, JULIEN) == "de Claire Lefebvre"


def test_what_is_of_no_carer_is_everybodys(shared):
    shared.returned(Effect(Target.INVOICE, Outcome.PAID, invoice="000004999", asked=100, paid=100))
    keys = {one.key for one in to_settle(shared.office) if not one.ps}
    assert keys
    for carer in (CLAIRE, JULIEN, INES):
        assert keys <= {one.key for one in own_things(shared.office, carer)}


def test_before_a_card_was_ever_read_everything_is_shown(shared):
    assert own_things(shared.office, CarerShown("")) == to_settle(shared.office)
