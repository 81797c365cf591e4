"""On which days a series falls; expected days are written by hand from a calendar of November 2026."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournee.errors import BillingError
from tournee.practice.planning.recurrence import Recurrence

MONDAY = date(2026, 11, 2)
MONTH = (date(2026, 11, 1), date(2026, 11, 30))


def november(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 11, day) for day in days)


@pytest.mark.parametrize(
    ("series", "days"),
    [
        (Recurrence(MONDAY, date(2026, 11, 5)), november(2, 3, 4, 5)),
        (
            Recurrence(MONDAY, date(2026, 11, 10), frozenset(range(6))),
            november(2, 3, 4, 5, 6, 7, 9, 10),
        ),
        (Recurrence(MONDAY, None, frozenset({0, 3}), sessions=5), november(2, 5, 9, 12, 16)),
        (Recurrence(MONDAY, None, frozenset({2}), weeks=2), november(4, 18)),
        (Recurrence(date(2026, 11, 5), None, frozenset({0}), weeks=2), november(16, 30)),
        (Recurrence(date(2026, 11, 9), date(2026, 11, 13), holidays="left"), november(9, 10, 12, 13)),
        (
            Recurrence(date(2026, 11, 11), None, frozenset({2}), sessions=2, holidays="next"),
            november(12, 18),
        ),
        (
            Recurrence(date(2026, 11, 10), None, sessions=4, holidays="next"),
            november(10, 12, 13, 14),
        ),
    ],
)
def test_a_series_falls_on_its_days(series: Recurrence, days) -> None:
    assert series.days(*MONTH) == days


def test_what_is_put_off_from_a_saturday_holiday_does_not_fall_on_sunday() -> None:
    series = Recurrence(date(2027, 5, 1), None, frozenset({5}), sessions=1, holidays="next")
    assert series.days(date(2027, 5, 1), date(2027, 5, 31)) == (date(2027, 5, 3),)


def test_an_absence_leaves_days_out_or_puts_them_off() -> None:
    away = november(3, 4)
    series = Recurrence(MONDAY, None, sessions=3, absences="left")
    assert series.days(*MONTH, is_absent=away.__contains__) == november(2, 5, 6)
    series = Recurrence(MONDAY, None, sessions=3, absences="next")
    assert series.days(*MONTH, is_absent=away.__contains__) == november(2, 5, 6)
    series = Recurrence(MONDAY, date(2026, 11, 4))
    assert series.days(*MONTH, is_absent=away.__contains__) == november(2, 3, 4)


def test_a_local_holiday_is_one_where_the_carer_is() -> None:
    series = Recurrence(date(2026, 12, 25), date(2026, 12, 26), holidays="left")
    december = (date(2026, 12, 1), date(2026, 12, 31))
    assert series.days(*december, department="67") == ()
    assert series.days(*december, department="75") == (date(2026, 12, 26),)


def test_a_session_skipped_is_made_up_for_at_the_end() -> None:
    series = Recurrence(MONDAY, None, sessions=3).without(date(2026, 11, 3))
    assert series.days(*MONTH) == november(2, 4, 5)
    assert series.with_day(date(2026, 11, 3)).days(*MONTH) == november(2, 3, 4)


def test_a_day_moved_is_done_on_the_other_even_over_the_bounds_that_are_asked_for() -> None:
    series = Recurrence(MONDAY, date(2026, 11, 4)).moving(date(2026, 11, 4), date(2026, 11, 20))
    assert series.days(*MONTH) == november(2, 3, 20)
    assert series.days(date(2026, 11, 20), date(2026, 11, 20)) == november(20)
    again = series.moving(date(2026, 11, 20), date(2026, 11, 21))
    assert again.days(*MONTH) == november(2, 3, 21)
    assert again.moving(date(2026, 11, 21), date(2026, 11, 4)) == Recurrence(MONDAY, date(2026, 11, 4))
    assert again.without(date(2026, 11, 21)).days(*MONTH) == november(2, 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": frozenset()},
        {"weekdays": frozenset({7})},
        {"last": date(2026, 11, 1)},
        {"weeks": 0},
        {"sessions": 1000},
        {"sessions": -1},
    ],
)
def test_a_series_that_is_none_is_refused(wrong) -> None:
    with pytest.raises(BillingError):
        Recurrence(MONDAY, **wrong)


DAYS = st.dates(date(2026, 10, 1), date(2027, 3, 31))
SERIES = st.builds(
    Recurrence,
    first=DAYS,
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    weeks=st.integers(1, 3),
    sessions=st.integers(1, 30),
    holidays=st.sampled_from(["kept", "left", "next"]),
    absences=st.sampled_from(["kept", "left", "next"]),
)
FAR = (date(2026, 1, 1), date(2029, 12, 31))


@given(SERIES, st.sets(DAYS, max_size=20))
def test_a_series_has_as_many_sessions_as_it_counts_each_day_once(series: Recurrence, away) -> None:
    days = series.days(*FAR, is_absent=away.__contains__)
    assert len(days) == series.sessions
    assert max(Counter(days).values()) == 1
    assert min(days) >= series.first
    if series.absences != "kept":
        assert not away.intersection(days)


@given(SERIES, DAYS, st.integers(0, 60))
def test_what_is_asked_for_is_a_part_of_the_whole(series: Recurrence, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    whole = series.days(*FAR)
    assert series.days(first, last) == tuple(day for day in whole if first <= day <= last)


@given(SERIES, st.data())
def test_skipping_a_day_keeps_the_number_of_sessions(series: Recurrence, data) -> None:
    day = data.draw(st.sampled_from(series.days(*FAR)))
    changed = series.without(day)
    assert len(changed.days(*FAR)) == series.sessions
    if series.holidays == series.absences == "kept":
        assert day not in changed.days(*FAR)
        assert changed.with_day(day).days(*FAR) == series.days(*FAR)
