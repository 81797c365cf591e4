"""Sixty fictitious patients: the same from the same seed, and every visit of their month can be billed."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from day_files import answers, open_office

from tournee.app.practice.patients import find_patients
from tournee.app.practice.rounds import planned_month, round_of, take_round
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


@pytest.mark.parametrize("ps", [NURSE, PHYSIOTHERAPIST])
def test_every_visit_of_a_week_is_taken_and_none_is_refused(tmp_path: Path, ps: str) -> None:
    with open_office(tmp_path) as office:
        populate(office, DAY)
        for back in range(6, -1, -1):
            day = DAY - timedelta(days=back)
            if stops := round_of(office, day, ps):
                assert answers(take_round(office, day, ps)) == [Answer.NEW.label] * len(stops)
