"""What a prescription counts is what visits say, whatever became of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from day_files import bill, day_file, import_visits, open_office, visit
from hypothesis import given, settings
from hypothesis import strategies as st
from people import DAILY, INJECTION, ORDER, PS, YVONNE

from tournee.app.context import Office
from tournee.app.practice.patients import add_patient, find_patient, merge_patients
from tournee.app.practice.plans import add_plan, change_days
from tournee.app.practice.prescriptions import add_prescription, prescriptions_of
from tournee.app.practice.rounds import plan_of, take_round
from tournee.app.visits.importing import import_day
from tournee.billing.kept.judged import read_judged
from tournee.errors import TourneeError
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import Slot
from tournee.store import VisitState

TODAY = date(2026, 11, 16)
OTHER_CARER = "697000230"
STEPS = ("take", "take", "abandon", "reopen", "bill", "by hand", "colleague", "skip", "merge")


def said_by_visits(office: Office) -> tuple[int, int]:
    """Passages done and billed under Yvonne's prescription, as each visit of the journal has them."""
    done = billed = 0
    for row in office.journal.visits.find():
        told = read_judged(row.payload).visit
        order = told.prescription
        if row.state is VisitState.ABANDONED or order is None or order.day != ORDER.day:
            continue
        if told.nir != YVONNE.nir or told.born is not None:
            continue
        passages = [one for one in told.passages if one.day <= TODAY]
        done += len(passages)
        billed += len(passages) * (row.state is VisitState.DONE)
    return done, billed


@settings(max_examples=20, deadline=None)  # each opens a journal
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), min_size=2, max_size=12))
def test_counters_are_what_visits_say_after_any_life(tmp_path_factory, steps) -> None:
    with open_office(tmp_path_factory.mktemp("life")) as office:
        patient = add_patient(office, YVONNE)
        order = add_prescription(office, patient, replace(ORDER, sessions=40))
        slots = (Slot(INJECTION, 480), Slot(INJECTION, 1140))
        plan = add_plan(office, patient, order, replace(DAILY, slots=slots), PS)
        for what, rank in steps:
            with suppress(TourneeError):  # what cannot be done now changes nothing
                step(office, plan.plan.id, what, rank)
            ((_, counted),) = prescriptions_of(office, find_patient(office, ["lambert", "yvonne"]))
            assert (counted.done, counted.billed, counted.left) == (
                *said_by_visits(office),
                max(40 - said_by_visits(office)[0], 0),
            )


def step(office: Office, plan_id: int, what: str, rank: int) -> None:
    day = TODAY - timedelta(days=6) + timedelta(days=rank)
    rows = office.journal.visits.find()
    row = rows[rank % len(rows)] if rows else None
    told = {"date": "2026-11-02", "prescripteur": "751000126", "rpps": "10100001071", "seances": 40}
    if what == "take":
        take_round(office, day, PS)
    elif what == "by hand":
        import_visits(office, visit(prescription=told, heure=f"{6 + rank:02}:30"), day=day)
    elif what == "colleague":
        one = visit(prescription=told, heure=f"{6 + rank:02}:45")
        import_day(office, day_file(one, day=day, ps=OTHER_CARER), "colleague.json")
    elif what == "skip":
        change_days(office, plan_of(office, plan_id).plan, lambda when: when.without(day))
    elif what == "merge":
        other = add_patient(office, PatientFile("Lambert", "Yvonne", "19550604"))
        merge_patients(office, find_patient(office, ["1"]), other, "la même")
    elif row is not None and what == "abandon":
        office.journal.visits.abandon(row.id, "not there")
    elif row is not None and what == "reopen":
        office.journal.visits.reopen(row.id, "was there")
    elif row is not None and what == "bill" and row.state is VisitState.PENDING:
        bill(office, row.id)
