"""Sundays and holidays, those of one part of the country there alone; and how amounts round."""

from datetime import date
from decimal import Decimal

import pytest

from tournee.billing.calendar import easter, is_rest_day
from tournee.model.amounts import half_up, hundredths


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)]
)
def test_easter_falls_where_the_almanac_says(year, month, day):
    assert easter(year) == date(year, month, day)


@pytest.mark.parametrize(
    "day", [date(2026, 11, 15), date(2026, 11, 11), date(2026, 5, 14), date(2026, 5, 25), date(2026, 4, 6)]
)
def test_sundays_and_national_holidays_are_rest_days_everywhere(day):
    assert is_rest_day(day, "75")
    assert is_rest_day(day, "974")


@pytest.mark.parametrize("day", [date(2026, 11, 14), date(2026, 11, 16), date(2026, 7, 15), date(2026, 4, 7)])
def test_other_days_are_not(day):
    assert not is_rest_day(day, "75")


@pytest.mark.parametrize(
    ("day", "department"),
    [
        (date(2026, 4, 3), "67"),
        (date(2025, 12, 26), "57"),
        (date(2026, 5, 27), "971"),
        (date(2026, 5, 22), "972"),
        (date(2026, 6, 10), "973"),
        (date(2025, 12, 20), "974"),
        (date(2026, 4, 27), "976"),
    ],
)
def test_local_holidays_are_rest_days_in_their_department_alone(day, department):
    assert is_rest_day(day, department)
    assert not is_rest_day(day, "75")


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 2, 0), (1, 2, 1), (149, 100, 1), (150, 100, 2), (47250, 100, 473)],
)
def test_half_goes_up(numerator, denominator, rounded):
    assert half_up(numerator, denominator) == rounded


def test_number_with_three_decimals_is_not_hundredths():
    assert hundredths(Decimal("1.25")) == 125
    assert hundredths(Decimal("1.255")) is None
    assert hundredths(Decimal("NaN")) is None
