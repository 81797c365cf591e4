"""Ten visits on any day of the year, an injection each: planned on a desk, or in a tablet's own Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.patients import meet
from tournee.app.practice.plans import add_plan
from tournee.app.practice.prescriptions import add_prescription
from tournee.billing.zones.card import patients_from_groups
from tournee.formats import zones
from tournee.practice.planning.plan_file import PlanFile, Slot, as_care
from tournee.practice.planning.recurrence import EVERY_DAY, Recurrence
from tournee.practice.prescription_file import PrescribedCare, Prescriber, PrescriptionFile

DAY = (
    "chevalier",
    "barbier",
    "hoarau",
    "casanova",
    "garnier",
    "moreau",
    "lambert",
    "santini",
    "robin",
    "pereira",
)
"""Whose cards the day's visits are for, in the round's order: every day, from 7:00 on."""

NAMES = (
    *("Lucien Chevalier", "Kevin Barbier", "Jean Hoarau", "Ange Casanova", "Robert Garnier"),
    *("Thomas Moreau", "Yvonne Lambert", "Maria Santini", "Ines Robin", "Antonio Pereira"),
)
"""Their names as the page says them."""

OTHER_DAYS = ("lambert", "legall")
"""Who has a dressing on another day of the week."""

_INJECTION = {
    "actes": [{"acte": "Injection sous-cutanée"}],
    "deplacement": {"indemnite": "IFA"},
    "tiers_payant": "amo",
}
_DRESSING = {
    "actes": [{"acte": "Pansement de plaie chirurgicale simple"}],
    "deplacement": {"indemnite": "IFA"},
}


def plan_day(office: Office, contents: Mapping[str, bytes], carer: str) -> None:
    """Plan it for this carer; `contents` are what the cards hold, by their names."""
    today = office.clock().date()
    for rank, card in enumerate(DAY):
        _plan(office, contents[card], "injection sous-cutanée", _INJECTION, 420 + 20 * rank, EVERY_DAY, carer)
    other = frozenset({(today.weekday() + 3) % 7})
    for card in OTHER_DAYS:
        _plan(office, contents[card], "pansement simple", _DRESSING, 600, other, carer)


def _plan(
    office: Office,
    content: bytes,
    words: str,
    care: dict[str, Any],
    minute: int,
    weekdays: frozenset[int],
    carer: str,
) -> None:
    start = office.clock().date() - timedelta(days=7)
    patient = meet(office, patients_from_groups(zones.decode(content))[0]).patient
    doctor = Prescriber("Dr Anne Roy", "751000126", "10100001071")
    told = PrescriptionFile(doctor, start, (PrescribedCare(words, 0),), months=3, home=True, daily=True)
    order = add_prescription(office, patient, told)
    when = Recurrence(start, None, weekdays, holidays="kept")
    add_plan(office, patient, order, PlanFile((Slot(as_care(care), minute),), when, "IF", words), carer)
