"""A nomenclature in force: which acts there are on a day, and what they are worth.

An act is a letter, a coefficient and a day: in the physiotherapists' part the second decimal names the act,
so a coefficient is never rounded nor taken for another (NGAP, title XIV).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache, cached_property
from typing import TypeVar

from tournee.billing.nomenclature.rows import (
    CERTAINTIES,
    Certainty,
    Coming,
    Cotation,
    Ground,
    Heading,
    Limit,
    Price,
    Profession,
    Rate,
    Rows,
    Zone,
    words,
)
from tournee.model.amounts import half_up

__all__ = [
    "LIKE_AMI",
    "Certainty",
    "Coming",
    "Cotation",
    "Ground",
    "Heading",
    "Limit",
    "Nomenclature",
    "Price",
    "Profession",
    "Rate",
    "Zone",
    "coefficient_told",
    "packaged",
]

_T = TypeVar("_T")
LIKE_AMI = "AMX"
"""The letter of AMI's acts on a day with BSA, BSB or BSC: it has a value, and no row of its own."""


def coefficient_told(coefficient: int) -> str:
    """A coefficient in hundredths as it is read: `8,12`, `1,5`, `4`."""
    whole, rest = divmod(coefficient, 100)
    return f"{whole},{rest:02}".rstrip("0").rstrip(",")


class Nomenclature:
    """The rows of a table, looked up by profession and day; indexed on use."""

    def __init__(self, rows: Rows, digest: str) -> None:
        self.rows = rows
        self.digest = digest

    @property
    def heading(self) -> Heading:
        """What the table says of itself."""
        return self.rows.heading

    @property
    def name(self) -> str:
        """The table's name."""
        return self.rows.heading.name

    @property
    def version(self) -> str:
        """Its version; an invoice keeps it."""
        return self.rows.heading.version

    def over(self, first: date, last: date) -> Nomenclature:
        """What prices the days from one to another: this table, whatever the days."""
        return self

    @cached_property
    def _by_letter(self) -> dict[tuple[str, str], list[Cotation]]:
        return _gathered((one.profession, one.letter, one) for one in self.rows.acts)

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], list[Cotation]]:
        return _gathered((one.profession, one.id, one) for one in self.rows.acts)

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Cotation]]:
        return _gathered((one.profession, " ".join(words(one.label)), one) for one in self.rows.acts)

    @cached_property
    def _values(self) -> dict[tuple[str, str], list[Rate]]:
        rates = (one for one in self.rows.rates if one.kind == "value")
        return _gathered((one.profession, one.code, one) for one in rates)

    @cached_property
    def _amounts(self) -> dict[tuple[str, str], list[Rate]]:
        rates = (one for one in self.rows.rates if one.kind == "amount")
        return _gathered((one.profession, one.code, one) for one in rates)

    def letters(self, profession: Profession, day: date) -> tuple[str, ...]:
        """Letters that have acts on a day, AMX among a nurse's."""
        found = [
            letter
            for (owner, letter), acts in self._by_letter.items()
            if owner == profession and any(one.holds(day) for one in acts)
        ]
        is_also = "AMI" in found and any(
            one.holds(day) for one in self._values.get((profession, LIKE_AMI), ())
        )
        return tuple(sorted([*found, LIKE_AMI] if is_also else found))

    def codes(self, profession: Profession, day: date) -> tuple[str, ...]:
        """Letters that have acts on a day, then the codes that have an amount of their own."""
        amounts = (
            code
            for (owner, code), rates in self._amounts.items()
            if owner == profession and any(one.holds(day) for one in rates)
        )
        return (*self.letters(profession, day), *sorted(amounts))

    def knows(self, profession: Profession, code: str) -> bool:
        """Whether a code has an act, a value or an amount on any day."""
        key = (profession, code)
        return key in self._by_letter or key in self._values or key in self._amounts

    def cotations(
        self, profession: Profession, letter: str, day: date, coefficient: int | None = None
    ) -> tuple[Cotation, ...]:
        """Acts of a letter on a day, those of one coefficient when it is given (hundredths).

        AMX has no act of its own and gives those of AMI. Several acts may have one letter and coefficient.
        """
        acts = self._by_letter.get((profession, "AMI" if letter == LIKE_AMI else letter), ())
        return tuple(
            one for one in acts if one.holds(day) and (coefficient is None or one.coefficient == coefficient)
        )

    def named(self, profession: Profession, told: str, day: date) -> Cotation | None:
        """The act of a name on a day: its id, or its label, accents, capitals and articles aside.

        None when there is none, or more than one.
        """
        found = self._by_id.get((profession, told)) or self._by_label.get((profession, " ".join(words(told))))
        there = [one for one in found or () if one.holds(day)]
        return there[0] if len(there) == 1 else None

    def value(self, profession: Profession, letter: str, day: date, zone: Zone) -> Price | None:
        """What one point of a letter is worth; None when the table does not say."""
        return _price(self._values.get((profession, letter), ()), day, zone)

    def worth(self, act: Cotation, day: date, zone: Zone) -> Price | None:
        """An act paid in full: coefficient × value, half up; as sure as the less sure of both."""
        value = self.value(act.profession, act.letter, day, zone)
        if value is None:
            return None
        return replace(
            value,
            cents=half_up(act.coefficient * value.cents, 100),
            label=act.label,
            certainty=max(act.certainty, value.certainty, key=CERTAINTIES.index),
            announced=act.announced or value.announced,
            sources=tuple(dict.fromkeys((*act.sources, *value.sources))),
            note=" ; ".join(filter(None, (act.note, value.note))),
            prescription=act.prescription,
            limit=act.limit,
            limit_text=act.limit_text,
            own=act.own or value.own,
        )

    def amount(
        self, profession: Profession, code: str, day: date, zone: Zone, band: str = ""
    ) -> Price | None:
        """What a code with an amount of its own is worth; None when the table does not say.

        `band` is the part of the night (`23-05`), empty for the rest. An alias counts: IFD of a nurse is IFA.
        """
        rates = self._amounts.get((profession, self.code_of(profession, code, day)), ())
        return _price((one for one in rates if one.band == band), day, zone)

    def code_of(self, profession: Profession, code: str, day: date) -> str:
        """The code that an alias stands for on a day, or the code itself."""
        return next(
            (
                one.code
                for one in self.rows.rates
                if one.alias == code and one.profession == profession and one.holds(day)
            ),
            code,
        )

    def travel(self, ground: Ground) -> tuple[int, str] | None:
        """How the kilometres of a ground count: those taken off a round trip, and the code of their price."""
        return next(((one.abatement_km, one.code) for one in self.rows.travels if one.ground == ground), None)

    def cap(self, profession: Profession) -> tuple[int, int] | None:
        """Kilometres of a day paid in full, and those paid at least at half; None: no cap."""
        return next(
            (
                (one.full_up_to_km, one.half_up_to_km)
                for one in self.rows.caps
                if one.profession == profession
            ),
            None,
        )

    def coefficients(self, profession: Profession, letter: str, day: date) -> tuple[int, ...]:
        """The coefficients that name an act of a letter on a day, the smallest first."""
        return tuple(sorted({one.coefficient for one in self.cotations(profession, letter, day)}))


def _gathered(rows: Iterable[tuple[str, str, _T]]) -> dict[tuple[str, str], list[_T]]:
    found: dict[tuple[str, str], list[_T]] = {}
    for profession, key, row in rows:
        found.setdefault((profession, key), []).append(row)
    return found


def _price(rates: Iterable[Rate], day: date, zone: Zone) -> Price | None:
    return next((price for one in rates if one.holds(day) and (price := one.price(zone))), None)


@cache
def packaged() -> Nomenclature:
    """The table that comes with Tournée, read and judged once."""
    import pkgutil

    from tournee.billing.nomenclature.reading import read

    data = pkgutil.get_data(__package__, "ngap.json")
    assert data is not None  # it is part of the package
    return read(data)
