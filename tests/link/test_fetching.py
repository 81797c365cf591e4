"""A long answer fetched part by part: whole in the end, whatever is missing, repeated, or nonsense."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sesam import frame
from tournee.reader.fetching import AT_ONCE, PART, Fetching


def part(whole: bytes, at: int, n: int = PART) -> bytes:
    return len(whole).to_bytes(2, "big") + at.to_bytes(2, "big") + whole[at : at + n]


def offsets(fetching: Fetching) -> list[int]:
    return [int.from_bytes(ask[:2], "big") for ask in fetching.asks()]


def test_first_ask_is_for_the_beginning_whose_part_tells_the_length():
    fetching = Fetching(7)
    assert fetching.asks() == [b"\0\0" + bytes((PART,))]
    assert fetching.take(part(bytes(100), 0)) == b""
    assert offsets(fetching) == [28, 56, 84]


def test_no_more_parts_are_asked_for_at_once_than_a_buffer_of_the_reader_holds():
    fetching = Fetching(7)
    fetching.take(part(bytes(4_000), 0))
    assert len(fetching.asks()) == AT_ONCE
    assert AT_ONCE * 10 <= 256  # bytes of a FETCH frame; what waits in the smallest board's buffer


def test_frame_is_whole_with_its_last_part():
    whole = bytes(range(1, 61))
    fetching = Fetching(7)
    assert [fetching.take(part(whole, at)) for at in (56, 0, 28)] == [b"", b"", whole]


def test_more_is_asked_for_once_all_that_was_asked_for_is_there():
    fetching = Fetching(7)
    fetching.asks()
    assert not fetching.due
    fetching.take(part(bytes(100), 0))
    assert fetching.due


def test_part_of_a_frame_of_another_length_begins_anew():
    fetching = Fetching(7)
    fetching.take(part(bytes(60), 0))
    assert fetching.take(part(bytes(90), 28)) == b""
    assert offsets(fetching) == [0, 56, 84]


def test_parts_that_are_not_what_was_asked_for_are_dropped():
    fetching = Fetching(7)
    fetching.take(part(bytes(60), 0))
    for payload in (b"", b"\0\x3c\0\x1c", part(bytes(60), 3), part(bytes(60), 28, 5), b"\0\x3c\0\x80abc"):
        assert fetching.take(payload) == b""
    assert offsets(fetching) == [28, 56]


def test_now_and_then_the_request_is_sent_instead_for_it_may_never_have_been_taken():
    fetching = Fetching(7)
    turns = [fetching.goes_on() for _ in range(8)]
    assert turns.count(False) == 2
    assert turns[0]


@given(st.integers(1, 700), st.integers(0, 2**32))
def test_whatever_order_the_parts_come_in_the_frame_is_the_readers(length, seed):
    source = random.Random(seed)
    whole = source.randbytes(length)
    fetching = Fetching(1)
    for _ in range(1_000):
        asked = fetching.asks()
        source.shuffle(asked)
        for ask in asked:
            at, n = int.from_bytes(ask[:2], "big"), ask[2]
            assert n <= frame.PART_MAX
            for _ in range(source.choice((0, 1, 2))):  # lost, or repeated
                made = fetching.take(part(whole, at, n))
                if made:
                    assert made == whole
                    return
    raise AssertionError("never whole")
