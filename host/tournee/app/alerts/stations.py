"""Alerts of other stations on the same mailbox: one for each, with all that returns say of what it sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.alerts.same_care import told_of_same_care
from tournee.app.context import Office
from tournee.french import euros
from tournee.model import Effect, Outcome, Target
from tournee.store import DoubtRow

_NEXT = (
    "voyez sur ce poste que ses retours y sont aussi ; s’il est perdu, comparez avec votre relevé de compte"
    " ; puis marquez-le comme vu"
)


def of_stations(office: Office) -> list[Alert]:
    """Money, refusals and messages given back of other stations, until each station's are seen."""
    told: dict[int, list[DoubtRow]] = {}
    for row in office.journal.doubts.waiting():
        if row.station is not None:
            told.setdefault(row.station, []).append(row)
    return [_alert(office, station, rows) for station, rows in sorted(told.items())]


def _alert(office: Office, station: int, rows: Sequence[DoubtRow]) -> Alert:
    effects = [row.effect for row in rows if row.effect is not None]
    invoices = dict.fromkeys(one.invoice for one in effects if one.target is Target.INVOICE)
    whose = {one.ps for one in effects if one.ps}
    since, last = rows[0].since, datetime.fromisoformat(rows[-1].since)
    returns = sorted({row.return_id for row in rows})
    which = f"retour {returns[0]}" if len(returns) == 1 else f"retours {returns[0]} à {returns[-1]}"
    same = told_of_same_care(office, rows)
    return Alert(
        AlertKind.OTHER_STATION,
        f"poste {station:02}, {which}",
        since,
        age(office, since).days,
        f"un autre poste ({station:02}) : {_told(effects, len(invoices))}, dernier retour le {last:%d/%m/%Y}"
        + (f" ; {same}" if same else ""),
        _NEXT,
        whose.pop() if len(whose) == 1 else "",
        station=f"{station:02}",
        invoices=tuple(invoices),
    )


def _told(effects: Sequence[Effect], invoices: int) -> str:
    """How many of each kind of thing, and the money of all, in French."""
    of_invoices = [one for one in effects if one.target is Target.INVOICE]
    others = [one for one in effects if one.target is not Target.INVOICE]
    refused = [one for one in others if one.outcome is Outcome.REFUSED]
    things = (
        (invoices, "facture", "factures"),
        (_many(of_invoices, Outcome.REJECTED), "paiement refusé", "paiements refusés"),
        (_many(of_invoices, Outcome.DEFERRED), "paiement différé", "paiements différés"),
        (sum(one.target is Target.LOT for one in refused), "lot refusé", "lots refusés"),
        (sum(one.target is Target.FILE for one in refused), "fichier refusé", "fichiers refusés"),
        (len(others) - len(refused), "message non remis", "messages non remis"),
    )
    parts = [f"{many} {one if many == 1 else several}" for many, one, several in things if many]
    if invoices:
        parts.insert(1, f"{euros(sum(one.paid for one in effects))} €")
    return ", ".join(parts)


def _many(effects: Sequence[Effect], outcome: Outcome) -> int:
    return sum(one.outcome is outcome for one in effects)
