"""Tariffs: what an act costs on a day, for a profession, in a zone; read from `tariffs.toml`, never in code.

Prices are dated and per zone (domain 4.3). An act that has no price on its day is refused: nothing is billed
at the price of another day.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from tournee.errors import BillingError
from tournee.tables.document import packaged

Profession = Literal["IF", "MK"]
Zone = Literal["metro", "drom"]


@dataclass(frozen=True)
class DatedPrice:
    """Unit price in cents of both zones, from one day to another, both included; no end: still in force."""

    start: date
    end: date | None
    metro: int
    drom: int

    def holds(self, day: date) -> bool:
        """Tell whether the price is in force on a day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Tariff:
    """One act code of one profession: its limits, how it adds up with others, its dated prices."""

    code: str
    profession: Profession
    label: str
    coefficient: tuple[int, int] | None  # hundredths; None: the act has no coefficient and counts 1
    quantity: int
    rate: int  # percent of the base that the compulsory insurer pays when nothing exempts
    session: Literal["", "11B", "alone"]
    needs: tuple[str, ...]
    needs_day: tuple[str, ...]
    not_with: tuple[str, ...]
    once_a_day: str
    max_age: int | None
    majoration: bool
    prescription: bool
    prices: tuple[DatedPrice, ...]

    def unit_price(self, day: date, zone: Zone) -> int | None:
        """Return the unit price in cents on a day, None when the act has no price that day."""
        for price in self.prices:
            if price.holds(day):
                return price.metro if zone == "metro" else price.drom
        return None


@dataclass(frozen=True)
class _Book:
    acts: dict[tuple[Profession, str], Tariff]
    majorations: dict[tuple[Profession, str], tuple[DatedPrice, ...]]


def _price(row: dict[str, Any]) -> DatedPrice:
    metro = row["metro"] if "metro" in row else row["price"]
    return DatedPrice(row["from"], row.get("to"), metro, row.get("drom", metro))


def _tariff(profession: Profession, code: str, row: dict[str, Any]) -> Tariff:
    bounds = row.get("coefficient")
    return Tariff(
        code=code,
        profession=profession,
        label=row["label"],
        coefficient=(bounds[0], bounds[1]) if bounds else None,
        quantity=row.get("quantity", 1),
        rate=row.get("rate", 60),
        session=row.get("session", ""),
        needs=tuple(row.get("needs", ())),
        needs_day=tuple(row.get("needs_day", ())),
        not_with=tuple(row.get("not_with", ())),
        once_a_day=row.get("once_a_day", ""),
        max_age=row.get("max_age"),
        majoration=row.get("majoration", False),
        prescription=row.get("prescription", True),
        prices=tuple(_price(price) for price in row["prices"]),
    )


@cache
def _book() -> _Book:
    document = table("tariffs")
    professions: tuple[Profession, ...] = ("IF", "MK")
    return _Book(
        {
            (profession, code): _tariff(profession, code, row)
            for profession in professions
            for code, row in document["act"][profession].items()
        },
        {
            (profession, complement): tuple(_price(row) for row in rows)
            for profession in professions
            for complement, rows in document["majoration"][profession].items()
        },
    )


def codes(profession: Profession) -> list[str]:
    """List the act codes of a profession, whatever the day."""
    return [code for owner, code in _book().acts if owner == profession]


def find(code: str, profession: Profession) -> Tariff | None:
    """Return the tariff of an act code, None when the profession has no such code."""
    return _book().acts.get((profession, code))


def majoration(complement: str, profession: Profession, day: date) -> int | None:
    """Return what complement `N` (night) or `F` (Sunday, holiday) adds to an act in cents, if it exists."""
    for price in _book().majorations.get((profession, complement), ()):
        if price.holds(day):
            return price.metro
    return None


def lookup(code: str, profession: Profession, day: date, zone: Zone) -> int:
    """Return the unit price in cents of an act; BillingError when it is unknown or has none that day."""
    tariff = find(code, profession)
    if tariff is None:
        raise BillingError(f"Le code {code} n’existe pas pour la profession {profession}.")
    price = tariff.unit_price(day, zone)
    if price is None:
        raise BillingError(
            f"Le code {code} n’a pas de tarif au {day:%d/%m/%Y}.",
            cause="le code n’était pas encore ou n’est plus en vigueur ce jour-là.",
            next_step="choisissez un code en vigueur à la date du soin.",
        )
    return price


@cache
def table(name: str) -> dict[str, Any]:
    """Return the content of `name`.toml, which stands beside this module."""
    return packaged("tournee.billing", name)
