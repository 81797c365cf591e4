"""Whether an insurer pays a sheet: by its scenario, and a DRE that repeats an engagement by that alone."""

from __future__ import annotations

from tournee.emulation.oct.judging.lot import OctLot, OctSheet
from tournee.emulation.oct.judging.scenario import Scenario, ScenarioRejection
from tournee.services.insurers.table import REJECTIONS


def rejection_of(sheet: OctSheet, lot: OctLot, scenario: Scenario) -> ScenarioRejection | None:
    """Why a sheet is not paid. A DRE with an engagement is paid without question where that holds, refused
    where it is unknown or over.
    """
    number = engagement_of(sheet, lot)
    insurer = str(sheet.identity["numero_amc"]).zfill(10)
    if lot.kind == "DRE" and insurer in scenario.rejected_amc:
        return scenario.rejected_amc[insurer]
    if not number or scenario.engagements is None:
        return scenario.rejected.get(sheet.nir)
    code = scenario.engagements.fault(number, insurer, lot.day)
    return ScenarioRejection(code, REJECTIONS[code]) if code else None


def engagement_of(sheet: OctSheet, lot: OctLot) -> str:
    """The engagement that a DRE repeats (2A 81+16), "" for none."""
    if lot.kind != "DRE" or sheet.complement is None:
        return ""
    return str(sheet.complement["engagement"]).strip()
