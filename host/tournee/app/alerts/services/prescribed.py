"""Prescriptions that end: before the last session, and before the last day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office

PRESCRIPTION = "prescription"
"""How the journal calls a prescription that is kept."""


def of_prescriptions(office: Office) -> Iterator[Alert]:
    """Open prescriptions that end soon, or are over and neither renewed nor closed."""
    if not office.journal.dossiers.find(PRESCRIPTION):
        return
    from tournee.app.practice.prescriptions import ending  # what counts loads billing

    now = office.clock()
    for patient, order, counted in ending(office):
        day = datetime.combine(counted.last_day, time(), now.tzinfo)
        since = min(now, day).isoformat(timespec="seconds")
        left = "" if counted.left is None else f", {counted.left} séance(s) de reste"
        over = "est finie" if counted.is_over(now.date()) else "finit bientôt"
        yield Alert(
            AlertKind.PRESCRIPTION_ENDING,
            f"ordonnance {order.id}, {patient.told.who}",
            since,
            age(office, since).days,
            f"l’ordonnance {over} : dernier jour le {counted.last_day:%d/%m/%Y}{left}",
            "demandez la suivante, puis gardez-la ; ou fermez celle-ci",
            number=order.id,
        )
