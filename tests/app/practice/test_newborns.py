"""Newborns: under a parent's number until a card says them; twins by their rank; families on one card."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from day_files import answers
from people import DAILY, INJECTION, ON_CARD, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier, get
from tournee.app.practice.newborns import add_newborn, family_of, guide_newborn
from tournee.app.practice.patients import (
    add_patient,
    edit_patient,
    find_patient,
    find_patients,
    meet,
    meet_card,
    merge_patients,
)
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import take_round
from tournee.billing.identity import Amc
from tournee.billing.kept.judged import read_judged
from tournee.errors import StoreError
from tournee.model.codes import NO_CARD
from tournee.practice.newborn import ParentsCaisse, is_awaited
from tournee.practice.patient_file import PatientError, PatientFile
from tournee.practice.planning.plan_file import Slot
from tournee.practice.planning.recurrence import Recurrence
from tournee.store import VisitState

TODAY = date(2026, 11, 16)
BORN = date(2026, 11, 10)
MOTHER = replace(YVONNE, first_name="Claire", born="19950604", nir="2950699999001", key="42")
LEO = replace(ON_CARD, nir="2950699999001", key="42", born="20261110", name="LAMBERT", first_name="LEO")


@pytest.fixture
def mother(office: Office) -> Dossier[PatientFile]:
    add_patient(office, replace(MOTHER, amc=Amc("0099900009", member="A12")))
    card = replace(ON_CARD, nir=MOTHER.nir, key=MOTHER.key, born=MOTHER.born, first_name="CLAIRE")
    return meet(office, card).patient


def newborn(office: Office, mother: Dossier[PatientFile], name: str = "Léo", **told):
    return add_newborn(office, guide_newborn(office, mother, name, BORN, **told))


def test_a_newborn_is_under_the_parent_s_number_and_lives_there(office: Office, mother) -> None:
    guide = guide_newborn(office, mother, "Léo", BORN)
    assert find_patients(office, "leo") == []
    child = add_newborn(office, guide).told
    assert (child.nir, child.key, child.born, child.birth_rank) == (MOTHER.nir, MOTHER.key, "20261110", "1")
    assert (child.address, child.amc, child.contacts[0].name) == (
        MOTHER.address,
        Amc("0099900009", member="A12"),
        "Claire Lambert",
    )
    assert is_awaited(child)
    assert any("rang de naissance 1" in step for step in guide.steps)


def test_a_newborn_s_planned_visit_is_billed_without_a_card_in_the_child_s_name(
    office: Office, mother
) -> None:
    child = newborn(office, mother)
    told = replace(DAILY, slots=(Slot(INJECTION, 600),), when=Recurrence(TODAY, TODAY))
    add_plan(office, child, add_prescription(office, child, replace(ORDER, day=BORN)), told, PS)
    done = take_round(office, TODAY, PS)
    assert answers(done) == ["nouvelle"]
    assert "enfant de 0 ans" in str(done.visits[0].remarks)
    (row,) = office.journal.visits.find(VisitState.PENDING)
    visit = read_judged(row.payload).visit
    assert visit.typed is not None
    assert (visit.mode, visit.nir, visit.typed.first_name, visit.typed.born, visit.typed.quality) == (
        NO_CARD,
        MOTHER.nir,
        "LÉO",
        "20261110",
        "6",
    )
    assert (visit.typed.regime, visit.typed.caisse, visit.typed.centre) == ("01", "751", "0000")


def test_twins_have_each_their_rank_and_are_told_apart(office: Office, mother) -> None:
    first = newborn(office, mother)
    guide = guide_newborn(office, mother, "Zoé", BORN)
    assert (guide.child.birth_rank, [one.id for one in guide.twins]) == ("2", [first.id])
    second = add_newborn(office, guide)
    assert first.told.person != second.told.person
    family = family_of(office, mother)
    assert [(one.file.told.who, one.is_twin, one.awaited) for one in family] == [
        ("Claire Lambert", False, False),
        ("Léo Lambert", True, True),
        ("Zoé Lambert", True, True),
    ]
    for name, rank in (("Léo", "3"), ("Max", "2")):
        with pytest.raises(StoreError, match="a déjà un dossier"):
            guide_newborn(office, mother, name, BORN, rank=rank)


def test_the_card_that_says_the_child_takes_the_place_of_what_was_typed(office: Office, mother) -> None:
    first = newborn(office, mother)
    second = newborn(office, mother, "Zoé")
    twins = [LEO, replace(LEO, first_name="ZOE", birth_rank="2", beneficiary_rank="003")]
    met = meet_card(office, [replace(LEO, born=MOTHER.born, first_name="CLAIRE"), *twins], BORN)
    assert [(one.is_new, one.patient.told.who) for one in met] == [
        (False, "Claire Lambert"),
        (False, "Léo Lambert"),
        (False, "Zoé Lambert"),
    ]
    for one in (first, second):
        now = get(office, PatientFile, one.id).told
        assert not is_awaited(now)
        assert now.usual == MOTHER.usual


def test_a_child_met_on_the_other_parent_s_card_is_told_and_merged(office: Office, mother) -> None:
    child = newborn(office, mother)
    father = replace(LEO, nir="1930275113042", key="56")
    met = meet(office, father)
    assert (met.is_new, [one.id for one in met.alike]) == (True, [child.id])
    one = merge_patients(office, find_patient(office, [str(met.patient.id)]), child, "le même enfant")
    assert (one.told.nir, is_awaited(one.told), one.told.address) == ("1930275113042", False, MOTHER.address)


def test_merged_the_other_way_round_the_card_is_used_too(office: Office, mother) -> None:
    child = newborn(office, mother)
    met = meet(office, replace(LEO, nir="1930275113042", key="56"))
    one = merge_patients(office, child, met.patient, "le même enfant")
    assert (one.told.nir, is_awaited(one.told)) == (MOTHER.nir, False)


def test_a_number_of_one_s_own_is_typed_in_later(office: Office, mother) -> None:
    child = newborn(office, mother)
    own = edit_patient(office, child, replace(child.told, nir="1261175113042", key="88"))
    assert [one.file.id for one in family_of(office, own)] == [child.id]
    assert [one.file.told.who for one in family_of(office, mother)] == ["Claire Lambert"]


def test_a_parent_whose_card_was_never_read_needs_the_caisse(office: Office) -> None:
    parent = add_patient(office, MOTHER)
    with pytest.raises(PatientError, match="caisse"):
        guide_newborn(office, parent, "Léo", BORN)
    guide = guide_newborn(office, parent, "Léo", BORN, caisse=ParentsCaisse("01", "671", "0000"))
    assert '"caisse":"671"' in guide.child.usual


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"born": TODAY + timedelta(days=1)}, "à venir"),
        ({"born": date(2020, 1, 1)}, "01/01/2020"),
        ({"rank": "0"}, "rang"),
        ({"rank": "12"}, "rang"),
    ],
)
def test_what_is_no_newborn_is_told(office: Office, mother, told, says) -> None:
    born = told.pop("born", BORN)
    with pytest.raises(PatientError, match=says):
        guide_newborn(office, mother, "Léo", born, **told)


def test_a_parent_without_a_number_is_told(office: Office) -> None:
    parent = add_patient(office, PatientFile("Lambert", "Claire", "19950604"))
    with pytest.raises(PatientError, match="n’est pas connu"):
        guide_newborn(office, parent, "Léo", BORN, caisse=ParentsCaisse("01", "671", "0000"))
