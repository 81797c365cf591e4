"""A prescription in a few touches makes the visits that it says, and nothing when something is missing."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from day_files import answers

sys.path.insert(0, str(Path(__file__).parent.parent / "practice"))

from people import DOCTOR, PS, YVONNE

from tournee.app.context import Office
from tournee.app.patient_view.listed import patients_listed
from tournee.app.patient_view.page import patient_page
from tournee.app.patient_view.prescribing import OrderTold, care_named, cares_offered, keep_order
from tournee.app.practice.patients import add_patient
from tournee.app.practice.rounds import round_of, take_round
from tournee.practice.planning.plan_file import PlanError

DAY = date(2026, 11, 16)


def told(office: Office, words: str = "pansement stomie", **more: object) -> OrderTold:
    care = cares_offered(office, PS, "IF", words, DAY)[0]
    plain = OrderTold(DOCTOR, DAY, care, 10, 1, 8 * 60 + 50, False, False, DAY)
    return replace(plain, **more)  # type: ignore[arg-type]


def test_ten_sessions_without_sundays_are_ten_days(office: Office) -> None:
    days = told(office).days
    assert (len(days), days[0], days[-1]) == (10, DAY, date(2026, 11, 26))
    assert all(day.weekday() != 6 for day in days)


def test_two_passages_a_day_are_half_as_many_days(office: Office) -> None:
    assert len(told(office, sessions=11, passages=2).days) == 6


def test_order_is_kept_with_its_plan_and_its_visits_are_billable(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    plan = keep_order(office, patient, told(office), PS, "IF")
    assert plan.prescription is not None and plan.prescription.told.total == 10
    assert [stop.minute for stop in round_of(office, DAY, PS)] == [530]
    assert answers(take_round(office, DAY, PS)) == ["nouvelle"]
    (order,) = patient_page(office, patient.id).orders
    assert (order.counted.done, order.care) == (1, "Pansement de stomie")


def test_physiotherapist_s_order_is_a_series_of_several_days(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    care = cares_offered(office, PS, "MK", "genou", DAY)[0]
    plan = keep_order(office, patient, replace(told(office), care=care), "697000230", "MK")
    assert plan.plan.told.together


def test_what_she_plans_is_offered_the_next_time(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    plan = keep_order(office, patient, told(office), PS, "IF")
    (offered,) = cares_offered(office, PS, "IF", "", DAY)
    assert (offered.value, offered.words) == (f"plan {plan.plan.id}", "Pansement de stomie")
    assert care_named(office, offered.value, PS, "IF", "", DAY) == offered


def test_care_that_was_not_chosen_is_asked_for(office: Office) -> None:
    with pytest.raises(PlanError, match="Quel soin"):
        care_named(office, "", PS, "IF", "pansement", DAY)


def test_patients_are_found_with_what_is_planned(office: Office) -> None:
    patient = add_patient(office, YVONNE)
    keep_order(office, patient, told(office), PS, "IF")
    (one,) = patients_listed(office, "lamb tilleuls").patients
    assert (one.care, one.amiss) == ("Pansement de stomie", "")
    assert patients_listed(office, "nobody").patients == ()
