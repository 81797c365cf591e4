"""What a table changes in another: acts and amounts added, ended, changed, each with its days and prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Literal

from tournee.billing.nomenclature.rows import Cotation, Rate, Rows
from tournee.billing.nomenclature.table import coefficient_told
from tournee.french import euros

Sort = Literal["added", "ended", "price", "changed", "gone"]

_UNTOLD = ("sources", "note", "own")


@dataclass(frozen=True)
class Change:
    """One difference: what about, in French, from which day it counts, and how it is told."""

    sort: Sort
    what: str
    start: date
    text: str

    @property
    def told(self) -> str:
        """The whole line."""
        return f"{self.what} : {self.text}"


def changes(old: Rows, new: Rows) -> list[Change]:
    """The differences from one table to another, by their day; sources and notes are left aside."""
    found = [*_of_acts(old, new), *_of_rates(old, new)]
    return sorted(found, key=lambda one: (one.start, one.sort, one.what, one.text))


def _of_acts(old: Rows, new: Rows) -> Iterator[Change]:
    before = {(one.profession, one.id, one.start): one for one in old.acts}
    after = {(one.profession, one.id, one.start): one for one in new.acts}
    for key in before.keys() - after.keys():
        yield _gone(before[key], _act_told(before[key]))
    for key, act in after.items():
        told = _act_told(act)
        if key in before:
            yield from _same(before[key], act, told)
            continue
        earlier = max(
            (one for one in old.acts if (one.profession, one.id) == key[:2] and one.start < act.start),
            key=lambda one: one.start,
            default=None,
        )
        if earlier is None:
            yield Change("added", told, act.start, f"nouvel acte, dès le {act.start:%d/%m/%Y}")
        else:
            was = f"{earlier.letter} {coefficient_told(earlier.coefficient)}"
            yield Change("price", told, act.start, f"c’était {was} ; dès le {act.start:%d/%m/%Y}")


def _of_rates(old: Rows, new: Rows) -> Iterator[Change]:
    for zone, where in (("metro", "métropole"), ("drom", "DROM")):
        before = {_key(one): one for one in old.rates if getattr(one, zone) is not None}
        after = {_key(one): one for one in new.rates if getattr(one, zone) is not None}
        for key in before.keys() - after.keys():
            yield _gone(before[key], f"{_rate_told(before[key])} ({where})")
        for key, rate in after.items():
            told = f"{_rate_told(rate)} ({where})"
            price = getattr(rate, zone)
            if key in before:
                was = getattr(before[key], zone)
                if was != price:
                    text = f"{euros(was)} € devient {euros(price)} €, dès le {rate.start:%d/%m/%Y}"
                    yield Change("price", told, rate.start, text)
                yield from _same(before[key], rate, told)
                continue
            earlier = max(
                (one for one in before.values() if _key(one)[:4] == key[:4] and one.start < rate.start),
                key=lambda one: one.start,
                default=None,
            )
            text = f"{euros(price)} €, dès le {rate.start:%d/%m/%Y}"
            if earlier is None:
                yield Change("added", told, rate.start, f"nouveau, {text}")
            else:
                yield Change("price", told, rate.start, f"{euros(getattr(earlier, zone))} € devient {text}")


def _same(old: Cotation | Rate, new: Cotation | Rate, told: str) -> Iterator[Change]:
    """What differs in one row that both tables have."""
    if old.end != new.end:
        end = new.end
        if end is None:
            yield Change("changed", told, new.start, "n’a plus de fin")
        else:
            yield Change("ended", told, end + timedelta(1), f"finit le {end:%d/%m/%Y}")
    if isinstance(old, Cotation) and isinstance(new, Cotation) and old.coefficient != new.coefficient:
        was = coefficient_told(old.coefficient)
        yield Change("price", told, new.start, f"le coefficient était {was}, dès le même jour")
    apart = ("end", "start", "coefficient", "metro", "drom", *_UNTOLD)
    names = [one.name for one in fields(new) if one.name not in apart]
    other = [name for name in names if getattr(old, name) != getattr(new, name)]
    if other:
        yield Change("changed", told, new.start, f"change aussi : {', '.join(other)}")


def _gone(row: Cotation | Rate, told: str) -> Change:
    return Change("gone", told, row.start, f"la ligne du {row.start:%d/%m/%Y} n’y est plus")


def _key(rate: Rate) -> tuple[str, str, str, str, date]:
    return rate.kind, rate.profession, rate.code, rate.band, rate.start


def _act_told(act: Cotation) -> str:
    return f"{act.profession} {act.letter} {coefficient_told(act.coefficient)} {act.label}"


def _rate_told(rate: Rate) -> str:
    return " ".join(filter(None, (rate.profession, rate.code, rate.band)))
