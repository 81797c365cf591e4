"""All that is known of one patient, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tournee.app.accounts.paying import owes
from tournee.app.context import Office
from tournee.app.finding import Thing, thing_of
from tournee.app.practice.dossiers import Dossier, get, of_patient
from tournee.app.practice.prescriptions import Counted, prescriptions_of, visits_of
from tournee.app.practice.scans import scans_of
from tournee.practice.completing import Difference, differences
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.scan_file import ScanFile
from tournee.store import VisitState

_SHOWN = 6
_LOOKED_BACK = 200
_COUNTED = (VisitState.DONE, VisitState.OUTSIDE)


@dataclass(frozen=True)
class OrderShown:
    """A prescription with its counters; `care` is what is done by it, in words."""

    order: Dossier[PrescriptionFile]
    counted: Counted
    care: str


@dataclass(frozen=True)
class BillShown:
    """A visit of the past with its invoice: three shares in cents, what the patient still owes, its state."""

    thing: Thing
    day: date
    amo: int
    amc: int
    patient: int
    owes: int


@dataclass(frozen=True)
class PatientPage:
    """`owed` is what the patient owes in all, in cents, for `owed_visits` visits; `bills` the latest ones of
    `billed`.
    """

    patient: Dossier[PatientFile]
    orders: tuple[OrderShown, ...]
    bills: tuple[BillShown, ...]
    billed: int
    owed: int
    owed_visits: tuple[int, ...]
    scans: tuple[Dossier[ScanFile], ...]
    differences: tuple[Difference, ...]


def patient_page(office: Office, number: int, shown: int = _SHOWN) -> PatientPage:
    """The page of a patient by number. StoreError."""
    patient = get(office, PatientFile, number)
    plans = of_patient(office, PlanFile, patient.id)
    orders = tuple(
        OrderShown(order, counted, _care(order, plans))
        for order, counted in prescriptions_of(office, patient)
    )
    rows = [] if not patient.told.nir else list(visits_of(office, patient.told))
    person = patient.told.as_person
    things = []
    for row in sorted(rows, key=lambda one: one.id, reverse=True)[:_LOOKED_BACK]:
        if row.state in _COUNTED:
            thing = thing_of(office, row.id)
            if thing.visit.judged.visit.person.same(person):
                things.append(thing)
    bills = [_bill(office, one) for one in things]
    owing = [one for one in bills if one.owes > 0]
    return PatientPage(
        patient,
        orders,
        tuple(sorted(bills, key=lambda one: one.day, reverse=True)[:shown]),
        len(bills),
        sum(one.owes for one in owing),
        tuple(one.thing.id for one in owing),
        tuple(scans_of(office, patient.id)),
        differences(patient.told),
    )


def _bill(office: Office, thing: Thing) -> BillShown:
    day = datetime.strptime(thing.visit.row.date, "%Y%m%d").date()
    invoice = thing.invoice
    if invoice is None:
        return BillShown(thing, day, 0, 0, thing.fee, owes(office, thing.id))
    shares = invoice.shares
    return BillShown(thing, day, shares.amo, shares.amc, shares.patient, owes(office, thing.id, invoice.id))


def _care(order: Dossier[PrescriptionFile], plans: list[Dossier[PlanFile]]) -> str:
    own = [one.told.words for one in plans if one.told.prescription == order.row.uid.hex()]
    lines = [line.words for line in order.told.lines]
    return ", ".join(dict.fromkeys(word for word in (*own, *lines) if word)) or "Soins"
