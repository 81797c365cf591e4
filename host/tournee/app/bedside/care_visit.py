"""A visit of a day as a carer sees it, whether it is planned or in the journal, found by its key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tournee.app.context import Office
from tournee.app.finding import Thing, thing_of
from tournee.app.practice.dossiers import KINDS, Dossier, get, of_patient, read, search
from tournee.app.practice.plans import PlanOf, day_file
from tournee.app.practice.rounds import kept_round, plan_of, replacement_on, round_of
from tournee.app.visits.editing import edit_visit
from tournee.app.visits.imported import Answer, ToldVisit
from tournee.app.visits.importing import import_day
from tournee.app.visits.past import JournalPast
from tournee.app.visits.pricing import PricedVisit, price_files
from tournee.app.visits.retelling import Edit
from tournee.billing.breach import Remark
from tournee.billing.dayfile.day import Mistake
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.nomenclature.table import Profession
from tournee.billing.visit import JudgedVisit, Person
from tournee.errors import BillingError, StoreError
from tournee.french import of_name
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.planned_visit import patient_in_day_file
from tournee.practice.prescription_file import PrescriptionFile
from tournee.store import SheetState, VisitState

_KEY = re.compile(r"([pnv])(\d{1,9})(?:-(\d{8}))?")
_NAME = "visite.json"


class VisitStanding:
    """Where a visit stands on the round."""

    TO_SEE = "to-see"
    STARTED = "started"
    CARD_MISSING = "card-missing"
    SEALED = "sealed"
    DONE = "done"
    SET_ASIDE = "set-aside"


OPEN = (VisitStanding.TO_SEE, VisitStanding.STARTED, VisitStanding.CARD_MISSING)
"""What is not signed."""


@dataclass(frozen=True)
class CareVisit:
    """One visit: `key` names it, `p…` by plan and day, `n…` a new one of a patient and day, `v…` one of the
    journal.

    `told` is its `[[visite]]`; `thing` what the journal has of it; `name` and `minute` are shown; it `waits`
    for its card when she left it so.
    """

    key: str
    day: date
    ps: str
    profession: Profession
    name: str
    minute: int | None
    told: Mapping[str, Any]
    patient: Dossier[PatientFile] | None = None
    plan: PlanOf | None = None
    thing: Thing | None = None
    waits: bool = False

    @property
    def standing(self) -> str:
        """One of `VisitStanding`."""
        if self.thing is None:
            return VisitStanding.TO_SEE
        state = self.thing.visit.row.state
        if state is VisitState.ABANDONED:
            return VisitStanding.SET_ASIDE
        if state is VisitState.PENDING:
            return VisitStanding.CARD_MISSING if self.waits else VisitStanding.STARTED
        sheets = self.thing.invoice.sheets if self.thing.invoice else ()
        sealed = any(one.state is SheetState.SEALED for one in sheets)
        return VisitStanding.SEALED if sealed else VisitStanding.DONE

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed without losing an invoice."""
        return self.standing in OPEN

    @property
    def person(self) -> Person:
        """Whom it is for."""
        if self.patient is not None:
            return self.patient.told.as_person
        assert self.thing is not None
        return self.thing.visit.judged.visit.person


@dataclass(frozen=True)
class JudgedCare:
    """A visit with its lines and prices; `mistakes` keep it from being billed, `remarks` are worth a word."""

    care: CareVisit
    judged: JudgedVisit | None
    mistakes: tuple[Mistake, ...]
    remarks: tuple[Remark, ...]

    @property
    def cents(self) -> int:
        """What it comes to."""
        return sum(line.cents for line in self.judged.lines) if self.judged else 0


def planned_key(plan: int, day: date) -> str:
    """The key of a plan's visit on a day."""
    return f"p{plan}-{day:%Y%m%d}"


def new_key(patient: int, day: date) -> str:
    """The key of a visit that nobody planned, before it has an act."""
    return f"n{patient}-{day:%Y%m%d}"


def visit_key(visit_id: int) -> str:
    """The key of a visit of the journal."""
    return f"v{visit_id}"


def care_visit(office: Office, key: str, *, ps: str = "", profession: Profession = "IF") -> CareVisit:
    """The visit of a key; a planned one that was taken into the journal is what the journal has.

    `ps` and `profession` are the carer's, for one that nobody planned. StoreError for a key that is none.
    """
    found = _KEY.fullmatch(key)
    if found is None or (found[1] != "v") != bool(found[3]):
        raise StoreError("Cette visite n’existe pas.", next_step="revenez à la tournée")
    number = int(found[2])
    if found[1] == "v":
        return _of_journal(office, number)
    day = _day(found[3])
    if found[1] == "n":
        patient = get(office, PatientFile, number)
        told = patient_in_day_file(patient.told) | _newest_order(office, patient)
        return CareVisit(key, day, ps, profession, patient.told.who, None, told, patient)
    plan = plan_of(office, number)
    row = office.journal.known.by_reference(plan.ps, plan.reference(day))
    if row is not None and row.state is not VisitState.ABANDONED:
        return _of_journal(office, row.id, plan)
    return planned_visit(plan, day)


def _newest_order(office: Office, patient: Dossier[PatientFile]) -> dict[str, Any]:
    """What the day file says of the prescription that is in use for a patient, the latest one."""
    orders = [one.told for one in of_patient(office, PrescriptionFile, patient.id)]
    today = office.clock().date()
    usable = [one for one in orders if one.day <= today <= one.last_day]
    return max(usable, key=lambda one: one.day).in_day_file() if usable else {}


def care_visits(office: Office, day: date, ps: str) -> list[CareVisit]:
    """A carer's visits of a day: her round in its order, and what the journal has beside it."""
    found, seen = [], set()
    for stop in round_of(office, day, ps):
        if stop.visit_id is not None:
            seen.add(stop.visit_id)
            found.append(_of_journal(office, stop.visit_id, stop.plan))
        else:
            found.append(planned_visit(stop.plan, day))
    text = f"{day:%Y%m%d}"
    known = office.journal.known.of_carer(ps, text, text)
    beside = [
        _of_journal(office, row.id)
        for row in known
        if row.id not in seen and row.state is not VisitState.ABANDONED
    ]
    planned = {one.person.nir for one in beside if one.person.nir}
    kept = [one for one in found if one.thing is not None or one.person.nir not in planned]
    return _in_order(kept, beside)


def _in_order(round_: list[CareVisit], beside: list[CareVisit]) -> list[CareVisit]:
    """What was not planned comes where its hour is; without an hour, last."""
    found = list(round_)
    for one in beside:
        at = len(found)
        if one.minute is not None:
            later = (rank for rank, other in enumerate(found) if (other.minute or 0) > one.minute)
            at = next(later, len(found))
        found.insert(at, one)
    return found


def judged_care(office: Office, care: CareVisit, *, anew: bool = False) -> JudgedCare:
    """Price and judge a visit with the journal behind it; nothing is written. One of the journal is what was
    judged when it was taken, unless it is to be judged `anew`, as it is told.
    """
    if care.thing is not None and not anew:
        visit = care.thing.visit.judged
        if visit.lines and care.told == visit_table(visit.visit):
            return JudgedCare(care, visit, (), ())
    past = JournalPast(office.journal, besides=[care.thing.id] if care.thing else [])
    document = _document(office, care, care.told)
    priced = price_files([(_NAME, document)], past, office.nomenclature)[0]
    if not priced.visits:
        return JudgedCare(care, None, priced.mistakes, ())
    one: PricedVisit = priced.visits[0]
    judged = one.judged
    return JudgedCare(
        care, judged.judgement.visit, (*priced.mistakes, *judged.mistakes), tuple(judged.remarks)
    )


def take(office: Office, care: CareVisit, told: Mapping[str, Any] | None = None) -> CareVisit:
    """Have a visit in the journal, told so when `told` says otherwise; gives it as it is there.

    BillingError with what the rules refuse: nothing is changed then.
    """
    if care.thing is not None:
        wanted = care.told if told is None else told
        if wanted == visit_table(care.thing.visit.judged.visit):
            return care
        edit_visit(office, care.thing.id, Edit(_whole(care, wanted)), twins=True)
        return _of_journal(office, care.thing.id, care.plan)
    wanted = care.told if told is None else told
    if care.plan is None:  # one more visit, whatever else was done that day
        now = office.clock()
        wanted = {"heure": f"{now:%H:%M}", **wanted, "reference": f"{care.key} {now:%H%M}"}
    done = import_day(office, _document(office, care, wanted), f"{care.day:%Y-%m-%d}.json", twins=True)
    one = done.visits[0]
    refuse_mistakes(care.name, one)
    assert one.id is not None
    return _of_journal(office, one.id, care.plan)


def _whole(care: CareVisit, told: Mapping[str, Any]) -> dict[str, Any]:
    """A day file of this visit alone: what it does not say is not said any more."""
    return {"journee": {"date": care.day.isoformat()}, "visite": [dict(told)]}


def refuse_mistakes(name: str, one: ToldVisit) -> None:
    """BillingError for a visit that was not taken, with what the rules refuse of it."""
    if one.answer is Answer.REFUSED or one.id is None:
        raise BillingError(
            f"La visite {of_name(name)} ne peut pas être facturée ainsi.",
            cause=" ; ".join(map(said_mistake, one.mistakes)) or "elle est déjà au journal",
            next_step="changez ce qui est refusé ; rien n’a été pris",
        )


def said_mistake(mistake: Mistake) -> str:
    """What is wrong, without the keys of a day file that nobody wrote."""
    if mistake.text.startswith("manque") and mistake.path:
        return f"{_ABOUT.get(str(mistake.path[-1]), str(mistake.path[-1]))} {mistake.text}"
    return mistake.text


_ABOUT = {"prescription": "l’ordonnance", "actes": "l’acte", "amc": "la mutuelle", "numero": "le numéro"}


def _document(office: Office, care: CareVisit, told: Mapping[str, Any]) -> bytes:
    replacement = replacement_on(office, care.day, care.ps)
    return day_file(care.ps, care.profession, care.day, [dict(told)], replacement)


def planned_visit(plan: PlanOf, day: date) -> CareVisit:
    """A plan's visit on a day, whatever the journal has of it."""
    told = plan.plan.told
    return CareVisit(
        planned_key(plan.plan.id, day),
        day,
        plan.ps,
        told.profession,
        plan.patient.told.who,
        told.slots[0].minute,
        plan.visit(day),
        plan.patient,
        plan,
    )


def _of_journal(office: Office, visit_id: int, plan: PlanOf | None = None) -> CareVisit:
    thing = thing_of(office, visit_id)
    judged = thing.visit.judged
    visit = judged.visit
    patient = plan.patient if plan else _file_of(office, visit.person)
    return CareVisit(
        visit_key(visit_id),
        visit.day,
        judged.ps_number,
        judged.profession,
        thing.patient or (patient.told.who if patient else ""),
        visit.passages[0].minute,
        visit_table(visit),
        patient,
        plan,
        thing,
        waits_for_card(office, visit.day, judged.ps_number, visit_id, plan),
    )


def waits_for_card(office: Office, day: date, ps: str, visit_id: int, plan: PlanOf | None) -> bool:
    """Whether a visit of a round was left until its card comes."""
    kept = kept_round(office, day, ps)
    names = {visit_key(visit_id), plan.plan.row.uid.hex() if plan else ""}
    return kept is not None and bool(names & {*kept.told.waiting})


def _file_of(office: Office, person: Person) -> Dossier[PatientFile] | None:
    """Whom a visit is for. Who is told without a birth date is the insured person, in whose number it is."""
    born = f"{person.born:%Y%m%d}" if person.born else ""
    row = office.journal.dossiers.named(KINDS[PatientFile], f"{person.nir} {born} {person.rank or '1'}")
    if row is not None:
        return read(PatientFile, row)
    if born or not person.nir:
        return None
    family = [one for one in search(office, PatientFile, person.nir) if one.told.nir == person.nir]
    insured = [one for one in family if one.told.born[2:6] == person.nir[1:5]]
    return insured[0] if len(insured) == 1 else None


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError as error:
        raise StoreError("Cette visite n’existe pas.", next_step="revenez à la tournée") from error
