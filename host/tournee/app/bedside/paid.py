"""What the patient gave for a visit: told wherever it is said what is due, so that nobody pays twice."""

from __future__ import annotations

from tournee.app.bedside.care_visit import CareVisit
from tournee.app.context import Office
from tournee.store import PatientPayment


def given_for(office: Office, care: CareVisit) -> int:
    """What was paid for a visit and not given back, in cents, whatever became of its invoice since."""
    if care.thing is None:
        return 0
    return office.journal.patient_payments.balance(care.thing.id).settled.given


def payments_of(office: Office, care: CareVisit) -> tuple[PatientPayment, ...]:
    """The payments of a visit that stand, oldest first: those taken back are not among them."""
    if care.thing is None or care.thing.invoice is None:
        return ()
    lines = office.journal.patient_payments.of_same(care.thing.id, care.thing.invoice.id)
    return tuple(one for one in lines if one.cents > 0 and not one.reverses and not one.reversed_by)
