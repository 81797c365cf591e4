"""A day's round as a screen shows it, and what a carer does with one of its stops."""

from dataclasses import replace
from datetime import date

import pytest
from day_files import bill, import_visits, visit
from people import DAILY, INJECTION, ON_CARD, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.day.day_round import StopMark, day_round
from tournee.app.practice.day.stops import (
    add_stop,
    add_visit,
    leave_for_card,
    move_stop,
    skip_stop,
    stop_of,
    table_of,
    take_stop,
    tell_stop,
)
from tournee.app.practice.patients import add_patient, meet
from tournee.app.practice.plans import PlanOf, add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import plan_of, take_round
from tournee.billing.identity import Period
from tournee.billing.kept.judged import read_judged
from tournee.errors import StoreError
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanError, Slot, as_care
from tournee.practice.planning.recurrence import Recurrence
from tournee.store import VisitState

TODAY, TOMORROW = date(2026, 11, 16), date(2026, 11, 17)
ROBERT = PatientFile("Garnier", "Robert", "19480312", nir="1480369123017", key="30")
INJECTION_CENTS, TRAVEL_CENTS, SINGLE_ACT_CENTS = 335, 275, 135  # AMI 1, IFA, MAU of November 2026


@pytest.fixture
def daily(office: Office) -> PlanOf:
    patient = add_patient(office, YVONNE)
    return add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)


@pytest.fixture
def robert(office: Office, daily: PlanOf) -> PlanOf:
    """Whom she sees after Yvonne, at half past nine."""
    patient = add_patient(office, ROBERT)
    late = replace(DAILY, slots=(Slot(INJECTION, 570),))
    return add_plan(office, patient, add_prescription(office, patient, ORDER), late, PS)


def marks(office: Office, day: date = TODAY) -> list[StopMark]:
    return [one.mark for one in day_round(office, day, PS).stops]


def pending_visit(office: Office):
    (row,) = office.journal.visits.find(VisitState.PENDING)
    return read_judged(row.payload).visit


def test_a_round_to_see_has_its_next_stop_its_prices_and_sessions(office: Office, daily, robert) -> None:
    told = day_round(office, TODAY, PS)
    assert marks(office) == [StopMark.TO_SEE] * 2
    assert told.next is told.stops[0]
    assert (told.seen, told.secured, told.planned) == (0, 0, 2 * (INJECTION_CENTS + TRAVEL_CENTS))
    first = told.stops[0]
    assert (first.rank, first.total, first.cents) == (1, 15, INJECTION_CENTS + TRAVEL_CENTS)
    assert first.quote is not None
    assert (first.quote.amo, first.quote.due) == (366, 244)  # 60 % of 6,10 €, paid by the caisse
    assert office.journal.visits.find() == ()


def test_a_round_that_is_not_priced_has_the_same_stops(office: Office, daily, robert) -> None:
    take_stop(office, day_round(office, TODAY, PS).stops[0].stop)
    told = day_round(office, TODAY, PS, priced=False)
    assert [one.mark for one in told.stops] == [StopMark.TO_SIGN, StopMark.TO_SEE]
    assert [one.cents for one in told.stops] == [INJECTION_CENTS + TRAVEL_CENTS, None]


def test_a_stop_goes_from_taken_to_billed(office: Office, daily, robert) -> None:
    take_stop(office, day_round(office, TODAY, PS).stops[0].stop)
    assert marks(office) == [StopMark.TO_SIGN, StopMark.TO_SEE]
    visit_id = day_round(office, TODAY, PS).stops[0].visit_id
    assert visit_id is not None
    number = bill(office, visit_id)
    told = day_round(office, TODAY, PS)
    assert [one.mark for one in told.stops] == [StopMark.DONE, StopMark.TO_SEE]
    assert (told.stops[0].invoice, told.seen, told.next) == (number, 1, told.stops[1])
    assert told.secured == told.stops[0].cents


def test_a_visit_left_for_its_card_is_passed_over_and_waits(office: Office, daily, robert) -> None:
    leave_for_card(office, day_round(office, TODAY, PS).stops[0].stop)
    told = day_round(office, TODAY, PS)
    assert [one.mark for one in told.stops] == [StopMark.CARD_MISSING, StopMark.TO_SEE]
    assert told.next is told.stops[1]


def test_a_visit_whose_card_did_not_come_is_missing_once_a_later_one_is_done(office: Office, daily, robert):
    take_round(office, TODAY, PS)
    assert marks(office) == [StopMark.TO_SIGN] * 2
    last = day_round(office, TODAY, PS).stops[1].visit_id
    assert last is not None
    bill(office, last)
    assert marks(office) == [StopMark.CARD_MISSING, StopMark.DONE]


def test_what_the_rules_refuse_is_to_correct_with_its_reason(office: Office, daily) -> None:
    stop = day_round(office, TODAY, PS).stops[0].stop
    tell_stop(office, stop, {"majoration": "F"})
    (told,) = day_round(office, TODAY, PS).stops
    assert (told.mark, told.cents) == (StopMark.TO_CORRECT, None)
    assert "n’est ni un dimanche ni un jour férié" in told.faults[0]


def test_rights_that_are_over_are_a_warning(office: Office, daily) -> None:
    over = replace(ON_CARD, rights=(Period("20250101", "20261031"),))
    meet(office, over)
    (told,) = day_round(office, TODAY, PS).stops
    assert told.warnings[0] == "ses droits sont terminés depuis le 31/10/2026"


def test_a_stop_told_otherwise_is_so_on_its_day_alone_and_before_or_after_it_is_taken(office, daily) -> None:
    stop = day_round(office, TODAY, PS).stops[0].stop
    acts = [*table_of(office, stop)["actes"], {"code": "MAU"}]
    told = tell_stop(office, stop, {"actes": acts, "deplacement": None})
    (shown,) = day_round(office, TODAY, PS).stops
    assert shown.cents == INJECTION_CENTS + SINGLE_ACT_CENTS
    take_stop(office, told)
    assert [act.code for act in pending_visit(office).passages[0].acts] == ["AMI", "MAU"]
    assert pending_visit(office).passages[0].travel is None
    tell_stop(office, day_round(office, TODAY, PS).stops[0].stop, {"heure": "10:15"})
    assert pending_visit(office).passages[0].minute == 615
    tell_stop(office, day_round(office, TODAY, PS).stops[0].stop, {})
    assert pending_visit(office).passages[0].minute == 530
    assert [act["code"] for act in plan_of(office, daily.plan.id).visit(TOMORROW)["actes"]] == ["AMI"]


def test_what_is_told_of_a_stop_and_does_not_read_changes_nothing(office: Office, daily) -> None:
    stop = day_round(office, TODAY, PS).stops[0].stop
    with pytest.raises(PlanError, match="coefficient"):
        tell_stop(office, stop, {"actes": [{"code": "AMI", "coefficient": "un"}]})
    assert plan_of(office, daily.plan.id).plan.told.apart == ()


def test_what_is_billed_is_not_told_otherwise_skipped_or_moved(office: Office, daily) -> None:
    take_stop(office, stop_of(office, daily, TODAY))
    visit_id = stop_of(office, daily, TODAY).visit_id
    assert visit_id is not None
    bill(office, visit_id)
    stop = stop_of(office, daily, TODAY)
    for act in (
        lambda: tell_stop(office, stop, {"heure": "10:15"}),
        lambda: skip_stop(office, stop, "absente"),
        lambda: move_stop(office, stop, TOMORROW),
    ):
        with pytest.raises(StoreError, match="déjà facturée"):
            act()


def test_a_stop_skipped_or_moved_after_it_was_taken_is_set_aside(office: Office, daily) -> None:
    take_stop(office, stop_of(office, daily, TODAY))
    skip_stop(office, stop_of(office, daily, TODAY), "absente")
    assert marks(office) == []
    assert office.journal.visits.find(VisitState.PENDING) == ()
    again = add_stop(office, plan_of(office, daily.plan.id), TODAY)
    assert again.visit_id is not None
    assert marks(office) == [StopMark.TO_SIGN]
    move_stop(office, again, date(2026, 12, 24))
    assert marks(office) == []
    assert marks(office, date(2026, 12, 24)) == [StopMark.TO_SEE]


def test_a_visit_that_no_plan_had_foreseen_is_added_to_one_day(office: Office, daily) -> None:
    robert = add_patient(office, ROBERT)
    order = add_prescription(office, robert, ORDER)
    care = {"actes": [{"code": "AMI", "coefficient": 1}], "lieu": "domicile"}
    stop = add_visit(office, robert, order, care, TODAY, ps=PS, profession="IF", minute=720)
    assert [one.stop.plan.plan.id for one in day_round(office, TODAY, PS).stops][-1] == stop.plan.plan.id
    assert len(day_round(office, TOMORROW, PS).stops) == 1


def test_two_plans_of_one_patient_on_a_day_are_two_stops(office: Office, daily) -> None:
    evening = replace(DAILY, slots=(Slot(INJECTION, 1080),), when=Recurrence(TODAY, TODAY))
    add_plan(office, daily.patient, daily.prescription, evening, PS)
    take_stop(office, day_round(office, TODAY, PS).stops[0].stop)
    assert marks(office) == [StopMark.TO_SIGN, StopMark.TO_SEE]


def test_a_visit_typed_by_hand_does_its_stop(office: Office, daily) -> None:
    import_visits(office, visit(prescription={"date": "2026-11-02", "rpps": "10100001071"}, heure="08:45"))
    (told,) = day_round(office, TODAY, PS).stops
    assert told.visit_id == 1
    assert told.mark is StopMark.TO_SIGN


@pytest.mark.parametrize(
    ("day", "minute", "night", "letter"),
    [
        (date(2026, 11, 15), 530, False, "F"),
        (date(2026, 11, 11), 530, False, "F"),
        (date(2026, 11, 16), 530, False, ""),
        (date(2026, 11, 16), 1290, True, "N"),
        (date(2026, 11, 16), 1290, False, ""),
        (date(2026, 11, 15), 1290, True, "N"),
    ],
)
def test_a_plan_by_the_clock_asks_for_night_sunday_and_holidays(office, daily, day, minute, night, letter):
    order = add_prescription(office, daily.patient, replace(ORDER, day=date(2026, 11, 3), night=night))
    told = replace(DAILY, slots=(Slot(INJECTION, minute),), by_clock=True, when=Recurrence(date(2026, 11, 9)))
    plan = add_plan(office, daily.patient, order, told, PS)
    assert plan.visit(day).get("majoration", "") == letter


def test_a_day_of_several_passages_is_told_otherwise_as_a_whole(office: Office, daily) -> None:
    twice = replace(DAILY, slots=(Slot(INJECTION, 480), Slot(INJECTION, 1140)))
    plan = add_plan(office, daily.patient, daily.prescription, twice, PS)
    stop = stop_of(office, plan, TODAY)
    with pytest.raises(PlanError, match="2 passages par jour"):
        tell_stop(office, stop, {"heure": "10:15"})
    once = {"passage": [{"heure": "09:00", "actes": [{"code": "AMI", "coefficient": 1}]}]}
    told = tell_stop(office, stop, once)
    assert [one["heure"] for one in told.plan.visit(TODAY)["passage"]] == ["09:00"]
    lighter = tell_stop(office, stop_of(office, plan, TOMORROW), {"deplacement": None})
    assert ["deplacement" in one for one in lighter.plan.visit(TOMORROW)["passage"]] == [False, False]


def test_an_exception_of_a_day_survives_as_it_was_written(office: Office, daily) -> None:
    tell_stop(office, stop_of(office, daily, TODAY), {"heure": "10:15"})
    kept = plan_of(office, daily.plan.id).plan.told
    assert kept.told_on(TODAY) == {"heure": "10:15"}
    assert kept.apart[0].said == as_care({"heure": "10:15"})
