"""Alerts of signatures that are to come: care sealed at the bedside and not countersigned (mode 04)."""

from __future__ import annotations

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office

COUNTERSIGN_DAYS = 8
"""Days within which an invoice of mode 04 is signed: it is urgent from then on."""


def of_signing(office: Office, *, urgent: bool) -> list[Alert]:
    """Invoices to countersign, one alert for each carer: those that are `urgent`, or the others."""
    found = []
    for row in office.journal.waiting.to_countersign():
        days = age(office, row.since).days
        if (days >= COUNTERSIGN_DAYS) is not urgent:
            continue
        from tournee.app.certifying.last_read import carer_named  # with all that certifies

        many = row.invoices > 1
        told = f"{row.invoices} facture{'s' if many else ''} scellée{'s' if many else ''} au chevet "
        told += f"attend{'ent' if many else ''} votre signature"
        late = f" ; urgent : le délai de {COUNTERSIGN_DAYS} jours est passé" if urgent else ""
        found.append(
            Alert(
                AlertKind.TO_COUNTERSIGN,
                f"à contresigner par {carer_named(office, row.ps, row.substitute)}",
                row.since,
                days,
                told + late,
                "insérez votre carte CPS et contresignez : aucun lot ne les prend avant",
                row.ps,
                urgent=urgent,
                substitute=row.substitute,
            )
        )
    return found
