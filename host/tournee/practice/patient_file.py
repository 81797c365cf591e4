"""A patient's file: who it is, rights as last read, who else pays, where she lives, whom to call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from tournee.billing.identity import ALWAYS, Amc, Patient, Period
from tournee.billing.numbers import nir_fault
from tournee.billing.visit import Person
from tournee.errors import BillingError
from tournee.practice.words import search_words

Origin = Literal["card", "typed", "service"]
ORIGINS: dict[Origin, str] = {"card": "carte", "typed": "saisi", "service": "téléservice"}
NOTES_MAX = 4_000
"""Characters of the notes."""

ORGANISME_DIGITS = 9
"""Régime (2), caisse (3) and centre (4), as a paper has them."""

_DAY_DIGITS = 8
_PLAIN_RANK = "1"


class PatientError(BillingError):
    """A patient's file cannot say this."""


@dataclass(frozen=True)
class RightsRead:
    """What one source said of a patient's rights, and when; each source's last word is kept."""

    day: date
    origin: Origin
    beneficiary: Patient = field(repr=False)


@dataclass(frozen=True)
class Exempted:
    """A reason why the caisse pays all, as the carer knows it: `ald`, or a justification d'exonération."""

    kind: Literal["ald", "3", "5", "7", "9"]
    period: Period = ALWAYS
    note: str = ""


@dataclass(frozen=True)
class Address:
    """Where the patient is visited."""

    street: str = ""
    postcode: str = ""
    town: str = ""
    floor: str = ""
    door_code: str = ""


@dataclass(frozen=True)
class ContactPerson:
    """Somebody to call: `tie` is what they are to the patient."""

    name: str
    phone: str
    tie: str = ""


@dataclass(frozen=True)
class Doctor:
    """The patient's own doctor."""

    name: str
    rpps: str = ""


@dataclass(frozen=True)
class PatientFile:
    """One person. `born` is AAAAMMJJ (a lunar date has 00), `birth_rank` tells twins apart; `nir` and `key`
    are the insured person's, "" until they are known: a newborn's are a parent's.

    `amc` is the insurer that the carer typed; `usual` is what holds for each of this patient's visits, as the
    day file says it (JSON: third party, ALD, travel); `settled` are the differences that she has decided.
    """

    name: str
    first_name: str
    born: str
    birth_rank: str = _PLAIN_RANK
    nir: str = ""
    key: str = ""
    birth_name: str = ""
    rights: tuple[RightsRead, ...] = ()
    amc: Amc | None = None
    exempted: tuple[Exempted, ...] = ()
    address: Address = Address()
    phone: str = ""
    mail: str = ""
    contacts: tuple[ContactPerson, ...] = ()
    doctor: Doctor | None = None
    notes: str = ""
    usual: str = "{}"
    settled: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        fault = ""
        if not self.name.strip() or not self.first_name.strip():
            fault = "le nom et le prénom sont à dire"
        elif len(self.born) != _DAY_DIGITS or not self.born.isdecimal():
            fault = f"la date de naissance {self.born!r} n’est pas faite de 8 chiffres (AAAAMMJJ)"
        elif self.nir and (wrong := nir_fault(self.nir, self.key)):
            fault = wrong
        elif len(self.notes) > NOTES_MAX:
            fault = f"les notes ont {len(self.notes)} caractères, {NOTES_MAX} au plus"
        if fault:
            raise PatientError(f"Dossier de {self.who} : {fault}.", next_step="corrigez, puis recommencez")

    @property
    def who(self) -> str:
        """First name and name, as they are said."""
        return f"{self.first_name} {self.name}".strip().title()

    @property
    def person(self) -> str:
        """What tells this person from all others, "" while the number is not known: a number is shared by a
        family, a birth date by twins.
        """
        return f"{self.nir} {self.born} {self.birth_rank}" if self.nir else ""

    @property
    def as_person(self) -> Person:
        """Whom a visit to this patient is for."""
        rank = self.birth_rank if self.birth_rank != _PLAIN_RANK else ""
        return Person(self.nir, self._born_on, rank)

    @property
    def _born_on(self) -> date | None:
        """The birth date, None for a lunar one."""
        try:
            return date(int(self.born[:4]), int(self.born[4:6]), int(self.born[6:]))
        except ValueError:
            return None

    def insured_by(self, organisme: str) -> Patient:
        """The person with régime, caisse and centre copied from paper, nine digits."""
        return Patient(
            nir=self.nir,
            key=self.key,
            regime=organisme[:2],
            caisse=organisme[2:5],
            centre=organisme[5:],
            born=self.born,
            name=self.name,
            first_name=self.first_name,
            birth_rank=self.birth_rank,
        )

    @property
    def words(self) -> str:
        """By which words the file is found: names, number, street and town, phone."""
        told = (self.name, self.first_name, self.birth_name, self.nir, self.address.street, self.address.town)
        return " ".join(search_words(*told, self.phone))

    def read_by(self, origin: Origin) -> RightsRead | None:
        """The last word of one source."""
        return next((one for one in self.rights if one.origin == origin), None)

    @property
    def last_read(self) -> RightsRead | None:
        """The latest word of all sources; of one day, the card's."""
        return max(self.rights, key=lambda one: (one.day, one.origin == "card"), default=None)

    def with_rights(self, read: RightsRead) -> PatientFile:
        """The file with one reading more in place of its source's before; an older one adds nothing."""
        before = self.read_by(read.origin)
        if before is not None and before.day > read.day:
            return self
        others = tuple(one for one in self.rights if one.origin != read.origin)
        return replace(self, rights=(*others, read))
