"""A day file that is wrong everywhere is told in bounded time and words."""

import pytest

from tournee.billing.dayfile.day import DayError, read_day


def test_of_very_many_mistakes_the_first_are_told_and_no_more_visits_are_read() -> None:
    with pytest.raises(DayError) as caught:
        read_day(b"[[visite]]\nnom = 1\n" * 1_500, "jour.toml")
    assert 1_000 < len(caught.value.mistakes) < 1_100
    assert len(caught.value.message.splitlines()) == 102
    assert caught.value.message.endswith(f"- et {len(caught.value.mistakes) - 100} de plus")


def test_more_visits_than_a_day_can_have_are_refused_as_one_mistake() -> None:
    with pytest.raises(DayError, match="2001 visites, 2000 au plus dans un fichier"):
        read_day(b"[[visite]]\nnom = 1\n" * 2_001, "jour.toml")
