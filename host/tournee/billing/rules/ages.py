"""The age that an act's name says: a remark when the patient is not of it, for it may be another act.

Without a birth date in the file the patient is the holder, whose number tells the year, of an adult.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tournee.billing.breach import Remark
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.rules.case import Case, Finding, Rule
from tournee.billing.visit import Visit

_UNDER = re.compile(r"moins de (\d+) ans")
_FROM = re.compile(r"(\d+) ans ou plus|plus de (\d+) ans")
_ADULT = 16


def ages(case: Case) -> Iterator[Finding]:
    """Acts named for an age, and a patient of another."""
    for item in case.items:
        found = [_other_age(case.visit, row, item.day) for row in item.candidates]
        if found and all(found):
            yield Remark(case.item_path(item), f"{item.name} : {found[0]}", "naissance")


def _other_age(visit: Visit, row: Cotation, day: date) -> str:
    """What is wrong with the patient's age for an act; empty when nothing is, or it is not known."""
    under, least = _UNDER.search(row.label), _FROM.search(row.label)
    age = _age(visit, day)
    if age is None or not (under or least):
        return ""
    youngest, oldest = age
    if (under and youngest >= int(under[1])) or (least and oldest < int(least[1] or least[2])):
        return f"« {row.label} », et le patient a {oldest} ans"
    return ""


def _age(visit: Visit, day: date) -> tuple[int, int] | None:
    """The least and the most that the patient's age can be."""
    if visit.born is not None:
        born = visit.born
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        return age, age
    year = visit.nir[1:3]
    age = (day.year - int(year)) % 100 if year.isdigit() else 0
    return (age - 1, age) if age > _ADULT else None


AGES: tuple[Rule, ...] = (ages,)
