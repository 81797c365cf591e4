"""Sixty fictitious patients: the same from the same seed, and every visit of their month can be billed."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

from day_files import answers, open_office

from tournee.app.context import Office
from tournee.app.practice.day.series import take_days
from tournee.app.practice.patients import find_patients
from tournee.app.practice.rounds import Stop, plan_of, planned_month, round_of, take_round
from tournee.app.visits.imported import Answer
from tournee.emulation.population import NURSE, PATIENTS, PHYSIOTHERAPIST, populate

DAY = date(2026, 11, 16)


def told(folder: Path, seed: int) -> list[object]:
    folder.mkdir()
    with open_office(folder) as office:
        populate(office, DAY, seed)
        months = [planned_month(office, DAY, ps) for ps in (NURSE, PHYSIOTHERAPIST)]
        days = [(day, len(plans)) for month in months for day, plans in month.items()]
        return [[one.told for one in find_patients(office)], days]


def test_the_same_seed_makes_the_same_practice_and_another_one_another(tmp_path: Path) -> None:
    one = told(tmp_path / "one", 1)
    assert one == told(tmp_path / "again", 1)
    assert one != told(tmp_path / "other", 2)
    assert len(one[0]) == PATIENTS


def week(office: Office, ps: str) -> dict[date, list[Stop]]:
    """The stops of seven days."""
    days = (DAY - timedelta(days=back) for back in range(6, -1, -1))
    return {day: stops for day in days if (stops := round_of(office, day, ps))}


def test_every_visit_of_a_nurse_s_week_is_taken_and_none_is_refused(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        populate(office, DAY)
        for day, stops in week(office, NURSE).items():
            assert answers(take_round(office, day, NURSE)) == [Answer.NEW.label] * len(stops)


def test_every_series_of_a_physiotherapist_s_week_is_one_visit_and_none_is_refused(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        populate(office, DAY)
        series = defaultdict[int, list[date]](list)
        for day, stops in week(office, PHYSIOTHERAPIST).items():
            for stop in stops:
                series[stop.plan.plan.id].append(day)
        assert max(map(len, series.values())) > 1
        for plan, days in series.items():
            assert answers(take_days(office, plan_of(office, plan), days)) == [Answer.NEW.label]
