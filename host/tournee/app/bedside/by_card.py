"""What the card that is in asks of a visit that is not signed: with the C2S the patient pays nothing."""

from __future__ import annotations

from dataclasses import replace

from tournee.app.bedside.care_visit import CareVisit
from tournee.app.bedside.changing import with_third_party
from tournee.billing.identity import Patient

_ALL = "total"


def by_card(care: CareVisit, patient: Patient | None) -> CareVisit:
    """The visit with what her card asks for; as it is without one."""
    amc = patient.amc if patient is not None else None
    if amc is None or not amc.c2s or not care.is_open or care.told.get("contrat"):
        return care
    if not amc.period.holds(f"{care.day:%Y%m%d}") or care.told.get("tiers_payant") == _ALL:
        return care
    return replace(care, told=with_third_party(care.told, _ALL))
