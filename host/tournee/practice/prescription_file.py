"""A prescription kept once: who prescribed what, how often, until when, and the agreement that it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tournee.billing.numbers import billing_number_fault, rpps_fault
from tournee.billing.rules.case import months_before
from tournee.billing.visit import ANSWERS, Agreement, Prescription
from tournee.errors import BillingError

USUAL_MONTHS = 12
"""How long a prescription is used when it does not say: ours, no text that we could read gives it."""

_LINES_MAX = 30


class PrescriptionError(BillingError):
    """A prescription cannot say this."""


@dataclass(frozen=True)
class Prescriber:
    """Who prescribes: billing number of 9 digits, RPPS of 11, either or both."""

    name: str = ""
    number: str = ""
    rpps: str = ""
    speciality: str = "01"

    def __post_init__(self) -> None:
        fault = ""
        if not self.number and not self.rpps:
            fault = "son numéro de facturation (9 chiffres) ou son RPPS (11) est à dire"
        elif self.number:
            fault = billing_number_fault(self.number)
        if not fault and self.rpps:
            fault = rpps_fault(self.rpps)
        if fault:
            raise PrescriptionError(f"Prescripteur {self.name or self.number or self.rpps} : {fault}.")

    @property
    def told(self) -> str:
        """What tells this one from all others."""
        return self.rpps or self.number


@dataclass(frozen=True)
class PrescribedCare:
    """One line of it: in its words, how many sessions (0: it does not say), for the ALD or not."""

    words: str
    sessions: int = 0
    ald: bool = True


@dataclass(frozen=True)
class PrescriptionFile:
    """A prescription for one patient. `done` sessions were elsewhere before; `scan` is the SHA-256 of its
    picture, `electronic` the number of one that a base keeps, which needs none. What is done and left of it
    is counted from visits.
    """

    prescriber: Prescriber
    day: date
    lines: tuple[PrescribedCare, ...] = ()
    sessions: int = 0
    done: int = 0
    months: int = 0
    origin: str = ""
    home: bool = False
    night: bool = False
    daily: bool = False
    renewal: bool = False
    agreement: Agreement | None = None
    scan: str = ""
    note: str = ""
    electronic: str = ""

    def __post_init__(self) -> None:
        if len(self.lines) > _LINES_MAX:
            raise PrescriptionError(f"Une ordonnance a {_LINES_MAX} lignes au plus, pas {len(self.lines)}.")

    @property
    def prescription(self) -> Prescription:
        """What each of its visits says of it."""
        return Prescription(
            self.day,
            self.prescriber.number,
            self.prescriber.rpps,
            self.prescriber.speciality,
            sessions=self.sessions,
            done=self.done,
            months=self.months,
            home=self.home,
            night=self.night,
            daily=self.daily,
            renewal=self.renewal,
            origin=self.origin,
        )

    @property
    def last_day(self) -> date:
        """The last day on which it may be used: it says so, or what is usual."""
        return months_before(self.day, -(self.months or USUAL_MONTHS)) - timedelta(days=1)

    @property
    def total(self) -> int:
        """The sessions prescribed: of the whole, or its lines' together; 0 when it does not say."""
        return self.sessions or sum(line.sessions for line in self.lines)

    def renewed(self, day: date) -> PrescriptionFile:
        """The same prescription written anew on a day."""
        return replace(self, day=day, done=0, renewal=True, agreement=None, scan="", electronic="")

    def in_day_file(self) -> dict[str, Any]:
        """The tables of a visit of the day file that tell it."""
        told = {
            "date": self.day.isoformat(),
            "prescripteur": self.prescriber.number,
            "rpps": self.prescriber.rpps,
            "specialite": self.prescriber.speciality,
            "seances": self.sessions,
            "faites": self.done,
            "duree_mois": self.months,
            "origine": _ORIGINS[self.origin],
            "domicile": self.home,
            "nuit": self.night,
            "quotidien": self.daily,
            "renouvellement": self.renewal,
        }
        tables: dict[str, Any] = {"prescription": {key: value for key, value in told.items() if value}}
        if self.agreement is not None:
            tables["accord"] = _agreement(self.agreement)
        return tables


_ORIGINS = {"": "", "V": "ville", "E": "établissement", "I": "infirmier", "D": "accès direct"}


def _agreement(told: Agreement) -> dict[str, Any]:
    words = {"": "silence", "given": "accordé", "refused": "refusé"}
    assert set(words) == set(ANSWERS)
    table = {
        "demande": told.asked.isoformat(),
        "reponse": words[told.answer],
        "le": told.answered.isoformat() if told.answered else "",
        "numero": told.number,
    }
    return {key: value for key, value in table.items() if value}
