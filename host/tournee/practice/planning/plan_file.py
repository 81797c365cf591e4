"""A plan: what is done for a patient, at which hours, on which days, and what is otherwise on single days."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tournee.billing.nomenclature.table import Profession
from tournee.errors import BillingError
from tournee.practice.planning.recurrence import Recurrence

SLOTS_MAX = 8
"""Passages of one day."""

APART_MAX, TICKED_MAX = 60, 200
"""Single days told otherwise, and days ticked, of one plan: older ones are dropped where they are over a year
old.
"""

_DAY_MINUTES = 24 * 60
_CARE_MAX = 8_000
_APART_KEPT = timedelta(days=366)


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
        as_told(self.care)

    @property
    def hour(self) -> str:
        """As it is said: "08:15", "" without."""
        return "" if self.minute is None else f"{self.minute // 60:02}:{self.minute % 60:02}"

    @property
    def told(self) -> dict[str, Any]:
        """The keys of its passage."""
        return as_told(self.care)


@dataclass(frozen=True)
class Apart:
    """What the visit of one day says otherwise than the plan: keys of the day file (JSON), null for one that
    it leaves out.
    """

    day: date
    said: str

    def __post_init__(self) -> None:
        as_told(self.said)

    @property
    def told(self) -> dict[str, Any]:
        """The keys."""
        return as_told(self.said)


@dataclass(frozen=True)
class PlanFile:
    """What is planned for one patient, by a carer of this `profession`.

    `usual` is what each of its visits says beside its passages, as the day file has it (JSON); `words` is how
    the carer calls it, `prescription` the uid of its prescription's dossier in hex, "" without. `apart` are
    days told otherwise. `together`: its days are billed several at once, those of them that are `ticked`.
    `by_clock`: night, Sunday and holidays are asked for as calendar and prescription justify.
    """

    slots: tuple[Slot, ...]
    when: Recurrence
    profession: Profession
    words: str = ""
    usual: str = "{}"
    prescription: str = ""
    apart: tuple[Apart, ...] = ()
    together: bool = False
    ticked: tuple[date, ...] = ()
    by_clock: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.slots) <= SLOTS_MAX:
            raise PlanError(f"Un plan a de 1 à {SLOTS_MAX} passages par jour, pas {len(self.slots)}.")
        if len(self.apart) > APART_MAX or len(self.ticked) > TICKED_MAX:
            raise PlanError(
                f"Un plan retient {APART_MAX} jours dits autrement et {TICKED_MAX} jours cochés au plus.",
                next_step="arrêtez ce plan, et faites-en un nouveau",
            )
        as_told(self.usual)

    def told_on(self, day: date) -> dict[str, Any]:
        """What is otherwise on a day: nothing, on most."""
        return next((one.told for one in self.apart if one.day == day), {})

    def telling(self, day: date, said: Mapping[str, Any]) -> PlanFile:
        """The plan with a day told otherwise, in place of what was told of it; nothing: as all others."""
        others = [one for one in self.apart if one.day != day and day - one.day < _APART_KEPT]
        if said:
            others.append(Apart(day, as_care(said)))
        return replace(self, apart=tuple(sorted(others, key=lambda one: one.day)))

    def ticking(self, days: Collection[date], *, on: bool = True) -> PlanFile:
        """The plan with days ticked, or no more."""
        ticked = {*self.ticked, *days} if on else {*self.ticked} - {*days}
        latest = max(ticked, default=date.min)
        return replace(self, ticked=tuple(sorted(day for day in ticked if latest - day < _APART_KEPT)))


def as_told(text: str) -> dict[str, Any]:
    """Keys of the day file that a plan keeps; PlanError."""
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


def minute_of(hour: Any) -> int | None:
    """The minute of the day of an hour as the day file writes it ("08:15"); None for anything else."""
    hours, _, minutes = str(hour).partition(":")
    return int(hours) * 60 + int(minutes) if hours.isdecimal() and minutes.isdecimal() else None
