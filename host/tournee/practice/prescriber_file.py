"""Who prescribes, kept for the next time: the numbers, and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.practice.patient_file import Address
from tournee.practice.prescription_file import Prescriber, PrescriptionError
from tournee.practice.words import search_words

_TEXT_MAX = 200
_NOTE_MAX = 2_000
_NOWHERE = Address()


@dataclass(frozen=True)
class PrescriberFile(Prescriber):
    """A prescriber with an address; a prescription says the numbers and the name alone."""

    phone: str = ""
    mail: str = ""
    address: Address = _NOWHERE
    note: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for label, told, longest in (
            ("nom", self.name, _TEXT_MAX),
            ("téléphone", self.phone, _TEXT_MAX),
            ("adresse électronique", self.mail, _TEXT_MAX),
            ("note", self.note, _NOTE_MAX),
        ):
            if len(told) > longest:
                who = self.name[:_TEXT_MAX] or self.told
                raise PrescriptionError(f"Prescripteur {who} : {label}, {longest} caractères au plus.")

    @property
    def who(self) -> str:
        """The name, or the number of one who has none."""
        return self.name or self.told

    @property
    def prescriber(self) -> Prescriber:
        """As a prescription says it."""
        return Prescriber(self.name, self.number, self.rpps, self.speciality)

    @property
    def words(self) -> str:
        """By which words it is found: name, numbers, town."""
        return " ".join(search_words(self.name, self.number, self.rpps, self.address.town))

    @classmethod
    def of(cls, told: Prescriber) -> PrescriberFile:
        """The file of one who was never met."""
        return cls(told.name, told.number, told.rpps, told.speciality)
