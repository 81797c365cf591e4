"""How long messages are, and how much goes ahead: more where all passes, less where it does not."""

import pytest

from tournee.reader.link.congestion import Congestion
from tournee.reader.link.send_window import PendingRequest

RECORD = 128


def answered(link: Congestion, in_flight: int, spent_ms: int, length: int = 150) -> None:
    """A request of `length` bytes, sent with `in_flight` bytes out, is answered after so long."""
    request = PendingRequest(1, bytearray(), True)
    request.sent(0, length, in_flight)
    link.answered(request, spent_ms)


def room(link: Congestion) -> int:
    return next(out for out in range(100_000) if not link.allows(out))


def sent_with_losses(link: Congestion, every: int, length: int = 150, total: int = 60_000) -> Congestion:
    """So many bytes in all, a loss after each `every` of them."""
    for at in range(0, total, length):
        link.sent(length)
        if at // every != (at + length) // every:
            link.lost()
    return link


def test_first_message_is_short_and_those_that_pass_make_it_as_long_as_the_reader_takes():
    link = Congestion()
    assert link.best_length(7 * RECORD) < RECORD
    seen = [1]
    while seen[-1] < 7:
        link.sent(seen[-1] * RECORD)
        seen.append(max(1, round(link.best_length(7 * RECORD) / RECORD)))
    assert seen == sorted(seen)
    assert 6_000 < sum(seen) * RECORD < 12_000


@pytest.mark.parametrize(("every", "least", "most"), [(2_000, 1, 2), (24_000, 5, 7), (500, 0, 1)])
def test_what_is_around_a_message_costs_as_much_as_what_is_lost_with_it(every, least, most):
    length = sent_with_losses(Congestion(), every).best_length(9 * RECORD)
    assert least * RECORD <= length <= most * RECORD


def test_losses_of_long_ago_are_forgotten():
    link = sent_with_losses(Congestion(), 500)
    assert link.best_length(7 * RECORD) < RECORD
    for _ in range(5_000):
        link.sent(150)
    assert link.best_length(7 * RECORD) == 7 * RECORD


def test_more_goes_ahead_as_long_as_answers_do_not_take_longer_for_it():
    link = Congestion()
    for _ in range(6):
        answered(link, room(link), 40)
    assert room(link) > 20_000


def test_where_answers_wait_twice_what_the_link_holds_is_out():
    """A link of 10 bytes a millisecond and 40 ms there and back holds 400 bytes."""
    link = Congestion()
    answered(link, 150, 40)
    for _ in range(60):
        out = room(link)
        answered(link, out, max(40, out // 10))
    assert 800 <= room(link) <= 1_000


def test_one_answer_that_was_late_by_chance_does_not_stop_the_stream():
    link = Congestion()
    for _ in range(6):
        answered(link, 4_000, 40)
    before = room(link)
    answered(link, 4_000, 4_000)
    assert room(link) > before // 2


def test_each_lot_and_each_connection_may_find_the_link_slower():
    link = Congestion()
    answered(link, 4_000, 5)
    link.reset()
    for _ in range(3):
        answered(link, 4_000, 100)
    assert room(link) > 4_000
