"""The filter for readers: it misses nothing, suspects as few others as said, and knows its bounds."""

import random

import pytest

from tournee.opposition.compact import FALSE_POSITIVES_MAX, TooManyError, capacity, make_filter

SIZE = 1024
BITS = [2131, 1518, 906, 295, 7877, 7268, 6660]  # the manual's worked example, worked out by awk


def lists(count: int) -> dict[str, list[str]]:
    source = random.Random(11)
    return {
        "random": [f"{number:09}" for number in source.sample(range(10**9), count)],
        "one after the other": [f"{800000000 + number}" for number in range(count)],
        "a hundred apart": [f"{800000000 + 100 * number}" for number in range(count)],
    }


def test_bits_of_a_serial_are_those_of_the_manual():
    made = make_filter(["800000117", *(f"{number}" for number in range(852))], SIZE)
    assert made.hashes == len(BITS)
    alone = make_filter(["800000117"] * 853, SIZE)
    assert [bit for bit in range(8 * SIZE) if alone.data[bit >> 3] >> (bit & 7) & 1] == sorted(BITS)


@pytest.mark.parametrize("kind", lists(1))
def test_full_filter_misses_nothing_and_suspects_one_other_in_a_hundred(kind):
    serials = lists(capacity(SIZE))[kind]
    made = make_filter(serials, SIZE)
    assert all(made.suspects(serial) for serial in serials)
    source = random.Random(12)
    others = {f"{source.randrange(10**9):09}" for _ in range(10_000)} - set(serials)
    near = {f"{800000000 + number}" for number in range(0, 200_000, 19)} - set(serials)
    for strangers in (others, near):
        share = sum(map(made.suspects, strangers)) / len(strangers)
        assert share < 1.4 * FALSE_POSITIVES_MAX


def test_half_full_filter_suspects_far_fewer():
    made = make_filter(lists(capacity(SIZE) // 2)["random"], SIZE)
    assert made.false_positives < FALSE_POSITIVES_MAX / 50


def test_capacity_is_what_the_manual_says():
    assert [capacity(size) for size in (1024, 4096, 65535)] == [853, 3415, 54652]


def test_filter_of_too_many_is_refused_with_what_fits():
    with pytest.raises(TooManyError, match="853 au plus"):
        make_filter(lists(854)["random"], SIZE)


def test_empty_list_suspects_nobody():
    assert not make_filter([], SIZE).suspects("800000117")
