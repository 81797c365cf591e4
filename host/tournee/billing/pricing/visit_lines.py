"""The lines of a visit: its acts, majorations and travel at their price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from tournee.billing.nomenclature.table import Certainty, Nomenclature, Price, Profession, Zone
from tournee.billing.pricing.items import BSX, MAJORATIONS, TRAVEL, FoundAct, by_passage, is_road
from tournee.billing.pricing.line import Kind, PricedLine
from tournee.billing.pricing.session import rates
from tournee.billing.pricing.travel import Kilometres, kilometre_lines, kilometres
from tournee.billing.visit import Passage, Visit

NIGHT, SUNDAY = "N", "F"
DEEP_NIGHT = "23-05"
_DEEP_FROM, _DEEP_TO = 23 * 60, 5 * 60  # minutes of the day

BilledKilometres = Callable[[date], int]
"""How many kilometres the carer billed on a day, before this visit."""


def visit_lines(
    visit: Visit,
    items: tuple[FoundAct, ...],
    profession: Profession,
    zone: Zone,
    table: Nomenclature,
    billed_kilometres: BilledKilometres,
) -> tuple[PricedLine, ...]:
    """Price a visit whose acts were found; what pays nothing is a line all the same, at rate 0."""
    lines: list[PricedLine] = []
    driven: dict[date, int] = {}
    for rank, (passage, noted) in enumerate(
        zip(visit.passages, by_passage(items, len(visit.passages)), strict=True)
    ):
        lines.extend(_act_lines(noted, at_home(passage, noted)))
        lines.extend(_majoration(passage, rank, profession, zone, table))
        lines.extend(_allowance(passage, rank, profession, zone, table))
        roads = [Kilometres(one.act.quantity, one.code, one.price) for one in noted if is_road(one)]
        if passage.travel is not None:
            told = kilometres(passage.travel, passage.day, profession, zone, table)
            roads.extend([told] if told is not None else [])
        for road in roads:
            before = billed_kilometres(passage.day) + driven.get(passage.day, 0)
            lines.extend(kilometre_lines(road, rank, profession, before, table))
            driven[passage.day] = driven.get(passage.day, 0) + road.count
    return tuple(lines)


def at_home(passage: Passage, items: list[FoundAct]) -> bool:
    """Whether a passage was at the patient's: said, or told by its travel, or by the day's forfait."""
    if passage.place:
        return passage.place in ("home", "institution")
    return passage.travel is not None or any(item.code in BSX | TRAVEL for item in items)


def night_band(passage: Passage) -> str:
    """The band of a passage's night: the middle of it has its own amount."""
    minute = passage.minute
    return DEEP_NIGHT if minute is not None and not _DEEP_TO <= minute < _DEEP_FROM else ""


def _act_lines(items: list[FoundAct], home: bool) -> Iterator[PricedLine]:
    for item, rate in zip(items, rates(items, home=home), strict=True):
        if is_road(item):
            continue
        kind: Kind = "act"
        if item.code in MAJORATIONS:
            kind = "majoration"
        elif item.code in TRAVEL:
            kind = "travel"
        alone = item.candidates[0] if len(item.candidates) == 1 else None
        yield PricedLine(
            item.passage,
            kind,
            item.code,
            item.price.cents,
            item.price.row,
            _least_sure(item),
            _label(item),
            item.price.announced or any(row.announced for row in item.candidates),
            coefficient=item.coefficient,
            rate=rate,
            quantity=item.act.quantity,
            act=alone.id if alone else "",
            fee=item.act.fee,
            qualifier=item.act.qualifier,
            exemption=item.act.exemption,
        )


def _label(item: FoundAct) -> str:
    """What an act is; of several that it may be, the first and how many others."""
    if not item.candidates:
        return item.price.label
    others = len(item.candidates) - 1
    more = f" (ou {others} autre{'s' if others > 1 else ''})" if others else ""
    return item.candidates[0].label + more


_SURE: tuple[Certainty, ...] = ("official", "two sources", "one source", "inferred")


def _least_sure(item: FoundAct) -> Certainty:
    """How sure a line is: as its value, or as its cotation where that one is less."""
    found = [item.price.certainty, *(row.certainty for row in item.candidates)]
    return max(found, key=_SURE.index)


def _majoration(
    passage: Passage, rank: int, profession: Profession, zone: Zone, table: Nomenclature
) -> Iterator[PricedLine]:
    if not passage.majoration:
        return
    band = night_band(passage) if passage.majoration == NIGHT and profession == "IF" else ""
    price = table.amount(profession, passage.majoration, passage.day, zone, band)
    if price is not None:
        yield _fixed(rank, "majoration", passage.majoration, price, band=band)


def _allowance(
    passage: Passage, rank: int, profession: Profession, zone: Zone, table: Nomenclature
) -> Iterator[PricedLine]:
    travel = passage.travel
    if travel is None or not travel.allowance:
        return
    code = table.code_of(profession, travel.allowance, passage.day)
    price = table.amount(profession, code, passage.day, zone)
    if price is not None:
        yield _fixed(rank, "travel", code, price, coefficient=travel.coefficient)


def _fixed(
    rank: int, kind: Kind, code: str, price: Price, *, coefficient: int = 100, band: str = ""
) -> PricedLine:
    return PricedLine(
        rank,
        kind,
        code,
        price.cents,
        price.row,
        price.certainty,
        price.label,
        price.announced,
        coefficient=coefficient,
        band=band,
    )
