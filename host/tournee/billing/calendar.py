"""Sundays and public holidays, those of one part of the country in that part alone."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

BILLABLE_MONTHS = 27
"""Months after which the AMO pays a care no more: two years from the quarter that follows (Code de la
sécurité sociale, L332-1) are 27 months at most. No profile says it: to be confirmed.
"""

_SATURDAY, _SUNDAY = 5, 6
# (month, day) of the national days; those that follow Easter come behind
_FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
_GOOD_FRIDAY = -2
_ALSACE_MOSELLE = {"57", "67", "68"}
_LOCAL = {
    **dict.fromkeys(_ALSACE_MOSELLE, (12, 26)),
    "971": (5, 27),  # Guadeloupe: abolition of slavery, as those below
    "972": (5, 22),  # Martinique
    "973": (6, 10),  # Guyane
    "974": (12, 20),  # La Réunion
    "976": (4, 27),  # Mayotte
}


@cache
def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the computus of Meeus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_rest_day(day: date, department: str) -> bool:
    """Whether a day is a Sunday or a public holiday where the carer is. `department`: "67", "974"."""
    if day.weekday() == _SUNDAY or (day.month, day.day) in _FIXED:
        return True
    after = day - easter(day.year)
    if after in {timedelta(days=days) for days in _AFTER_EASTER}:
        return True
    if department in _ALSACE_MOSELLE and after == timedelta(days=_GOOD_FRIDAY):
        return True
    return _LOCAL.get(department) == (day.month, day.day)


def is_saturday(day: date) -> bool:
    """Whether a day is a Saturday."""
    return day.weekday() == _SATURDAY
