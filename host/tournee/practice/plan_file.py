"""A plan: what is done for a patient, at which hours, on which days; from it come the visits of a round."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tournee.billing.nomenclature.table import Profession
from tournee.errors import BillingError
from tournee.practice.patient_file import PatientFile
from tournee.practice.prescription_file import PrescriptionFile
from tournee.practice.recurrence import Recurrence

SLOTS_MAX = 8
"""Passages of one day."""

_DAY_MINUTES = 24 * 60
_CARE_MAX = 8_000
_OF_PASSAGE = ("deplacement",)  # said once for a visit of one passage, of each where there are several


class PlanError(BillingError):
    """A plan cannot say this."""


@dataclass(frozen=True)
class Slot:
    """One passage of each planned day: its minute of the day, None when no hour is agreed, and what is done,
    as a passage of the day file says it (JSON: acts, travel, place).
    """

    care: str
    minute: int | None = None

    def __post_init__(self) -> None:
        if self.minute is not None and not 0 <= self.minute < _DAY_MINUTES:
            raise PlanError("Une heure va de 00:00 à 23:59.")
        _table(self.care)

    @property
    def hour(self) -> str:
        """As it is said: "08:15", "" without."""
        return "" if self.minute is None else f"{self.minute // 60:02}:{self.minute % 60:02}"

    @property
    def told(self) -> dict[str, Any]:
        """The keys of its passage."""
        return _table(self.care)


@dataclass(frozen=True)
class PlanFile:
    """What is planned for one patient, by a carer of this `profession`.

    `usual` is what each of its visits says beside its passages, as the day file has it (JSON); `words` is how
    the carer calls it, `prescription` the uid of its prescription's dossier in hex, "" without.
    """

    slots: tuple[Slot, ...]
    when: Recurrence
    profession: Profession
    words: str = ""
    usual: str = "{}"
    prescription: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.slots) <= SLOTS_MAX:
            raise PlanError(f"Un plan a de 1 à {SLOTS_MAX} passages par jour, pas {len(self.slots)}.")
        _table(self.usual)

    def visit(
        self, day: date, patient: PatientFile, prescription: PrescriptionFile | None, reference: str
    ) -> dict[str, Any]:
        """The `[[visite]]` of the day file that a planned day makes; `day` is written only by its caller."""
        told = {**patient_in_day_file(patient), **(prescription.in_day_file() if prescription else {})}
        told |= _table(self.usual)
        if len(self.slots) == 1:
            told |= _with_hour(self.slots[0])
        else:
            each = {key: told.pop(key) for key in _OF_PASSAGE if key in told}
            told["passage"] = [{**each, **_with_hour(slot)} for slot in self.slots]
        return {**told, "reference": reference}


def patient_in_day_file(patient: PatientFile) -> dict[str, Any]:
    """The keys of a visit that tell whom it is for and who else pays."""
    told: dict[str, Any] = {"nir": patient.nir, "cle": patient.key, "nom": patient.who}
    holder = f"{patient.born[2:6]}" == patient.nir[1:5]
    if not holder:
        born = patient.born
        told["naissance"] = f"{born[:4]}-{born[4:6]}-{born[6:]}"
        if patient.birth_rank != "1":
            told["rang_naissance"] = patient.birth_rank
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
    return {**told, **_table(patient.usual)}


def _with_hour(slot: Slot) -> dict[str, Any]:
    return {"heure": slot.hour, **slot.told} if slot.hour else slot.told


def _table(text: str) -> dict[str, Any]:
    if len(text) > _CARE_MAX:
        raise PlanError(f"Un soin planifié a {_CARE_MAX} caractères au plus.")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PlanError("Un soin planifié ne se lit pas.") from error
    if not isinstance(told, dict):
        raise PlanError("Un soin planifié est une table de clés du fichier du jour.")
    return told


def as_care(told: Mapping[str, Any]) -> str:
    """Keys of the day file as a plan keeps them."""
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    """What TOML reads and JSON does not write: days as text, decimals as numbers."""
    return value.isoformat() if isinstance(value, date) else float(value)
