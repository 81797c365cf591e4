"""What is told once and used again: travel by address, a prior agreement, an absence, one of a card."""

from dataclasses import replace
from datetime import date

import pytest
from day_files import import_visits, pending, visit
from people import DAILY, ON_CARD, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.day.travel import remembered_travel
from tournee.app.practice.patients import add_patient, edit_patient, meet_one
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription, note_agreement
from tournee.app.practice.rounds import add_absence, carer_of_card, plan_of, replacement_on
from tournee.billing.identity import PsIdentity
from tournee.errors import BillingError, StoreError
from tournee.practice.patient_file import Address
from tournee.practice.planning.plan_file import as_care

TODAY = date(2026, 11, 16)
FAR = {"indemnite": "IFA", "kilometres": 24, "terrain": "montagne"}


def test_travel_is_remembered_from_the_last_visit_else_from_plans_else_from_the_file(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    assert remembered_travel(office, patient, PS) == {}
    known = edit_patient(
        office, patient, replace(YVONNE, usual=as_care({"deplacement": {"indemnite": "IFI"}}))
    )
    assert remembered_travel(office, known, PS) == {"indemnite": "IFI"}
    add_plan(office, known, None, DAILY, PS)
    assert remembered_travel(office, known, PS) == {"indemnite": "IFA"}
    import_visits(office, visit(deplacement=FAR), day=date(2026, 11, 15))
    assert remembered_travel(office, known, PS) == FAR
    assert remembered_travel(office, known, "697000230") == {"indemnite": "IFI"}
    office.journal.visits.abandon(pending(office)[0], "erreur")
    assert remembered_travel(office, known, PS) == {"indemnite": "IFA"}


def test_travel_to_an_address_of_before_is_remembered_no_more(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    import_visits(office, visit(deplacement=FAR), day=date(2026, 11, 15))
    assert remembered_travel(office, patient, PS) == FAR
    moved = edit_patient(office, patient, replace(YVONNE, address=Address("1 rue Neuve", "75012", "Paris")))
    assert remembered_travel(office, moved, PS) == {}


def test_an_agreement_asked_then_answered_is_told_by_the_visits_to_come(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    order = add_prescription(office, patient, ORDER)
    plan = add_plan(office, patient, order, DAILY, PS)
    with pytest.raises(StoreError, match="n’a pas été demandé"):
        note_agreement(office, order, None, "given")
    asked = note_agreement(office, order, date(2026, 11, 5), "")
    assert plan_of(office, plan.plan.id).visit(TODAY)["accord"] == {
        "demande": "2026-11-05",
        "reponse": "silence",
    }
    note_agreement(office, asked, None, "given", date(2026, 11, 12), "A1")
    assert plan_of(office, plan.plan.id).visit(TODAY)["accord"] == {
        "demande": "2026-11-05",
        "reponse": "accordé",
        "le": "2026-11-12",
        "numero": "A1",
    }


def test_a_card_s_round_is_its_carer_s_or_that_of_whom_she_replaces(office: Office) -> None:
    plan = add_plan(office, add_patient(office, YVONNE), None, DAILY, PS)
    ines = PsIdentity("756000212", "IF", "24", "FAURE", "INES", rpps="10100000040")
    assert carer_of_card(office, ines, TODAY) == "756000212"
    names = {"own_name": "Claire LEFEBVRE", "rpps": "10100000040", "name": "Inès FAURE"}
    add_absence(office, PS, TODAY, TODAY, "congés", **names)
    assert carer_of_card(office, ines, TODAY) == PS
    assert carer_of_card(office, ines, date(2026, 11, 17)) == "756000212"
    assert carer_of_card(office, None, TODAY) == plan.ps
    told = replacement_on(office, TODAY, PS)
    assert told is not None
    assert (told.name, told.replaced_name) == ("Inès FAURE", "Claire LEFEBVRE")


@pytest.mark.parametrize("who", [{"rpps": "10100000041"}, {"rpps": "10100000040", "name": "Inès FAURE"}])
def test_a_replacement_that_is_not_told_whole_is_refused(office: Office, who) -> None:
    with pytest.raises(BillingError, match="Remplacement"):
        add_absence(office, PS, TODAY, TODAY, **who)
    assert replacement_on(office, TODAY, PS) is None


def test_of_twins_on_a_card_the_rank_tells_which(office: Office) -> None:
    people = [
        ON_CARD,
        *(replace(ON_CARD, born="20230714", birth_rank=rank, first_name=rank) for rank in "12"),
    ]
    day = date(2023, 7, 14)
    with pytest.raises(StoreError, match="Plusieurs personnes"):
        meet_one(office, people, day)
    assert meet_one(office, people, day, "2").told.birth_rank == "2"
    assert meet_one(office, people).told.born == "19550604"
    with pytest.raises(StoreError, match="ce rang"):
        meet_one(office, people, day, "3")
