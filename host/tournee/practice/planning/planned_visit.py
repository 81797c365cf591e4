"""The visit that planned days make: the `[[visite]]` of the day file, of one day or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tournee.billing.dayfile.ceam import CARD
from tournee.billing.dayfile.payers import AME
from tournee.billing.rules.hours import majoration_due
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import PlanFile, Slot, as_told, minute_of
from tournee.practice.prescription_file import PrescriptionFile

_TRAVEL, _PASSAGE, _ACTS, _HOUR, _DATE = "deplacement", "passage", "actes", "heure", "date"
_TYPED, _NIR, _KEY, _MODE = "patient", "nir", "cle", "mode"
_OF_EACH = (_TRAVEL, "lieu", "foyer", "majoration", "appel", "urgence")
"""Said of a visit of one passage in its own keys, of each where there are several."""


def planned_visit(
    plan: PlanFile,
    days: Sequence[date],
    patient: PatientFile,
    prescription: PrescriptionFile | None,
    reference: str,
    department: str = "",
    *,
    dated: bool = False,
) -> dict[str, Any]:
    """The visit of these days, in order: its passages are those of each, `dated` where the day file is of
    another day. `reference` names it for ever; `department` tells local holidays. What is otherwise on one of
    the days is told of that day alone where a passage can say it, else of the visit.
    """
    told = {**patient_in_day_file(patient), **(prescription.in_day_file() if prescription else {})}
    told |= as_told(plan.usual)
    if isinstance(typed := told.get(_TYPED), dict):
        told = _by_hand(patient, told, typed)
    night_asked = prescription is not None and prescription.night
    apart = [plan.told_on(day) for day in days]
    passages = [
        _passage(plan, slot, day, otherwise, department, night_asked)
        for day, otherwise in zip(days, apart, strict=True)
        for slot in plan.slots
    ]
    for otherwise in apart:
        _put(told, {key: said for key, said in otherwise.items() if key not in (*_OF_EACH, _ACTS, _HOUR)})
    if _PASSAGE in told:
        pass  # that day's passages are told whole
    elif len(passages) == 1 and not dated:
        told |= passages[0]
    else:
        each = {key: told.pop(key) for key in _OF_EACH if key in told}
        of_day = [day for day in days for _ in plan.slots]
        told[_PASSAGE] = [
            _said({_DATE: day.isoformat(), **each, **one}) if dated else _said({**each, **one})
            for day, one in zip(of_day, passages, strict=True)
        ]
    return _said({**told, "reference": reference})


def _passage(
    plan: PlanFile,
    slot: Slot,
    day: date,
    otherwise: Mapping[str, Any],
    department: str,
    night_asked: bool,
) -> dict[str, Any]:
    told = {_HOUR: slot.hour, **slot.told} if slot.hour else slot.told
    _put(told, {key: said for key, said in otherwise.items() if key in (*_OF_EACH, _ACTS, _HOUR)})
    minute = minute_of(told.get(_HOUR))
    if plan.by_clock and (due := majoration_due(day, minute, department, night_asked=night_asked)):
        told.setdefault("majoration", due)
    return told


def _put(told: dict[str, Any], otherwise: Mapping[str, Any]) -> None:
    """Say it otherwise: of a table, the keys named alone."""
    for key, said in otherwise.items():
        before = told.get(key)
        if isinstance(before, dict) and isinstance(said, dict):
            said = _said({**before, **said})
        told[key] = said


def _said(told: Mapping[str, Any]) -> dict[str, Any]:
    """Without the keys that a day leaves out."""
    return {key: value for key, value in told.items() if value is not None}


def _born(patient: PatientFile) -> dict[str, str]:
    """The keys that choose among the people of a number."""
    born = patient.born
    return {"naissance": f"{born[:4]}-{born[4:6]}-{born[6:]}", "rang_naissance": patient.birth_rank}


def _by_hand(patient: PatientFile, told: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    name = {"nom": patient.name, "prenom": patient.first_name}
    return {**_born(patient), **told, _TYPED: {**name, **typed}}


def aid_noted(patient: PatientFile) -> dict[str, Any]:
    """`[visite.patient]` of each visit of a patient whose AME was noted; empty for another."""
    typed = as_told(patient.usual).get(_TYPED)
    return typed if isinstance(typed, dict) and AME in typed else {}


def by_aid_noted(patient: PatientFile, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """A `[[visite]]` as the AME noted of its patient has it billed, as a planned one is: without a card,
    whatever reason it gives for that. One that says its own attestation, or a card, stays as it is.
    """
    noted, typed = aid_noted(patient), told.get(_TYPED, {})
    if not noted or not isinstance(typed, dict) or AME in typed or CARD in told:
        return told
    if told.get(_MODE, "sans carte") != "sans carte":
        return told
    rest, typed = ({k: said for k, said in one.items() if k not in (_MODE, "motif")} for one in (told, typed))
    if len(str(told.get(_NIR, "")).replace(" ", "")) == len(patient.nir):
        rest.setdefault(_KEY, patient.key)
    return _by_hand(patient, rest, {**typed, **noted})


def patient_in_day_file(patient: PatientFile) -> dict[str, Any]:
    """The keys of a visit that tell whom it is for and who else pays."""
    told: dict[str, Any] = {_NIR: patient.nir, _KEY: patient.key, "nom": patient.who}
    if patient.born[2:6] != patient.nir[1:5]:  # not the insured person
        told |= _born(patient)
    if patient.amc is not None:
        amc = patient.amc
        said = {
            "numero": amc.number,
            "adherent": amc.member,
            "indicateur": amc.indicator,
            "routage": amc.routing,
            "hote": amc.host,
            "c2s": amc.c2s,
            "accord_de_gestion": amc.management == "single",
        }
        told["amc"] = {key: value for key, value in said.items() if value}
    return {**told, **as_told(patient.usual)}
