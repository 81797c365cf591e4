"""A physiotherapist's series: days ticked, priced and taken in as one visit, billed as one invoice."""

from dataclasses import replace
from datetime import date

import pytest
from day_files import answers, bill, open_office
from people import ORDER, YVONNE

from tournee.app.context import Office
from tournee.app.practice.day.series import price_days, series_of, take_days, tick_days
from tournee.app.practice.patients import add_patient
from tournee.app.practice.plans import PlanOf, add_plan
from tournee.app.practice.prescriptions import add_prescription, prescriptions_of
from tournee.app.practice.rounds import StopState, plan_of, round_of, take_round
from tournee.app.practice.strips import DayMark
from tournee.billing.kept.judged import read_judged
from tournee.errors import BillingError
from tournee.practice.planning.plan_file import PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import Recurrence
from tournee.store import VisitState

PS = "697000230"
SESSION = as_care({"actes": [{"code": "TER", "coefficient": 9.79}]})
WEEKDAYS = frozenset(range(5))
TODAY = date(2026, 11, 16)


def november(*days: int) -> list[date]:
    return [date(2026, 11, day) for day in days]


@pytest.fixture
def series(office: Office) -> PlanOf:
    patient = add_patient(office, replace(YVONNE, usual=as_care({"tiers_payant": "total"})))
    order = add_prescription(office, patient, replace(ORDER, day=date(2026, 11, 4)))
    when = Recurrence(date(2026, 11, 9), weekdays=WEEKDAYS, holidays="left")
    plan = PlanFile((Slot(SESSION, 600),), when, "MK", "épaule", together=True)
    return add_plan(office, patient, order, plan, PS)


def test_days_planned_until_today_are_proposed_and_a_holiday_is_not(office: Office, series: PlanOf) -> None:
    found = series_of(office, series)
    assert list(found.proposed) == november(9, 10, 12, 13, 16)
    assert [one.day for one in found.days] == [date(2026, 11, day) for day in range(9, 23)]
    assert [one.day.day for one in found.days if one.rest] == [11, 15, 22]
    assert [one.day.day for one in found.days if one.open] == list(range(9, 17))
    assert (found.ranks(found.proposed), found.total) == ((1, 5), 15)


def test_days_ticked_are_proposed_alone_and_shown_on_the_strip(office: Office, series: PlanOf) -> None:
    plan = tick_days(office, series, november(10, 12))
    plan = tick_days(office, plan, november(12), on=False)
    assert list(series_of(office, plan).proposed) == november(10)
    marks = {one.day.day: one.mark for one in series_of(office, plan).days}
    assert (marks[9], marks[10], marks[11]) == (DayMark.MISSED, DayMark.TICKED, DayMark.NONE)
    assert [stop.state for stop in round_of(office, november(10)[0], PS)] == [StopState.TICKED]


def test_five_days_are_priced_as_one_visit_before_anything_is_taken(office: Office, series: PlanOf) -> None:
    priced = price_days(office, series, november(9, 10, 12, 13, 16))
    assert not priced.judged.mistakes
    assert priced.quote.fee == 5 * 2164  # TER 9,79 of November 2026, 2,21 € the letter
    assert office.journal.visits.find() == ()


def test_five_days_are_one_visit_of_five_dated_sessions_and_one_invoice(office: Office, series) -> None:
    assert answers(take_days(office, series, november(16, 9, 10, 12, 13))) == ["nouvelle"]
    (row,) = office.journal.visits.find(VisitState.PENDING)
    visit = read_judged(row.payload).visit
    assert [one.day for one in visit.passages] == november(9, 10, 12, 13, 16)
    assert visit.day == TODAY
    ((_, counted),) = prescriptions_of(office, series.patient)
    assert (counted.done, counted.left) == (5, 10)
    bill(office, row.id)
    found = series_of(office, series)
    assert [one.day.day for one in found.days if one.billed] == [9, 10, 12, 13, 16]
    assert found.proposed == ()


def test_days_chosen_anew_change_the_visit_in_place_until_it_is_billed(office: Office, series) -> None:
    take_days(office, series, november(9, 10))
    assert list(series_of(office, series).proposed) == november(9, 10, 12, 13, 16)
    assert series_of(office, series).ranks(november(9, 10)) == (1, 2)
    assert answers(take_days(office, series, november(10, 12, 13))) == ["changée"]
    (row,) = office.journal.visits.find(VisitState.PENDING)
    bill(office, row.id)
    assert answers(take_days(office, series, november(9, 16))) == ["nouvelle"]
    assert len(office.journal.visits.find()) == 2


def test_a_day_that_is_billed_or_to_come_is_refused_with_its_day(office: Office, series) -> None:
    take_days(office, series, november(9, 10))
    (row,) = office.journal.visits.find(VisitState.PENDING)
    bill(office, row.id)
    with pytest.raises(BillingError, match="10/11/2026 est déjà facturé"):
        take_days(office, series, november(10, 12))
    for act in (take_days, price_days, tick_days):
        with pytest.raises(BillingError, match="17/11/2026 est à venir"):
            act(office, series, november(17))
    with pytest.raises(BillingError, match="Aucun jour"):
        price_days(office, series, [])


def test_a_round_does_not_take_one_by_one_what_is_billed_together(office: Office, series) -> None:
    with pytest.raises(BillingError, match="Rien n’est à prendre"):
        take_round(office, TODAY, PS)


def test_a_series_of_one_day_is_a_visit_of_that_day(office: Office, series) -> None:
    tick_days(office, series, november(9))
    take_days(office, plan_of(office, series.plan.id), november(9))
    (stop,) = round_of(office, november(9)[0], PS)
    assert (stop.state, stop.by) == (StopState.DONE, 1)


def test_a_plan_ticked_is_the_same_on_another_device(office: Office, series, tmp_path) -> None:
    tick_days(office, series, november(9, 10))
    with open_office(tmp_path) as again:
        assert plan_of(again, series.plan.id).plan.told.ticked == tuple(november(9, 10))
