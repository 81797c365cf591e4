"""A model of care: a bundle of acts by its name, with how often it is done, from which a plan is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tournee.billing.nomenclature.table import Profession
from tournee.errors import BillingError
from tournee.practice.planning.plan_file import SLOTS_MAX, PlanFile, Slot
from tournee.practice.planning.recurrence import EVERY_DAY, Recurrence
from tournee.practice.words import search_words

NAME_MAX = 60
"""Characters of a model's name."""


class CareModelError(BillingError):
    """A model of care cannot say this."""


@dataclass(frozen=True)
class CareModel:
    """What a carer of this `profession` does again and again: passages of a day (those without an hour take
    the plan's), on which weekdays, how many sessions (0: as the prescription says).
    """

    name: str
    profession: Profession
    slots: tuple[Slot, ...]
    weekdays: frozenset[int] = EVERY_DAY
    weeks: int = 1
    sessions: int = 0
    together: bool = False
    by_clock: bool = False

    def __post_init__(self) -> None:
        fault = ""
        if not self.name.strip() or len(self.name) > NAME_MAX:
            fault = f"son nom a de 1 à {NAME_MAX} caractères"
        elif not 1 <= len(self.slots) <= SLOTS_MAX:
            fault = f"il a de 1 à {SLOTS_MAX} passages par jour, pas {len(self.slots)}"
        elif not any(slot.told.get("actes") for slot in self.slots):
            fault = "il n’a aucun acte"
        if fault:
            raise CareModelError(
                f"Ce modèle ne se garde pas : {fault}.", next_step="corrigez, puis recommencez"
            )
        self.plan(date(2000, 1, 1))  # its days read

    def named(self, ps: str) -> str:
        """What tells it from all others: its carer and its name."""
        return f"{ps} {' '.join(search_words(self.name))}"

    @property
    def acts(self) -> tuple[dict[str, Any], ...]:
        """All its acts, as the day file writes them."""
        return tuple(act for slot in self.slots for act in slot.told.get("actes", ()))

    def plan(self, first: date, minutes: tuple[int, ...] = ()) -> PlanFile:
        """The plan that it makes from a day on; `minutes` are the hours agreed, in place of its own: one for
        each of its passages, or several for a model of one.
        """
        slots = self.slots
        if minutes and len(slots) == 1:
            slots = tuple(replace(slots[0], minute=minute) for minute in sorted(minutes))
        elif minutes:
            if len(minutes) != len(slots):
                raise CareModelError(f"« {self.name} » a {len(slots)} passages : dites autant d’heures.")
            slots = tuple(replace(slot, minute=at) for slot, at in zip(slots, sorted(minutes), strict=True))
        when = Recurrence(first, None, self.weekdays, self.weeks, self.sessions)
        return PlanFile(
            slots, when, self.profession, self.name, together=self.together, by_clock=self.by_clock
        )
