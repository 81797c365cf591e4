"""How long to wait: measured on frames sent once, by their length, never more than for an unknown link."""

import pytest

from tournee.reader.link.retransmit_timer import ResponseTime


@pytest.fixture
def time() -> ResponseTime:
    return ResponseTime()


def test_unknown_link_has_the_longest_wait(time):
    assert time.wait_ms(1_000, 50) == 1_000


def test_wait_is_four_times_what_it_took_and_grows_with_the_frame(time):
    time.answered(100, length=100)
    assert time.wait_ms(5_000, 100) == 400
    assert time.wait_ms(5_000, 700) == 1_600


def test_wait_is_never_above_the_longest_nor_below_what_a_pause_takes(time):
    time.answered(1, length=600)
    assert time.wait_ms(1_000, 600) == 120
    time.answered(60_000, length=10)
    assert time.wait_ms(1_000, 10) == 1_000


def test_slower_is_believed_sooner_than_faster(time):
    time.answered(100)
    time.answered(300)
    assert time.wait_ms(5_000) == 800
    time.answered(100)
    assert time.wait_ms(5_000) == 750


def test_wait_doubles_while_nothing_comes_and_is_as_before_once_anything_does(time):
    time.answered(100)
    for expected in (800, 1_600, 3_200):
        time.missed()
        assert time.wait_ms(5_000) == expected
    time.on_activity()
    assert time.wait_ms(5_000) == 400
