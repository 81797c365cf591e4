"""The requests that are out: what the reader's words say of them, and what is sent then."""

import pytest

from tournee.reader.link.send_window import SendWindow


def window_of(count: int, after: int = 0) -> SendWindow:
    """A window of so many requests, numbered from `after` + 1 on, all of them sent."""
    window = SendWindow()
    window.begin(after)
    for _ in range(count):
        window.add(b"message", streamed=True)
    sent(window)
    return window


def sent(window: SendWindow) -> list[int]:
    """The numbers of what is to be sent now."""
    numbers = []
    while one := window.due(more=True):
        window.mark_sent(one)
        one.sent(0, 10, 10)
        numbers.append(one.number)
    return numbers


def settle(window: SendWindow, number: int) -> int:
    return window.settle(window.find(number))


def test_all_that_is_made_is_sent_once_in_order():
    window = SendWindow()
    window.add(b"a", streamed=True)
    window.add(b"b", streamed=True)
    assert sent(window) == [1, 2]
    assert sent(window) == []


def test_what_the_link_does_not_hold_waits_but_for_the_one_awaited():
    window = SendWindow()
    for _ in range(3):
        window.add(b"a", streamed=True)
    window.mark_sent(window.due(more=False))
    assert [one.number for one in window.in_flight] == [1]
    assert window.due(more=False) is None
    window.mark_sent(window.due(more=True))
    assert [one.number for one in window.in_flight] == [1, 2]
    settle(window, 2)
    assert window.due(more=False).number == 3


def test_answer_answers_for_those_before_it_and_their_bytes_are_overwritten():
    window = window_of(5)
    messages = [window.find(number).message for number in (1, 2, 3)]
    assert settle(window, 3) == 3
    assert messages == [bytearray(7)] * 3
    assert [one.number for one in window.in_flight] == [4, 5]


def test_numbers_that_are_not_out_are_not_found():
    window = window_of(3)
    settle(window, 1)
    assert [number for number in range(256) if window.find(number)] == [2, 3]


def test_gap_is_filled_from_the_first_that_was_not_taken():
    window = window_of(5)
    settle(window, 1)
    assert window.out_of_turn(3, 1, 0) is True
    assert sent(window) == [2, 3, 4, 5]


def test_one_gap_is_gone_back_for_once_however_many_frames_were_behind_it():
    window = window_of(6)
    assert [window.out_of_turn(number, 0, 0) for number in (2, 3, 4, 5, 6)] == [True, *[False] * 4]


def test_same_request_lost_again_is_gone_back_for_again():
    window = window_of(6)
    for number in (2, 3, 4, 5, 6):
        window.out_of_turn(number, 0, 0)
        sent(window)
    assert window.out_of_turn(2, 0, 0) is True
    assert sent(window) == [1, 2, 3, 4, 5, 6]


def test_one_that_was_lost_is_sent_again_alone_where_those_behind_it_are_kept():
    window = window_of(5)
    assert window.out_of_turn(3, 1, 0b1) is True
    assert sent(window) == [2]
    assert window.out_of_turn(4, 1, 0b11) is False
    assert window.out_of_turn(5, 1, 0b111) is False
    assert sent(window) == []
    assert settle(window, 5) == 5


def test_two_that_were_lost_are_both_sent_again_and_again_if_they_are_lost_again():
    window = window_of(6)
    assert window.out_of_turn(2, 0, 0b1) is True
    assert window.out_of_turn(4, 0, 0b101) is True
    assert sent(window) == [1, 3]
    assert window.out_of_turn(5, 0, 0b1101) is False  # sent before them
    assert window.out_of_turn(6, 0, 0b11101) is False
    assert window.out_of_turn(3, 0, 0b11111) is True  # but 1 went before 3
    assert sent(window) == [1]
    assert settle(window, 6) == 6


def test_one_that_is_not_kept_for_want_of_room_is_sent_again_with_those_behind_it():
    window = window_of(6)
    assert window.out_of_turn(3, 1, 0b1) is True
    assert sent(window) == [2]
    assert window.out_of_turn(4, 1, 0b1) is False  # the link has lost nothing
    assert sent(window) == [4, 5, 6]
    assert [one.number for one in window.in_flight] == [2, 4, 5, 6]


def test_what_was_sent_behind_the_one_awaited_may_find_room_and_is_not_sent_again():
    window = window_of(5)
    window.out_of_turn(3, 1, 0b1)
    window.add(b"message", streamed=True)
    assert sent(window) == [2, 6]
    window.out_of_turn(4, 1, 0b1)
    assert sent(window) == [4, 5]
    assert window.out_of_turn(5, 1, 0b1) is False  # its first sending
    settle(window, 3)
    assert window.out_of_turn(6, 3, 0b10) is False
    assert sent(window) == []
    assert settle(window, 6) == 3


def test_one_that_is_missing_is_not_kept_whatever_was_said_before():
    window = window_of(6)
    window.out_of_turn(3, 1, 0b1)
    settle(window, 2)
    assert window.out_of_turn(5, 2, 0) is True
    assert sent(window)[0] == 3


def test_what_is_kept_does_not_load_the_link():
    window = window_of(5)
    window.out_of_turn(3, 1, 0b1)
    assert (window.length_behind, window.length_not_kept) == (40, 40)


def test_all_in_flight_was_lost_when_as_many_words_came_damaged():
    window = window_of(3)
    assert [window.mark_lost() for _ in range(3)] == [False, False, True]
    assert sent(window) == [1, 2, 3]


def test_word_that_can_be_read_tells_that_the_damaged_ones_were_of_others():
    window = window_of(4)
    window.mark_lost()
    settle(window, 2)
    assert [window.mark_lost() for _ in range(2)] == [False, True]


def test_going_back_takes_nothing_for_kept():
    window = window_of(3)
    window.out_of_turn(2, 0, 0b1)
    window.go_back()
    assert sent(window) == [1]
    settle(window, 1)
    assert sent(window) == [2, 3]


def test_long_request_that_was_sent_often_is_too_long_for_the_link_once_it_is_due_again():
    window = window_of(2)
    for _ in range(2):
        assert not window.too_long_for_link(3, 5)
        window.go_back()
        sent(window)
    assert not window.too_long_for_link(3, 5)
    window.go_back()
    assert window.too_long_for_link(3, 5)
    assert not window.too_long_for_link(4, 5)
    assert not window.too_long_for_link(3, 10)


def test_what_was_taken_without_an_answer_is_not_sent_again():
    """The answers of 1 and 2 got lost: that of 3 will answer for them."""
    window = window_of(5)
    assert window.out_of_turn(4, 2, 0) is True
    assert sent(window) == [3, 4, 5]
    assert settle(window, 3) == 3


def test_old_frame_that_comes_again_is_no_loss():
    window = window_of(5)
    settle(window, 3)
    assert window.out_of_turn(2, 3, 0) is False
    assert window.out_of_turn(5, 1, 0) is False  # a late word
    assert sent(window) == []


def test_number_that_cannot_be_of_this_session_is_told():
    assert window_of(3).out_of_turn(1, 100, 0) is None


def test_silence_is_broken_by_one_request_alone_and_its_answer_sends_the_rest():
    window = window_of(4)
    window.go_back()
    assert sent(window) == [1]
    assert sent(window) == []
    settle(window, 1)
    assert sent(window) == [2, 3, 4]


@pytest.mark.parametrize(("last", "kept", "again"), [(3, 0, [4, 5]), (2, 0b10, [3, 4])])
def test_request_sent_alone_tells_how_far_the_reader_is_and_what_it_keeps(last, kept, again):
    window = window_of(5)
    window.go_back()
    sent(window)
    assert window.out_of_turn(1, last, kept) is True
    assert sent(window) == again


def test_late_word_counts_from_what_was_taken_then():
    window = window_of(6)
    window.out_of_turn(5, 2, 0b10)
    settle(window, 2)
    assert window.out_of_turn(5, 2, 0b10) is False
    assert [one.number for one in window.in_flight] == [6]


def test_reader_that_has_all_is_asked_for_its_last_answer_alone():
    window = window_of(4)
    window.go_back()
    sent(window)
    assert window.out_of_turn(1, 4, 0) is True
    assert sent(window) == [4]
    window.go_back()
    assert sent(window) == [4]
    assert settle(window, 4) == 4


def test_stale_word_of_a_gap_changes_nothing_for_the_request_sent_alone():
    window = window_of(4)
    window.go_back()
    sent(window)
    assert window.out_of_turn(3, 0, 0) is False
    assert sent(window) == []


def test_answer_that_was_only_late_sends_nothing_again():
    window = window_of(4)
    window.go_back()
    sent(window)
    settle(window, 2)
    assert sent(window) == []
    assert [one.number for one in window.in_flight] == [3, 4]


@pytest.mark.parametrize(("last", "again"), [(0, [1, 2, 3]), (1, [2, 3]), (2, [3]), (3, [3])])
def test_welcome_says_as_well_how_far_the_reader_is(last, again):
    window = window_of(3)
    assert window.resume(last)
    assert sent(window) == again


def test_welcome_of_a_number_that_was_never_out_is_another_session():
    window = window_of(3)
    assert not window.resume(4)


def test_window_given_up_may_have_been_taken_as_far_as_it_was_out():
    for last in range(4):
        window = window_of(3)
        window.drop()
        assert window.resume(last)
        window.add(b"next", streamed=False)
        assert sent(window) == [last + 1]


def test_numbers_go_round_after_255():
    window = window_of(4, after=253)
    assert [one.number for one in window.in_flight] == [254, 255, 1, 2]
    assert window.out_of_turn(2, 255, 0) is True
    assert sent(window) == [1, 2]
    assert settle(window, 2) == 4
    window.add(b"next", streamed=True)
    assert sent(window) == [3]
