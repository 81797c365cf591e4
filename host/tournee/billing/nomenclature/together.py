"""The rows of a table judged together: none twice on a day, none cited and not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

from tournee.billing.nomenclature.rows import Cotation, Rate, Rows

_R = TypeVar("_R", Cotation, Rate)
_NEVER = date.max


def judged(rows: Rows, base: Rows | None = None) -> list[str]:
    """What is wrong between the rows of a table, in French; nothing when all is right.

    A supplement is judged with the table that it adds to, `base`, when that is given; alone, it may cite
    what is not in it.
    """
    acts = (*(base.acts if base else ()), *rows.acts)
    rates = (*(base.rates if base else ()), *rows.rates)
    faults = [*_backwards(rows), *_acts_together(acts), *_rates_together(rates)]
    if rows.heading.kind == "table" or base is not None:
        faults += _cited(rows.acts, acts, rates)
    known = {**(base.sources if base else {}), **rows.sources}
    both: tuple[Cotation | Rate, ...] = (*rows.acts, *rows.rates)
    unknown = {code for row in both for code in row.sources if code not in known}
    if unknown and rows.heading.kind == "table":
        faults.append(f"sources citées sans être décrites : {', '.join(sorted(unknown))}")
    for one in rows.caps:
        if one.half_up_to_km < one.full_up_to_km:
            faults.append(f"travel_cap {one.profession}, clé « half_up_to_km » : moins que « full_up_to_km »")
    return faults


def _backwards(rows: Rows) -> Iterable[str]:
    both: tuple[Cotation | Rate, ...] = (*rows.acts, *rows.rates)
    for row in both:
        if row.end is not None and row.end < row.start:
            yield f"{_told(row)}, clé « to » : ce jour est avant « from »"


def _acts_together(acts: Sequence[Cotation]) -> Iterable[str]:
    by_id: dict[tuple[str, str], list[Cotation]] = defaultdict(list)
    usual: dict[tuple[str, str, int], list[Cotation]] = defaultdict(list)
    for one in acts:
        by_id[one.profession, one.id].append(one)
        if one.usual:
            usual[one.profession, one.letter, one.coefficient].append(one)
    for same in by_id.values():
        for first, second in _overlapping(same):
            yield f"{_told(second)}, clé « from » : le même acte y est déjà avec {_told(first)}"
    for alike in usual.values():
        for first, second in _overlapping(alike):
            yield f"{_told(second)}, clé « usual » : {_told(first)} l’est déjà, le même jour"


def _rates_together(rates: Sequence[Rate]) -> Iterable[str]:
    for zone in ("metro", "drom"):
        same_code: dict[tuple[str, ...], list[Rate]] = defaultdict(list)
        for one in rates:
            if (one.metro is None and one.drom is None) or getattr(one, zone) is not None:
                same_code[one.kind, one.profession, one.code, one.band].append(one)
        for same in same_code.values():
            for first, second in _overlapping(same):
                yield f"{_told(second)}, clé « from » : ces jours sont déjà dans {_told(first)}"


def _overlapping(rows: Sequence[_R]) -> Iterable[tuple[_R, _R]]:
    ordered = sorted(rows, key=lambda one: one.start)
    return ((one, other) for one, other in pairwise(ordered) if other.start <= (one.end or _NEVER))


def _cited(checked: Sequence[Cotation], acts: Sequence[Cotation], rates: Sequence[Rate]) -> Iterable[str]:
    """What an act names and what is not in the table: a letter without value, an act, an article, a group."""
    valued = {(one.profession, one.code) for one in rates if one.kind == "value"}
    known: dict[str, set[str]] = defaultdict(set)
    for one in acts:
        known[one.profession] |= {
            f"{one.letter} {one.coefficient}",
            f"article:{one.article}",
            f"group:{one.group}",
            f"id:{one.id}",
        }
    for one in checked:
        if (one.profession, one.letter) not in valued:
            yield f"{_told(one)}, clé « letter » : aucune valeur pour {one.letter}"
        for name in one.not_with:
            if name not in known[one.profession]:
                yield f"{_told(one)}, clé « not_with » : « {name} » n’est pas dans la table"


def _told(row: Cotation | Rate) -> str:
    name = f"act {row.id} {row.letter}" if isinstance(row, Cotation) else f"{row.kind} {row.code}"
    return f"{name} ({row.profession}, {row.start:%d/%m/%Y})"
