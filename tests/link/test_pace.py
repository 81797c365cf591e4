"""How long to wait: measured on frames sent once, by their length, never more than for an unknown link."""

import pytest

from tournee.reader.link.retransmit_timer import Pace


@pytest.fixture
def pace() -> Pace:
    return Pace()


def test_unknown_link_has_the_longest_wait(pace):
    assert pace.wait_ms(1_000, 50) == 1_000


def test_wait_is_four_times_what_it_took_and_grows_with_the_frame(pace):
    pace.answered(100, length=100)
    assert pace.wait_ms(5_000, 100) == 400
    assert pace.wait_ms(5_000, 700) == 1_600


def test_wait_is_never_above_the_longest_nor_below_what_a_pause_takes(pace):
    pace.answered(1, length=600)
    assert pace.wait_ms(1_000, 600) == 120
    pace.answered(60_000, length=10)
    assert pace.wait_ms(1_000, 10) == 1_000


def test_slower_is_believed_sooner_than_faster(pace):
    pace.answered(100)
    pace.answered(300)
    assert pace.wait_ms(5_000) == 800
    pace.answered(100)
    assert pace.wait_ms(5_000) == 750


def test_wait_doubles_while_nothing_comes_and_is_as_before_once_anything_does(pace):
    pace.answered(100)
    for expected in (800, 1_600, 3_200):
        pace.missed()
        assert pace.wait_ms(5_000) == expected
    pace.stirred()
    assert pace.wait_ms(5_000) == 400
