"""Dated tariffs (domain 4.3), amounts and the days of the Sunday majoration."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from tournee.billing.rules.acts import easter, is_rest_day

from tournee.billing import tariffs
from tournee.errors import BillingError
from tournee.model.amounts import half_up, hundredths

TODAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("code", "metro", "drom"),
    [
        ("AMI", 315, 330),
        ("AIS", 265, 270),
        ("AMX", 315, 330),
        ("DI", 1000, 1000),
        ("BSA", 1300, 1325),
        ("BSB", 1820, 1855),
        ("BSC", 2870, 2925),
        ("TMI", 315, 315),
        ("MAU", 135, 135),
        ("MCI", 500, 500),
        ("MIE", 315, 315),
        ("IFA", 250, 250),
        ("IFI", 250, 250),
        ("IK", 35, 35),
        ("IKM", 50, 50),
        ("IKS", 340, 340),
        ("TLS", 1000, 1000),
        ("TLL", 1200, 1200),
        ("TLD", 1500, 1500),
        ("RQD", 1000, 1200),
    ],
)
def test_nurse_tariff_is_the_published_one(code, metro, drom):
    assert tariffs.lookup(code, "IF", TODAY, "metro") == metro
    assert tariffs.lookup(code, "IF", TODAY, "drom") == drom


@pytest.mark.parametrize(
    ("day", "metro", "drom"),
    [(date(2024, 2, 21), 215, 224), (date(2024, 2, 22), 221, 243), (TODAY, 221, 243)],
)
def test_kine_letter_changes_price_on_22_february_2024(day, metro, drom):
    assert tariffs.lookup("AMK", "MK", day, "metro") == metro
    assert tariffs.lookup("AMK", "MK", day, "drom") == drom


@pytest.mark.parametrize("code", ["AMS", "AMC"])
def test_kine_letters_of_before_the_reform_end_with_21_february_2024(code):
    assert tariffs.lookup(code, "MK", date(2024, 2, 21), "metro") == 215
    with pytest.raises(BillingError, match=f"{code} n’a pas de tarif au 22/02/2024"):
        tariffs.lookup(code, "MK", date(2024, 2, 22), "metro")


@pytest.mark.parametrize("code", ["TMK", "APM", "ARL", "DRA", "NMI", "PLL"])
def test_kine_letters_of_the_reform_begin_on_22_february_2024(code):
    assert tariffs.lookup(code, "MK", date(2024, 2, 22), "metro") == 221
    with pytest.raises(BillingError, match="n’a pas de tarif au 21/02/2024"):
        tariffs.lookup(code, "MK", date(2024, 2, 21), "metro")


def test_kine_travel_allowances_but_two_end_in_july_2025():
    assert tariffs.lookup("IFN", "MK", date(2025, 6, 30), "metro") == 400
    with pytest.raises(BillingError, match="IFN n’a pas de tarif au 01/07/2025"):
        tariffs.lookup("IFN", "MK", date(2025, 7, 1), "metro")
    assert tariffs.lookup("IFS", "MK", date(2025, 7, 1), "metro") == 400
    assert tariffs.lookup("IFD", "MK", date(2025, 7, 1), "metro") == 250


def test_act_of_the_other_profession_is_unknown():
    with pytest.raises(BillingError, match="AMI n’existe pas pour la profession MK"):
        tariffs.lookup("AMI", "MK", TODAY, "metro")


def test_day_before_the_first_price_has_none():
    with pytest.raises(BillingError, match="n’a pas de tarif"):
        tariffs.lookup("AMI", "IF", date(2022, 10, 31), "metro")


def test_nurse_majorations_are_dated():
    assert tariffs.majoration("N", "IF", TODAY) == 915
    assert tariffs.majoration("F", "IF", date(2019, 12, 31)) == 800
    assert tariffs.majoration("F", "IF", date(2020, 1, 1)) == 850


@pytest.mark.parametrize("profession", ["IF", "MK"])
def test_prices_of_a_code_do_not_overlap(profession):
    for code in tariffs.codes(profession):
        prices = sorted(tariffs.find(code, profession).prices, key=lambda price: price.start)
        for earlier, later in pairwise(prices):
            assert earlier.end is not None
            assert earlier.end < later.start


@pytest.mark.parametrize("profession", ["IF", "MK"])
def test_codes_named_by_a_tariff_exist(profession):
    known = set(tariffs.codes(profession))
    for code in known:
        tariff = tariffs.find(code, profession)
        assert {*tariff.needs, *tariff.needs_day, *tariff.not_with} <= known


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


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)]
)
def test_easter_falls_where_the_almanac_says(year, month, day):
    assert easter(year) == date(year, month, day)


@pytest.mark.parametrize(
    "day",
    [date(2026, 11, 15), date(2026, 11, 11), date(2026, 5, 14), date(2026, 5, 25), date(2026, 12, 26)],
)
def test_sundays_and_holidays_are_rest_days(day):
    assert is_rest_day(day)


@pytest.mark.parametrize("day", [date(2026, 11, 16), date(2026, 7, 15), date(2026, 4, 7)])
def test_other_days_are_not(day):
    assert not is_rest_day(day)
