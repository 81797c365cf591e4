"""Travel: the allowance of a passage, and the kilometres left after the abatement, under the day's cap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tournee.billing.nomenclature.table import Nomenclature, Price, Profession, Zone
from tournee.billing.pricing.line import PricedLine
from tournee.billing.visit import Travel

_HALF = 50


@dataclass(frozen=True)
class Kilometres:
    """What a travel has to bill: how many, by which code, at which price."""

    count: int
    code: str
    price: Price


def kilometres(
    travel: Travel, day: date, profession: Profession, zone: Zone, table: Nomenclature
) -> Kilometres | None:
    """The kilometres left after the abatement (rule ik); None when there are none."""
    told = table.travel(travel.ground)
    if told is None:
        return None
    abatement, code = told
    count = travel.kilometres - abatement
    price = table.amount(profession, code, day, zone)
    return None if count <= 0 or price is None else Kilometres(count, code, price)


def kilometre_lines(
    told: Kilometres, passage: int, profession: Profession, before: int, table: Nomenclature
) -> Iterator[PricedLine]:
    """The lines of a passage's kilometres; `before`: those that the carer billed that day (rule ik-plafond).

    By slices: full up to the first bound, half up to the second, nothing beyond.
    """
    cap = table.cap(profession)
    full_up_to, half_up_to = cap if cap is not None else (before + told.count, 0)
    after = before + told.count
    full = max(0, min(after, full_up_to) - before)
    halves = max(0, min(after, half_up_to) - max(before, full_up_to))
    if full:
        yield _line(told, passage, full)
    if halves:
        yield _line(told, passage, halves, _HALF)
    if lost := told.count - full - halves:
        yield _line(told, passage, lost, 0)


def _line(told: Kilometres, passage: int, count: int, rate: int = 100) -> PricedLine:
    price = told.price
    return PricedLine(
        passage,
        "travel",
        told.code,
        price.cents,
        price.row,
        price.certainty,
        price.label,
        price.announced,
        quantity=count,
        rate=rate,
    )
