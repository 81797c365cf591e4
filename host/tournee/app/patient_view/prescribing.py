"""A prescription told in a few touches: who prescribed, which care, how often; kept with its plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import KINDS, Dossier, read
from tournee.app.practice.plans import PlanOf, add_plan
from tournee.app.practice.prescribers import ProposedPrescriber, proposed_prescribers
from tournee.app.practice.prescriptions import add_prescription
from tournee.billing.nomenclature.rows import Coming, Cotation
from tournee.billing.nomenclature.search import search
from tournee.billing.nomenclature.table import Profession
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanError, PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import EVERY_DAY, Recurrence
from tournee.practice.prescription_file import PrescribedCare, Prescriber, PrescriptionFile

CARES_MAX = 6
_SUNDAY = 6
_MINUTES = 24 * 60
_LATER = (0, 10 * 60, 5 * 60)  # the second passage ten hours after the first, the third between them
_HOME: dict[Profession, dict[str, Any]] = {"IF": {"deplacement": {"indemnite": "IFA"}}, "MK": {}}


@dataclass(frozen=True)
class CareOffered:
    """A care that may be prescribed: `value` names it in a form."""

    value: str
    words: str
    care: Mapping[str, Any]


@dataclass(frozen=True)
class OrderTold:
    """What was chosen so far. `passages` a day, the first at `minute`; `days` on which weekdays."""

    prescriber: Prescriber
    day: date
    care: CareOffered
    sessions: int
    passages: int
    minute: int | None
    sundays: bool
    ald: bool
    first: date
    scan: str = ""

    @property
    def when(self) -> Recurrence:
        """The days that it makes."""
        weekdays = EVERY_DAY if self.sundays else EVERY_DAY - {_SUNDAY}
        days = -(-self.sessions // self.passages)
        return Recurrence(self.first, weekdays=weekdays, sessions=days)

    @property
    def days(self) -> tuple[date, ...]:
        """Its days, all of them."""
        return self.when.days(self.first, self.first + timedelta(days=2 * 366))


def cares_offered(office: Office, ps: str, profession: Profession, text: str, day: date) -> list[CareOffered]:
    """What she plans most, or what these words find among the acts."""
    if text.strip():
        table = office.nomenclature.over(day, day)
        found = [one.item for one in search(table, text, profession, day)]
        return [
            CareOffered(f"acte {item.id}", item.label, {"actes": [{"acte": item.id}], **_HOME[profession]})
            for item in found
            if not isinstance(item, Coming) and isinstance(item, Cotation)
        ][:CARES_MAX]
    rows = office.journal.dossiers.find(KINDS[PlanFile], ps=ps)
    plans = [read(PlanFile, row) for row in rows]
    used = Counter((one.told.words, one.told.slots[0].care) for one in plans if one.told.words)
    newest = {(one.told.words, one.told.slots[0].care): one for one in plans}
    cares: dict[str, CareOffered] = {}
    for (words, care), _ in used.most_common():
        one = newest[words, care]
        cares.setdefault(words, CareOffered(f"plan {one.id}", words, one.told.slots[0].told))
    return list(cares.values())[:CARES_MAX]


def care_named(
    office: Office, value: str, ps: str, profession: Profession, text: str, day: date
) -> CareOffered:
    """The care that a form names. PlanError when none was chosen."""
    for one in (
        *cares_offered(office, ps, profession, text, day),
        *cares_offered(office, ps, profession, "", day),
    ):
        if one.value == value:
            return one
    raise PlanError("Quel soin est prescrit ?", next_step="touchez-le, ou cherchez-le par son nom")


def prescribers_offered(office: Office, patient: Dossier[PatientFile]) -> list[ProposedPrescriber]:
    """Who may have written it."""
    return proposed_prescribers(office, patient, 4)


def keep_order(
    office: Office, patient: Dossier[PatientFile], told: OrderTold, ps: str, profession: Profession
) -> PlanOf:
    """Keep the prescription and its plan; nothing of either when the plan does not read. PlanError."""
    total = told.sessions
    order = PrescriptionFile(
        told.prescriber,
        told.day,
        lines=(PrescribedCare(told.care.words, total, told.ald),),
        sessions=total,
        home=profession == "IF",
        daily=told.sundays,
        scan=told.scan,
    )
    slots = tuple(Slot(as_care(told.care.care), minute) for minute in _minutes(told))
    usual = {} if told.ald else {"ald": False}
    plan = PlanFile(
        slots, told.when, profession, told.care.words, as_care(usual), together=profession == "MK"
    )
    return add_plan(office, patient, add_prescription(office, patient, order), plan, ps)


def _minutes(told: OrderTold) -> list[int | None]:
    if told.minute is None:
        return [None] * told.passages
    later = _LATER[: told.passages]
    return [*sorted((told.minute + each) % _MINUTES for each in later)]
