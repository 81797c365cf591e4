"""One visit under one key, planned or in the journal; what its day proposes; kept, passed, taken up again."""

import sys
from datetime import date
from pathlib import Path

import pytest
from day_files import PRESCRIPTION, import_visits, open_office, visit

sys.path.insert(0, str(Path(__file__).parent.parent / "practice"))

from people import DAILY, INJECTION, ORDER, PS, YVONNE

from tournee.app.bedside.act_search import addable_acts
from tournee.app.bedside.bill import bill_lines
from tournee.app.bedside.care_visit import (
    VisitStanding,
    care_visit,
    care_visits,
    judged_care,
    new_key,
    planned_key,
    take,
)
from tournee.app.bedside.changing import with_act, with_kilometres, with_majoration
from tournee.app.bedside.proposing import proposed
from tournee.app.bedside.securing import keep_for_card, pass_visit
from tournee.app.bedside.sharing import shares_of
from tournee.app.context import Office
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import PlanOf, add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.errors import BillingError, StoreError
from tournee.practice.planning.plan_file import PlanFile, Slot
from tournee.practice.planning.recurrence import Recurrence

DAY = date(2026, 11, 16)
SUNDAY = date(2026, 11, 15)


@pytest.fixture
def plan(office: Office) -> PlanOf:
    patient = add_patient(office, YVONNE)
    return add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)


def test_planned_visit_is_taken_by_the_first_touch_and_keeps_its_place(office: Office, plan: PlanOf) -> None:
    key = planned_key(plan.plan.id, DAY)
    care = care_visit(office, key)
    assert (care.standing, care.name, care.minute) == (VisitStanding.TO_SEE, "Yvonne Lambert", 530)

    taken = take(office, care, with_kilometres(care.told, 0, 12))

    assert care_visit(office, key).key == taken.key
    assert taken.told["deplacement"]["kilometres"] == 12
    (only,) = care_visits(office, DAY, PS)
    assert (only.key, only.standing) == (taken.key, VisitStanding.STARTED)


def test_taking_twice_is_taking_once(office: Office, plan: PlanOf) -> None:
    key = planned_key(plan.plan.id, DAY)
    first = keep_for_card(office, care_visit(office, key), care_visit(office, key).told)
    assert keep_for_card(office, care_visit(office, key), first.told).key == first.key


def test_what_the_rules_refuse_is_not_taken(office: Office, plan: PlanOf) -> None:
    care = care_visit(office, planned_key(plan.plan.id, DAY))
    with pytest.raises(BillingError, match="ne peut pas être facturée"):
        take(office, care, with_majoration(care.told, 0, "F", on=True))  # a Monday
    assert care_visit(office, care.key).standing == VisitStanding.TO_SEE


def test_refused_change_leaves_the_visit_of_the_journal_as_it_was(office: Office, plan: PlanOf) -> None:
    care = care_visit(office, planned_key(plan.plan.id, DAY))
    taken = take(office, care)
    with pytest.raises(BillingError):
        take(office, taken, with_majoration(taken.told, 0, "F", on=True))
    assert care_visit(office, taken.key).told == taken.told


def test_passed_visit_leaves_the_round(office: Office, plan: PlanOf) -> None:
    care = care_visit(office, planned_key(plan.plan.id, DAY))
    pass_visit(office, care, care.told)
    assert [one.standing for one in care_visits(office, DAY, PS)] == [VisitStanding.SET_ASIDE]


def test_new_visit_of_a_patient_takes_its_first_act(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    care = care_visit(office, new_key(patient.id, DAY), ps=PS)
    taken = take(
        office,
        care,
        with_act({**care.told, "prescription": PRESCRIPTION}, 0, {"code": "AMI", "coefficient": 2.02}),
    )
    assert [one.key for one in care_visits(office, DAY, PS)] == [taken.key]


def test_visit_typed_by_hand_stands_beside_the_round(office: Office, plan: PlanOf) -> None:
    from day_files import ROBERT

    import_visits(office, visit(ROBERT, "AMI 2.02", heure="07:10"))
    assert [one.minute for one in care_visits(office, DAY, PS)] == [430, 530]


@pytest.mark.parametrize(
    "key", ["", "x1", "v", "p1", "v1-20261116", "p1-20261350", "n1-2026111", "v999999999"]
)
def test_key_that_is_none_is_refused(office: Office, key: str) -> None:
    with pytest.raises(StoreError):
        care_visit(office, key)


def test_sunday_is_proposed_where_the_prescription_says_every_day(tmp_path: Path) -> None:
    from dataclasses import replace
    from datetime import datetime
    from zoneinfo import ZoneInfo

    with open_office(tmp_path, now=datetime(2026, 11, 15, 9, tzinfo=ZoneInfo("Europe/Paris"))) as office:
        patient = add_patient(office, YVONNE)
        order = add_prescription(office, patient, replace(ORDER, daily=True))
        plan = add_plan(office, patient, order, DAILY, PS)
        care = care_visit(office, planned_key(plan.plan.id, SUNDAY))
        judged, extras = proposed(office, care)
        assert {one.code: one.on for one in extras}["F"] is True
        assert judged.cents == judged_care(office, care).cents + sum(one.cents for one in extras if one.on)
        assert judged.mistakes == ()


def test_night_is_there_to_be_chosen_and_not_chosen(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    night = PlanFile((Slot(INJECTION, 6 * 60),), Recurrence(DAY), "IF", "injection")
    plan = add_plan(office, patient, add_prescription(office, patient, ORDER), night, PS)
    _, extras = proposed(office, care_visit(office, planned_key(plan.plan.id, DAY)))
    assert {one.code: one.on for one in extras} == {"N": False, "MAU": True}


def test_shares_without_any_card_are_those_of_plain_rights(office: Office, plan: PlanOf) -> None:
    judged = judged_care(office, care_visit(office, planned_key(plan.plan.id, DAY)))
    shares = shares_of(office, judged, None, None)
    assert shares is not None and shares.supposed
    assert shares.fee == judged.cents
    assert shares.due == shares.fee - shares.amo  # third party for the caisse alone


def test_acts_are_found_and_those_planned_elsewhere_proposed(office: Office, plan: PlanOf) -> None:
    care = care_visit(office, planned_key(plan.plan.id, DAY))
    assert [one.written for one in addable_acts(office, care, "AMI 4").found][:1] == ["AMI 4"]
    assert addable_acts(office, care, "").planned == ()
    assert addable_acts(office, care, "zzz").found == ()


def test_lines_of_the_journal_say_what_they_mean(office: Office) -> None:
    from day_files import YVONNE as CARD

    told = {**CARD, "actes": [{"acte": "injection-sous-cutanee"}], "prescription": PRESCRIPTION}
    done = import_visits(office, told)
    care = care_visit(office, f"v{done.visits[0].id}")
    assert care.thing is not None
    (line,) = bill_lines(office, care.thing.visit.judged)
    assert (line.code, line.label, line.times) == ("AMI 1", "Injection sous-cutanée", 1)


def test_acts_she_bills_most_are_proposed_without_a_letter_typed(office: Office, plan: PlanOf) -> None:
    from day_files import ROBERT

    dressing = {**ROBERT, "actes": [{"acte": "pansement-stomie"}], "prescription": PRESCRIPTION}
    import_visits(office, dressing)
    care = care_visit(office, planned_key(plan.plan.id, DAY))
    assert [one.label for one in addable_acts(office, care, "").usual] == ["Pansement de stomie"]


def test_new_visit_takes_the_prescription_in_use(office: Office, plan: PlanOf) -> None:
    care = care_visit(office, new_key(plan.patient.id, DAY), ps=PS)
    assert care.told["prescription"]["date"] == "2026-11-02"
    taken = take(office, care, with_act(care.told, 0, {"code": "AMI", "coefficient": 2.02}))
    assert taken.standing == VisitStanding.STARTED
