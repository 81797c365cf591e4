"""A round: the visits that plans make on a day, in order, with where each stands; taken in to be billed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, add, change, get, of_patient, read
from tournee.app.practice.insurers import insurers
from tournee.app.practice.patients import find_patient
from tournee.app.practice.plans import PlanOf, day_file
from tournee.app.practice.strips import visits_on
from tournee.app.visits.imported import ImportedDay
from tournee.app.visits.importing import import_day
from tournee.app.visits.past import JournalPast
from tournee.app.visits.pricing import Priced, price_files
from tournee.billing.identity import PsIdentity, department_of
from tournee.billing.numbers import rpps_fault
from tournee.billing.replacement import Replacement, ReplacementSession
from tournee.errors import BillingError, StoreError
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanFile
from tournee.practice.planning.recurrence import IsAbsent
from tournee.practice.planning.round_file import Absence, RoundFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import KnownRow, VisitState

_LATE = 24 * 60


class StopState(Enum):
    """Where a stop of a round stands; `TICKED`: seen, to be billed with others of its series."""

    PLANNED = "à voir"
    TICKED = "coché"
    TAKEN = "à facturer"
    DONE = "fait"
    SET_ASIDE = "abandonnée"


@dataclass(frozen=True)
class Stop:
    """One visit of a round; `visit_id` once it is in the journal; `by`: the visit that does its day without
    having been made from it alone, one typed or one of several days.
    """

    plan: PlanOf
    day: date
    state: StopState
    visit_id: int | None = None
    by: int | None = None

    @property
    def minute(self) -> int | None:
        """Of the day, of its first passage."""
        return self.plan.plan.told.slots[0].minute


_STATES = {
    VisitState.PENDING: StopState.TAKEN,
    VisitState.DONE: StopState.DONE,
    VisitState.ABANDONED: StopState.SET_ASIDE,
    VisitState.OUTSIDE: StopState.DONE,
}


def plans_between(
    office: Office, first: date, last: date, ps: str, is_absent: IsAbsent
) -> list[tuple[PlanOf, tuple[date, ...]]]:
    """A carer's open plans that have a day between two, each with those days."""
    dossiers, department = office.journal.dossiers, department_of(ps)
    rows = dossiers.find(KINDS[PlanFile], ps=ps, first=f"{first:%Y%m%d}", last=f"{last:%Y%m%d}")
    found = [
        (one, one.row.patient, days)
        for one in (read(PlanFile, row) for row in rows)
        if one.row.patient is not None and (days := one.told.when.days(first, last, department, is_absent))
    ]
    patients = {
        row.id: read(PatientFile, row) for row in dossiers.get_all({patient for _, patient, _ in found})
    }
    named = {bytes.fromhex(one.told.prescription) for one, _, _ in found if one.told.prescription}
    orders = {row.uid.hex(): read(PrescriptionFile, row) for row in dossiers.of_uids(named) if row.content}
    known = insurers(office)
    return [
        (PlanOf(one, patients[patient], orders.get(one.told.prescription), ps, known), days)
        for one, patient, days in found
    ]


def plan_of(office: Office, number: int) -> PlanOf:
    """A plan by its number, with its patient and its prescription; StoreError when there is none."""
    plan = get(office, PlanFile, number)
    assert plan.row.patient is not None
    named = [bytes.fromhex(plan.told.prescription)] if plan.told.prescription else []
    rows = [row for row in office.journal.dossiers.of_uids(named) if row.content]
    order = read(PrescriptionFile, rows[0]) if rows else None
    return PlanOf(plan, get(office, PatientFile, plan.row.patient), order, plan.row.ps, insurers(office))


def find_plan(office: Office, said: str) -> PlanOf:
    """The plan of this number, or the only one of the patient whom these words name that is open and not over
    yet; StoreError.
    """
    if said.isdecimal():
        return plan_of(office, int(said))
    patient = find_patient(office, said.split())
    today = office.clock().date()
    plans = of_patient(office, PlanFile, patient.id)
    found = [one for one in plans if (one.told.when.bounds[1] or today) >= today] or plans
    if len(found) == 1:
        return plan_of(office, found[0].id)
    told = ", ".join(f"{one.id} {one.told.words}".strip() for one in found)
    raise StoreError(
        f"{patient.told.who} a plusieurs plans : {told}." if found else f"{patient.told.who} n’a aucun plan.",
        next_step="dites le plan par son numéro" if found else "ajoutez-en un",
    )


def carer_of_plans(office: Office, ps: str = "", rpps: str = "", day: date | None = None) -> str:
    """The carer asked for, the one whom `rpps` replaces on a day, or the only one who has plans; StoreError
    when there are several or none.
    """
    if ps:
        return ps
    if rpps and day is not None:
        found = replaced_by(office, rpps, day)
        whose, none = "Plusieurs sont remplacés", f"Personne n’est remplacé par {rpps} le {day:%d/%m/%Y}."
    else:
        found = sorted({row.ps for row in office.journal.dossiers.find(KINDS[PlanFile], state=None)})
        whose, none = "Plusieurs soignants ont des plans", "Aucun plan n’est fait."
    if len(found) == 1:
        return found[0]
    raise StoreError(
        f"{whose}." if found else none,
        cause=", ".join(found),
        next_step="dites lequel (son numéro de facturation)" if found else "ajoutez un plan, ou une absence",
    )


def carer_of_card(office: Office, identity: PsIdentity | None, day: date) -> str:
    """Whose round the holder of a CPS does on a day: hers, or that of the one whom she replaces; without a
    card, of the only carer who has plans. StoreError when there are several or none.
    """
    if identity is None:
        return carer_of_plans(office)
    replaced = replaced_by(office, identity.rpps, day) if identity.rpps else []
    return replaced[0] if len(replaced) == 1 else identity.billing_number


def add_absence(
    office: Office,
    ps: str,
    first: date,
    last: date,
    word: str = "",
    *,
    own_name: str = "",
    rpps: str = "",
    name: str = "",
) -> int:
    """Keep days on which a carer is away, both included; with the `rpps` and `name` of who cares in her place
    on all of them. Gives its number. BillingError for an RPPS whose key is wrong, names that lack, days in
    another order.
    """
    replacement = None
    if rpps:
        fault = rpps_fault(rpps) or ("" if name and own_name else "les deux noms sont à dire")
        if fault:
            raise BillingError(f"Remplacement : {fault}.", next_step="corrigez, puis recommencez")
        session = ReplacementSession(first, last)
        replacement = Replacement(ps, own_name, rpps, name, (session,))
    return add(office, Absence(first, last, word, replacement), ps=ps)


def _absences(office: Office, ps: str) -> list[Absence]:
    rows = office.journal.dossiers.find(KINDS[Absence], ps=ps)
    return [read(Absence, row).told for row in rows]


def absence_of(office: Office, ps: str) -> IsAbsent:
    """Tells the days on which a carer is away, and nobody in her place."""
    told = _absences(office, ps)
    return lambda day: any(one.is_away(day) for one in told)


def replacement_on(office: Office, day: date, ps: str) -> Replacement | None:
    """Who cares in the place of a carer on a day, None when she does herself."""
    return next((one.replacement for one in _absences(office, ps) if one.is_replaced(day)), None)


def replaced_by(office: Office, rpps: str, day: date) -> list[str]:
    """Whose rounds the carer of this RPPS sees on a day: those whom she replaces then."""
    rows = office.journal.dossiers.find(KINDS[Absence], first=f"{day:%Y%m%d}", last=f"{day:%Y%m%d}")
    return sorted(
        {
            one.row.ps
            for one in (read(Absence, row) for row in rows)
            if one.told.is_replaced(day)
            and one.told.replacement is not None
            and one.told.replacement.rpps == rpps
        }
    )


def round_of(office: Office, day: date, ps: str) -> list[Stop]:
    """A carer's round on a day: in her order, else by hour, then by name."""
    plans = plans_between(office, day, day, ps, absence_of(office, ps))
    stops = [_stop(office, one, day) for one, _ in plans]
    kept = kept_round(office, day, ps)
    order = {uid: rank for rank, uid in enumerate(kept.told.order)} if kept else {}
    return sorted(stops, key=lambda stop: _rank(stop, order))


def _rank(stop: Stop, order: dict[str, int]) -> tuple[int, int, str, int]:
    rank = order.get(stop.plan.plan.row.uid.hex())
    if rank is not None:
        return rank, 0, "", 0
    minute = _LATE if stop.minute is None else stop.minute
    return len(order), minute, stop.plan.patient.told.name, stop.plan.plan.id


def _stop(office: Office, plan: PlanOf, day: date) -> Stop:
    row: KnownRow | None = office.journal.known.by_reference(plan.ps, plan.reference(day))
    if row is not None:
        return Stop(plan, day, _STATES[row.state], row.id)
    other = visits_on(office, plan, day, day).get(day)
    if other is not None:
        return Stop(plan, day, StopState.DONE, by=other.id)
    is_ticked = plan.plan.told.together and day in plan.plan.told.ticked
    return Stop(plan, day, StopState.TICKED if is_ticked else StopState.PLANNED)


def order_round(office: Office, day: date, ps: str, order: Sequence[int]) -> None:
    """Keep the order of a day's plans, by their numbers; those left out come after."""
    uids = tuple(get(office, PlanFile, one).row.uid.hex() for one in order)
    keep_round(office, day, ps, lambda told: replace(told, order=uids))


def keep_round(office: Office, day: date, ps: str, changed: Callable[[RoundFile], RoundFile]) -> None:
    """Write what a carer decided of a day's round."""
    kept = kept_round(office, day, ps)
    if kept is None:
        add(office, changed(RoundFile(day)), ps=ps)
    else:
        change(office, kept, changed(kept.told))


def kept_round(office: Office, day: date, ps: str) -> Dossier[RoundFile] | None:
    """What she decided of it, if anything."""
    rows = office.journal.dossiers.find(KINDS[RoundFile], ps=ps, first=f"{day:%Y%m%d}", last=f"{day:%Y%m%d}")
    return read(RoundFile, rows[-1]) if rows else None


def round_file(office: Office, day: date, ps: str, stops: Sequence[Stop] | None = None) -> bytes:
    """The day file (JSON) that a round is: of these stops, or of all that are not set aside."""
    chosen = round_of(office, day, ps) if stops is None else stops
    told = [one.plan.visit(day) for one in chosen if one.state is not StopState.SET_ASIDE]
    if not told:
        raise BillingError(
            f"Aucune visite n’est prévue le {day:%d/%m/%Y}.", next_step="ajoutez un plan ou un jour à un plan"
        )
    return day_file(ps, chosen[0].plan.plan.told.profession, day, told, replacement_on(office, day, ps))


def take_round(office: Office, day: date, ps: str, stops: Sequence[Stop] | None = None) -> ImportedDay:
    """Take a round's visits into the journal, to be billed: each once, one changed since in place. What was
    done by hand that day is not taken again, nor what is billed with other days of its series.
    """
    chosen = round_of(office, day, ps) if stops is None else stops
    left = to_take(chosen)
    if chosen and not left:
        raise BillingError(
            f"Rien n’est à prendre un par un le {day:%d/%m/%Y}.",
            cause="ces visites sont faites, ou d’une série que l’on facture à plusieurs jours",
            next_step="cochez les jours de la série, puis prenez-la en une fois",
        )
    return import_day(office, round_file(office, day, ps, left), _name(day))


def to_take(stops: Sequence[Stop]) -> list[Stop]:
    """Those that a round takes in: not what is done by hand, nor what is billed with others of its series."""
    return [
        one
        for one in stops
        if one.visit_id is not None or (one.state is StopState.PLANNED and not one.plan.plan.told.together)
    ]


def price_round(office: Office, day: date, ps: str) -> Priced:
    """What a round comes to, judged with the journal behind it, before anything is taken."""
    stops = [one for one in round_of(office, day, ps) if one.visit_id is None and one.by is None]
    besides = JournalPast(office.journal)
    return price_files([(_name(day), round_file(office, day, ps, stops))], besides, office.nomenclature)[0]


def _name(day: date) -> str:
    return f"tournée du {day:%Y-%m-%d}.json"


def planned_month(office: Office, first: date, ps: str, days: int = 31) -> dict[date, list[PlanOf]]:
    """Which plans fall on which of these days."""
    last = first + timedelta(days=days - 1)
    found: dict[date, list[PlanOf]] = {}
    for one, on in plans_between(office, first, last, ps, absence_of(office, ps)):
        for day in on:
            found.setdefault(day, []).append(one)
    return dict(sorted(found.items()))
