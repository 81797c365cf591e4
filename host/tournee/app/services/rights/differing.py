"""What the service says otherwise than the card, field by field, on one day; nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from tournee.app.services.rights.answer import RightsAnswer
from tournee.billing.identity import Patient

_DAY = "%Y%m%d"
_ENDLESS = "2900"


@dataclass(frozen=True)
class RightsDifference:
    """One field: `name` for programs, `label` what it is about, what the card says and what the service."""

    name: str
    label: str
    card: str = field(repr=False)
    service: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.label}, {self.card} sur la carte, {self.service} d’après le service"


def differences(card: Patient, answer: RightsAnswer, day: date) -> tuple[RightsDifference, ...]:
    """What differs on a day, as a carer looks at it; nothing for an answer without rights."""
    told = answer.patient
    if told is None:
        return ()
    on = f"{day:{_DAY}}"
    shown = {
        "droits": ("droits", *(_rights(one, on) for one in (card, told))),
        "caisse": ("caisse", *(f"{one.regime} {one.caisse} {one.centre}" for one in (card, told))),
        "ald": ("ALD", *(_ald(one, on) for one in (card, told))),
        "situation": ("couverture", *(one.coverage_on(on).situation for one in (card, told))),
        "c2s": ("C2S", *(_c2s(one, on) for one in (card, told))),
        "mutuelle": ("mutuelle", *(_insurer(one, on) for one in (card, told))),
        "accidents": ("accident du travail", *(_accidents(one) for one in (card, told))),
        "ame": ("AME", "aucune", _until(answer.state_aid.end) if answer.state_aid else "aucune"),
    }
    return tuple(
        RightsDifference(name, label, one, other)
        for name, (label, one, other) in shown.items()
        if one != other
    )


def _rights(patient: Patient, on: str) -> str:
    end = patient.rights_end
    if patient.has_rights_on(on):
        return f"ouverts{_bound(end)}"
    return f"terminés le {_said(end)}" if end and end < on else "pas encore ouverts"


def _ald(patient: Patient, on: str) -> str:
    held = [one for one in patient.coverage if one.ald != "0" and one.period.holds(on)]
    return f"ouverte{_bound(held[0].period.end)}" if held else "aucune"


def _c2s(patient: Patient, on: str) -> str:
    amc = patient.amc
    return f"ouverte{_bound(amc.period.end)}" if amc and amc.c2s and amc.period.holds(on) else "aucune"


def _insurer(patient: Patient, on: str) -> str:
    amc = patient.amc
    if amc is None or amc.c2s:
        return "aucune"
    return f"n° {amc.number}" if amc.period.holds(on) else f"n° {amc.number}, terminée"


def _accidents(patient: Patient) -> str:
    return ", ".join(f"n° {one.number}" for one in patient.accidents) or "aucun"


def _until(end: str) -> str:
    return f"ouverte{_bound(end)}"


def _bound(end: str) -> str:
    return f" jusqu’au {_said(end)}" if end and end < _ENDLESS else ""


def _said(day: str) -> str:
    try:
        return f"{datetime.strptime(day, _DAY):%d/%m/%Y}"
    except ValueError:
        return day
