"""A complementary insurer (mutuelle), kept for the next time, and how third party is billed with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tournee.billing.identity import Amc
from tournee.errors import BillingError
from tournee.practice.patient_file import PatientFile
from tournee.practice.planning.plan_file import as_care
from tournee.practice.words import search_words

ThirdParty = Literal["", "non", "amo", "amc", "total"]
THIRD_PARTY: tuple[ThirdParty, ...] = ("non", "amo", "amc", "total")
"""Who is asked directly, as the day file says it; "": the patient's file says it."""

DRE_WORDS = {"toujours": "3", "avec-tiers-payant": "2", "sans-tiers-payant": "1", "jamais": "0"}
"""When an insurer takes a DRE: the tens digit of its indicator (group 109 field 4)."""

USUAL_INDICATOR = "30"
"""Of an insurer of which nothing is known but its number: a DRE, with third party or without."""

_TEXT_MAX = 200
_NOTE_MAX = 2_000
_THIRD_PARTY_KEY = "tiers_payant"
_INDICATOR_DIGITS = 2


class InsurerError(BillingError):
    """An insurer's file cannot say this."""


@dataclass(frozen=True)
class Convention:
    """How third party is billed with an insurer: its own DRE or the caisse alone (`management`), when it
    takes a DRE (`indicator`), by which way it goes, who is asked where the patient's file does not say.
    """

    management: Literal["separate", "single"] = "separate"
    indicator: str = USUAL_INDICATOR
    routing: str = ""
    host: str = ""
    third_party: ThirdParty = ""

    @property
    def dre(self) -> str:
        """When it takes a DRE, in the words of `DRE_WORDS`; "" where the digit is another."""
        if self.management == "single":
            return "jamais"
        return next((word for word, tens in DRE_WORDS.items() if self.indicator[:1] == tens), "")


@dataclass(frozen=True)
class InsurerFile:
    """One insurer by its number of ten digits."""

    number: str
    name: str = ""
    convention: Convention = Convention()
    phone: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        told = self.convention
        Amc(self.number, told.management, indicator=told.indicator, routing=told.routing, host=told.host)
        digits = told.indicator
        if digits and not (len(digits) == _INDICATOR_DIGITS and digits.isascii() and digits.isdigit()):
            raise InsurerError(
                f"Mutuelle {self.number} : l’indicateur {digits!r} n’est pas fait de 2 chiffres."
            )
        for label, text, longest in (
            ("nom", self.name, _TEXT_MAX),
            ("téléphone", self.phone, _TEXT_MAX),
            ("note", self.note, _NOTE_MAX),
        ):
            if len(text) > longest:
                raise InsurerError(f"Mutuelle {self.number} : {label}, {longest} caractères au plus.")

    @property
    def who(self) -> str:
        """The name, or the number of one that has none."""
        return self.name or self.number

    @property
    def words(self) -> str:
        """By which words it is found: name and number."""
        return " ".join(search_words(self.name, self.number))

    def completed(self, said: Amc) -> Amc:
        """What is said of a patient's rights with this insurer, with its convention where nothing is said of
        how it is billed: what was said of this patient counts.
        """
        if said.management == "single" or said.indicator or said.routing or said.host:
            return said
        told = self.convention
        return replace(
            said,
            management=told.management,
            indicator=told.indicator,
            routing=told.routing,
            host=told.host,
        )


def insurer_of(patient: PatientFile) -> str:
    """The number of a patient's insurer: typed, else of the last reading; "" without."""
    if patient.amc is not None:
        return patient.amc.number
    read = patient.last_read
    return read.beneficiary.amc.number if read is not None and read.beneficiary.amc is not None else ""


def with_convention(patient: PatientFile, insurers: Mapping[str, InsurerFile]) -> PatientFile:
    """A patient's file as its visits take from it: with what is known of how its insurer is billed."""
    insurer = insurers.get(insurer_of(patient))
    if insurer is None:
        return patient
    amc = insurer.completed(patient.amc) if patient.amc is not None else None
    usual, asked = json.loads(patient.usual), insurer.convention.third_party
    if asked and _THIRD_PARTY_KEY not in usual:
        usual[_THIRD_PARTY_KEY] = asked
    return replace(patient, amc=amc, usual=as_care(usual))
