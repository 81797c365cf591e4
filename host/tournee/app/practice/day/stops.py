"""What a carer does with one stop of her round: told otherwise, priced, taken, left for its card, moved.

Each touch is kept in the plan or the journal: a visit half made is there after a lock, a reload, a kill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from tournee.app.certify import abandon_visit
from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier
from tournee.app.practice.plans import PlanOf, add_plan, change_days, day_file, tell_day
from tournee.app.practice.rounds import (
    Stop,
    StopState,
    keep_round,
    replacement_on,
    round_of,
    take_round,
)
from tournee.app.visits.imported import ImportedDay
from tournee.app.visits.past import JournalPast
from tournee.app.visits.pricing import PricedVisit, price_files
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.kept.judged import read_judged
from tournee.billing.nomenclature.table import Profession
from tournee.errors import StoreError
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import Recurrence
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import VisitState


def table_of(office: Office, stop: Stop) -> dict[str, Any]:
    """The visit of a stop as the day file has it: as the journal holds it (one may have been edited there),
    else as its plan makes it. An edit of a screen is this table with keys told otherwise (`tell_stop`).
    """
    if stop.visit_id is not None:
        row = office.journal.visits.get(stop.visit_id)
        return visit_table(read_judged(row.payload).visit, stop.plan.reference(stop.day))
    return stop.plan.visit(stop.day)


def price_stops(office: Office, day: date, ps: str, stops: Sequence[Stop]) -> dict[str, PricedVisit]:
    """What each stop that is not billed comes to and whom, and what the rules say, by its reference: judged
    together, with all that the journal knows. One whose form is wrong is not there.
    """
    pending = {}
    for one in stops:
        if one.visit_id is not None:
            row = office.journal.visits.get(one.visit_id)
            if row.state is VisitState.PENDING and row.invoice_id is None:
                pending[one.visit_id] = one
        elif one.state in (StopState.PLANNED, StopState.TICKED):
            pending[-one.plan.plan.id] = one
    if not pending:
        return {}
    told = [table_of(office, one) for one in pending.values()]
    profession = stops[0].plan.plan.told.profession
    file = day_file(ps, profession, day, told, replacement_on(office, day, ps))
    besides = JournalPast(office.journal, {one for one in pending if one > 0})
    (priced,) = price_files([("tournée.json", file)], besides, office.nomenclature)
    by_rank = [one.plan.reference(one.day) for one in pending.values()]
    return {by_rank[one.judged.rank]: one for one in priced.visits}


def stop_of(office: Office, plan: PlanOf, day: date) -> Stop:
    """The stop that a plan makes on a day; StoreError when it makes none."""
    found = [one for one in round_of(office, day, plan.ps) if one.plan.plan.id == plan.plan.id]
    if not found:
        raise StoreError(
            f"{plan.patient.told.who} n’est pas de la tournée du {day:%d/%m/%Y}.", next_step="ajoutez ce jour"
        )
    return found[0]


def tell_stop(office: Office, stop: Stop, said: Mapping[str, Any]) -> Stop:
    """Tell this stop's visit otherwise, by keys of the day file (None: left out; {}: as planned): acts, hour,
    travel, majoration, mode, another insurer. Kept with the plan, for this day alone; a visit that is taken
    and not billed follows at once. PlanError for what does not read, StoreError once it is billed.
    """
    _require_unbilled(office, stop)
    plan = tell_day(office, stop.plan, stop.day, said)
    now = replace(stop, plan=plan)
    if stop.visit_id is not None and stop.state is StopState.TAKEN:
        take_stop(office, now)
    return now


def take_stop(office: Office, stop: Stop) -> ImportedDay:
    """Make the visit of this stop: taken into the journal, to be billed; again, it changes in place. What the
    rules refuse is in the answer, and nothing is then taken.
    """
    return take_round(office, stop.day, stop.plan.ps, [stop])


def leave_for_card(office: Office, stop: Stop) -> ImportedDay:
    """Take the visit, seen without its card, to be signed when the card comes: the round goes on."""
    done = take_stop(office, stop)
    uid = stop.plan.plan.row.uid.hex()
    keep_round(
        office,
        stop.day,
        stop.plan.ps,
        lambda told: replace(told, waiting=tuple(sorted({*told.waiting, uid}))),
    )
    return done


def skip_stop(office: Office, stop: Stop, reason: str) -> None:
    """Leave this day out: its visit, where it is taken and not billed, is set aside. StoreError once it is
    billed.
    """
    _require_unbilled(office, stop)
    _set_aside(office, stop, reason)
    change_days(office, stop.plan.plan, lambda when: when.without(stop.day))


def move_stop(office: Office, stop: Stop, to: date) -> None:
    """Do this day's visit on another day. StoreError once it is billed."""
    _require_unbilled(office, stop)
    _set_aside(office, stop, f"déplacée au {to:%d/%m/%Y}")
    change_days(office, stop.plan.plan, lambda when: when.moving(stop.day, to))


def add_stop(office: Office, plan: PlanOf, day: date) -> Stop:
    """A day more of a plan, or one taken up again, with its visit if that had been set aside."""
    change_days(office, plan.plan, lambda when: when.with_day(day))
    stop = stop_of(office, plan, day)
    if stop.state is StopState.SET_ASIDE and stop.visit_id is not None:
        office.journal.visits.reopen(stop.visit_id, "reprise")
        stop = stop_of(office, plan, day)
    return stop


def add_visit(
    office: Office,
    patient: Dossier[PatientFile],
    prescription: Dossier[PrescriptionFile] | None,
    care: Mapping[str, Any],
    day: date,
    *,
    ps: str,
    profession: Profession,
    minute: int | None = None,
    words: str = "",
) -> Stop:
    """A visit that no plan had foreseen: a plan of this day alone, with `care` as a passage of the day file
    says it (acts, travel, place). PlanError for what does not read.
    """
    when = Recurrence(day, day)
    told = PlanFile((Slot(as_care(care), minute),), when, profession, words)
    return stop_of(office, add_plan(office, patient, prescription, told, ps), day)


def _require_unbilled(office: Office, stop: Stop) -> None:
    if stop.visit_id is None:
        return
    row = office.journal.visits.get(stop.visit_id)
    if row.invoice_id is not None or row.state is VisitState.DONE:
        raise StoreError(
            f"La visite de {stop.plan.patient.told.who} du {stop.day:%d/%m/%Y} est déjà facturée.",
            next_step="annulez ou corrigez sa facture",
        )


def _set_aside(office: Office, stop: Stop, reason: str) -> None:
    if stop.visit_id is not None and stop.state is StopState.TAKEN:
        abandon_visit(office, stop.visit_id, reason)
