"""Day files both ways: what a day of the journal writes is known when it comes back."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from day_files import answers, day_file, import_visits, visit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import DAILY, INJECTION, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.dossiers import of_patient
from tournee.app.practice.interchange.days import journal_day
from tournee.app.practice.patients import add_patient, find_patient, find_patients
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.app.practice.rounds import round_file, round_of, take_round
from tournee.app.visits.importing import import_day
from tournee.billing.kept.judged import read_judged
from tournee.emulation.population import NURSE, populate
from tournee.errors import BillingError
from tournee.practice.planning.plan_file import PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import Recurrence
from tournee.store import VisitState

TODAY = date(2026, 11, 16)
ACTS = [
    {"code": "AMI", "coefficient": 1},
    {"code": "AMI", "coefficient": 1.5},
    {"code": "AMX", "coefficient": 4},
]


def held(office: Office) -> list:
    return [read_judged(row.payload) for row in office.journal.visits.find()]


def test_rounds_of_a_practice_go_out_as_days_and_come_back_known(office: Office, other: Office) -> None:
    populate(office, TODAY)
    taken = take_round(office, TODAY, NURSE).visits
    assert len(taken) > 10
    file = journal_day(office, TODAY, NURSE)
    assert set(answers(import_day(office, file, "again.json"))) == {"connue"}
    assert set(answers(import_day(other, file, "there.json"))) == {"nouvelle"}
    assert held(other) == held(office)
    assert visits(journal_day(other, TODAY, NURSE)) == visits(file)


def visits(file: bytes) -> list:
    """A day's visits but for their references, which only the device that has the plans knows."""
    return [{**one, "reference": ""} for one in json.loads(file)["visite"]]


def test_a_round_that_went_out_as_a_day_file_is_the_round_that_is_taken(
    office: Office, other: Office
) -> None:
    patient = add_patient(office, YVONNE)
    add_plan(office, patient, add_prescription(office, patient, ORDER), DAILY, PS)
    file = round_file(office, TODAY, PS)
    assert answers(import_day(other, file, "round.json")) == ["nouvelle"]
    take_round(office, TODAY, PS)
    assert held(other) == held(office)
    assert answers(import_day(office, file, "round.json")) == ["connue"]
    assert len(office.journal.visits.find()) == 1


def test_what_was_typed_by_hand_comes_back_as_it_was(office: Office, other: Office) -> None:
    several = [
        {"heure": "08:00", "actes": [{"code": "AMI", "coefficient": 1}]},
        {"heure": "19:00", "actes": [{"code": "AMI", "coefficient": 1}]},
    ]
    told = visit(passage=several, tiers_payant="amo")
    del told["actes"]
    import_visits(office, told)
    import_visits(office, visit({"nir": "1480369123017", "cle": "30"}, reference="editor 7"))
    file = journal_day(office, TODAY, PS)
    assert set(answers(import_day(office, file, "again.json"))) == {"connue"}
    import_day(other, file, "there.json")
    assert held(other) == held(office)


def test_what_is_set_aside_is_not_in_the_file_and_an_empty_day_is_told(office: Office) -> None:
    import_visits(office, visit())
    (row,) = office.journal.visits.find()
    office.journal.visits.abandon(row.id, "not there")
    with pytest.raises(BillingError, match="aucune visite"):
        journal_day(office, TODAY, PS)


def test_a_day_of_two_replacements_is_told(office: Office) -> None:
    replaced = json.loads(day_file(visit({"nir": "1480369123017", "cle": "30"})))
    replaced["remplacement"] = {
        "remplace": PS,
        "nom_remplace": "Claire",
        "rpps": "10100001071",
        "nom": "Inès",
        "du": "2026-11-16",
        "au": "2026-11-20",
    }
    import_visits(office, visit())
    import_day(office, json.dumps(replaced).encode(), "replaced.json")
    assert {row.state for row in office.journal.visits.find()} == {VisitState.PENDING}
    with pytest.raises(BillingError, match="même personne"):
        journal_day(office, TODAY, PS)


plans = st.builds(
    lambda acts, minutes, weekdays, weeks, sessions, rest, words: PlanFile(
        tuple(Slot(as_care({"actes": acts}), minute) for minute in sorted(minutes)),
        Recurrence(date(2026, 11, 9), None, weekdays, weeks, sessions, rest, rest),
        "IF",
        words,
    ),
    st.lists(st.sampled_from(ACTS), min_size=1, max_size=2, unique_by=str),
    st.sets(st.integers(0, 1439), min_size=1, max_size=3),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(1, 3),
    st.integers(1, 30),
    st.sampled_from(["kept", "left", "next"]),
    st.text(max_size=20),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(told=plans)
def test_whatever_is_planned_goes_to_the_other_device_and_back_as_the_same_plan(
    office: Office, other: Office, carry, told: PlanFile
) -> None:
    patient = next(iter(find_patients(office)), None) or add_patient(office, YVONNE)
    made = add_plan(office, patient, None, told, PS)
    carry(office, other)
    found = {
        one.row.uid: one.told for one in of_patient(other, PlanFile, find_patient(other, ["lambert"]).id)
    }
    assert found[made.plan.row.uid] == made.plan.told
    for rank in range(7):
        day = TODAY + timedelta(days=rank)
        mine, theirs = round_of(office, day, PS), round_of(other, day, PS)
        assert [one.plan.visit(day) for one in mine] == [one.plan.visit(day) for one in theirs]
    assert carry(other, office).new == 0


def test_a_plan_s_visits_told_as_a_day_count_for_its_prescription(office: Office, other: Office) -> None:
    patient = add_patient(office, YVONNE)
    told = replace(DAILY, slots=(Slot(INJECTION, 480), Slot(INJECTION, 1140)))
    add_plan(office, patient, add_prescription(office, patient, replace(ORDER, sessions=20)), told, PS)
    take_round(office, TODAY, PS)
    import_day(other, journal_day(office, TODAY, PS), "day.json")
    assert [len(one.visit.passages) for one in held(other)] == [2]
