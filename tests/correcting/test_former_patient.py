"""The name that a visit had before it was put right for another patient: it acts on nobody's visit."""

from __future__ import annotations

import pytest
from chain import ROBERT, YVONNE, Chain, visit
from test_corrected import CLOSED

from tournee.app.finding import Sought, find_thing
from tournee.app.visits.people import known_patient
from tournee.errors import StoreError


@pytest.fixture
def moved(chain: Chain) -> Chain:
    """Yvonne's invoice was refused: it was Robert, whom another one is for since."""
    chain.scenario(rejected=CLOSED)
    chain.bill(visit(YVONNE))
    chain.fetch()
    chain.correct("angelo", **ROBERT)
    chain.certify()
    return chain


def test_a_patient_known_by_an_invoice_before_alone_is_not_the_one_whom_its_visit_is_of_now(
    moved: Chain,
) -> None:
    with pytest.raises(StoreError, match="Robert Garnier"):
        known_patient(moved.office, "angelo")
    assert known_patient(moved.office, "garnier")["nir"] == ROBERT["nir"]
    moved.bill(visit(YVONNE), day="2026-11-14")
    assert known_patient(moved.office, "angelo")["nir"] == YVONNE["nir"]


def test_the_visit_of_another_is_not_changed_by_the_name_it_had_and_its_number_does(moved: Chain) -> None:
    with pytest.raises(StoreError, match="n’est plus de D'Angelo Yvonne"):
        find_thing(moved.office, "angelo")
    assert find_thing(moved.office, "1").id == find_thing(moved.office, "garnier").id == 1
    before = moved.rows()[0].number
    hers = find_thing(moved.office, "angelo", sought=Sought.INVOICE)
    assert (hers.number, hers.patient) == (before, "D'Angelo Yvonne")
    assert find_thing(moved.office, "1").patient == "Robert Garnier"
