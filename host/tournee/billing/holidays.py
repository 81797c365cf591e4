"""Days on which the Sunday majoration may be asked."""

from datetime import date, timedelta

_SATURDAY = 5
# (month, day): national days, then those of Alsace-Moselle and of overseas departments, accepted everywhere
_FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
_LOCAL = {(12, 26), (4, 27), (5, 22), (5, 27), (6, 10), (12, 20)}
_AFTER_EASTER = (-2, 1, 39, 50)  # Good Friday (Alsace-Moselle), Easter Monday, Ascension, Whit Monday


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the computus of Meeus)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_rest_day(day: date) -> bool:
    """Tell whether complement F may stand: Sunday, public holiday, or a Saturday (urgent calls, [K])."""
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _FIXED | _LOCAL:
        return True
    return day - easter(day.year) in {timedelta(days) for days in _AFTER_EASTER}
