"""The host's end of the link without I/O: its waits, its repetitions and when it gives up."""

import pytest
from link_rig import CountingService, LinkBoard, ManualClock

from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.conversation import Conversation, ConversationState
from tournee.reader.link.framing import FrameReader, encode_frame
from tournee.reader.link.retransmit_timer import (
    ACK_WAIT_MS,
    BYTE_WAIT_MS,
    HELLO_WAIT_MS,
    TRIES,
    WORK_MAX_MS,
    WORK_WAIT_MS,
)

CARDS = codec.encode(messages.CARDS, {})
ANSWER = codec.encode(73, {"ps": 1, "vitale": 0})
ACK = bytes(encode_frame(frame.ACK, 1, b""))
REQUEST = bytes(encode_frame(frame.REQUEST, 1, CARDS))
PATIENCE = ACK_WAIT_MS + BYTE_WAIT_MS * len(REQUEST)


def welcome(number: int = 1, *, last: int = 0, resumed: int = 0) -> bytes:
    values = {"version": 1, "largest_message": 1280, "last_number": last, "resumed": resumed}
    return bytes(encode_frame(frame.WELCOME, number, codec.encode(messages.WELCOME, values)))


def kinds(data: bytes) -> list[int]:
    return [one.kind for one in FrameReader(4096).feed(data)]


@pytest.fixture
def talk() -> Conversation:
    """A conversation in session, a request just sent at time 0."""
    talk = Conversation(lambda: b"session1")
    talk.connected(0)
    talk.outgoing()
    talk.feed(welcome(), 0)
    talk.ask(CARDS, 0)
    assert talk.outgoing() == REQUEST
    return talk


def test_hello_is_repeated_after_its_wait_and_the_link_is_lost_after_all_tries():
    talk = Conversation(lambda: b"session1")
    talk.connected(0)
    said = []
    for turn in range(TRIES):
        said += kinds(talk.outgoing())
        assert talk.wait_ms(turn * HELLO_WAIT_MS) == HELLO_WAIT_MS
        talk.poll((turn + 1) * HELLO_WAIT_MS)
    assert said == [frame.HELLO] * TRIES
    assert talk.lost


def test_nothing_is_repeated_before_its_time(talk):
    talk.poll(PATIENCE - 1)
    assert talk.outgoing() == b""
    talk.poll(PATIENCE)
    assert talk.outgoing() == REQUEST


def test_acknowledged_request_waits_longer_and_each_ack_renews_the_wait(talk):
    for turn in range(1, 11):
        talk.feed(ACK, turn * 1000)
        assert talk.wait_ms(turn * 1000) == (2_000 if turn == 1 else WORK_WAIT_MS)
        talk.poll(turn * 1000)
        assert talk.outgoing() == b""


def test_ack_is_followed_by_something_before_the_next_one_is_missed(talk):
    talk.feed(ACK, 30)
    assert talk.wait_ms(30) == 1_000 + 120
    talk.poll(30 + 1_000 + 120)
    assert talk.outgoing() == REQUEST


def test_answer_whose_rest_does_not_come_is_asked_for_again(talk):
    talk.feed(ACK, 30)
    answer = bytes(encode_frame(frame.ANSWER, 1, ANSWER))
    talk.feed(answer[:-3], 60)
    assert talk.wait_ms(60) == 120
    talk.poll(179)
    assert talk.outgoing() == b""
    talk.poll(180)
    assert talk.outgoing() == REQUEST
    talk.feed(answer[-3:] + answer, 200)
    assert talk.take_answer()[1] == ANSWER


def test_rest_that_comes_late_and_damaged_takes_nothing_from_what_comes_with_it(talk):
    answer = bytes(encode_frame(frame.ANSWER, 1, ANSWER))
    damaged = answer[:3] + b"\x7f" + answer[4:]
    talk.feed(ACK + damaged[:-3], 60)
    talk.feed(damaged[-3:] + answer[:4], 500)
    talk.feed(answer[4:], 510)
    assert talk.take_answer()[1] == ANSWER


def test_answer_that_comes_byte_by_byte_is_waited_for(talk):
    talk.feed(ACK, 30)
    for at, byte in enumerate(encode_frame(frame.ANSWER, 1, ANSWER)):
        talk.feed(bytes((byte,)), 100 * at)
        talk.poll(100 * at + 99)
        assert talk.outgoing() == b""
    assert talk.take_answer()[1] == ANSWER


def test_card_that_works_for_ever_ends_the_wait(talk):
    now = 0
    while not talk.lost:
        now += 1000
        talk.feed(ACK, now)
        talk.poll(now)
        talk.poll(now + WORK_WAIT_MS)
        talk.outgoing()
        assert now <= WORK_MAX_MS
    assert now + WORK_WAIT_MS >= WORK_MAX_MS


def test_ack_of_another_request_changes_nothing(talk):
    talk.feed(bytes(encode_frame(frame.ACK, 2, b"")), 500)
    assert talk.wait_ms(500) == PATIENCE - 500


def test_nak_sends_again_at_once_but_once_in_a_wait(talk):
    nak = bytes(encode_frame(frame.NAK, 0, codes.CHECKSUM.to_bytes(2, "big")))
    talk.feed(nak, 10)
    assert talk.outgoing() == REQUEST
    talk.feed(nak * 20, 11)
    assert talk.outgoing() == b""
    assert not talk.lost


def test_damaged_answer_asks_again_at_once(talk):
    answer = bytearray(encode_frame(frame.ANSWER, 1, ANSWER))
    answer[5] ^= 1
    talk.feed(bytes(answer), 10)
    assert talk.outgoing() == REQUEST


def test_answer_of_another_number_is_ignored(talk):
    talk.feed(bytes(encode_frame(frame.ANSWER, 2, ANSWER)), 10)
    assert talk.state is ConversationState.WAITING


def test_answer_that_is_no_message_asks_again(talk):
    talk.feed(bytes(encode_frame(frame.ANSWER, 1, b"\xff")), 10)
    assert talk.outgoing() == REQUEST
    assert talk.state is ConversationState.WAITING


def test_answer_is_taken_once_and_its_repetition_ignored(talk):
    talk.feed(bytes(encode_frame(frame.ANSWER, 1, ANSWER)) * 2, 10)
    assert talk.take_answer()[1] == bytes(ANSWER)
    talk.feed(bytes(encode_frame(frame.ANSWER, 1, ANSWER)), 20)
    assert talk.state is ConversationState.IDLE


def test_request_that_was_not_taken_is_sent_after_a_reconnection(talk):
    talk.connected(100)
    assert kinds(talk.outgoing()) == [frame.HELLO]
    talk.feed(welcome(2, last=0, resumed=1), 110)
    assert talk.outgoing() == REQUEST
    assert not talk.forgotten


def test_request_that_was_taken_is_repeated_for_its_kept_answer(talk):
    talk.connected(100)
    talk.outgoing()
    talk.feed(welcome(2, last=1, resumed=1), 110)
    assert talk.outgoing() == REQUEST


def test_reader_that_restarted_is_noticed_greeted_anew_and_the_request_given_up(talk):
    talk.connected(100)
    talk.outgoing()
    talk.feed(welcome(2, last=0, resumed=0), 110)
    assert talk.forgotten
    (again,) = FrameReader(4096).feed(talk.outgoing())
    assert codec.decode(again.payload).uint("resume") == 0
    talk.feed(welcome(again.number), 120)
    assert talk.state is ConversationState.IDLE
    assert talk.outgoing() == b""


def test_reader_that_lost_the_session_without_the_stream_ending_is_greeted_again(talk):
    failure = {"status": codes.NO_SESSION, "record": 0, "column": 0, "detail": 0}
    talk.feed(bytes(encode_frame(frame.ANSWER, 1, codec.encode(messages.FAILURE, failure))), 10)
    (hello,) = FrameReader(4096).feed(talk.outgoing())
    assert (hello.kind, codec.decode(hello.payload).uint("resume")) == (frame.HELLO, 1)


def test_hello_refused_by_its_number_is_a_refusal_and_is_not_repeated():
    talk = Conversation(lambda: b"session1")
    talk.connected(0)
    talk.outgoing()
    talk.feed(bytes(encode_frame(frame.NAK, 1, codes.MALFORMED.to_bytes(2, "big"))), 5)
    assert (talk.state, talk.refusal) == (ConversationState.CLOSED, codes.MALFORMED)


def test_welcome_of_another_hello_is_ignored():
    talk = Conversation(lambda: b"session1")
    talk.connected(0)
    talk.feed(welcome(7), 5)
    assert talk.state is ConversationState.OPENING


def test_reader_still_at_work_for_an_earlier_request_is_waited_for():
    talk = Conversation(lambda: b"session1")
    talk.connected(0)
    talk.outgoing()
    talk.feed(ACK, 900)
    assert talk.wait_ms(900) == WORK_WAIT_MS


def test_request_given_up_leaves_no_byte_of_it_behind():
    talk = Conversation(lambda: b"session1")
    talk.connected(0)
    talk.feed(welcome(), 0)
    talk.outgoing()
    talk.ask(codec.encode(messages.UNLOCK, {"code": b"739155"}), 0)
    kept = talk._transmitter._window.awaited.message
    talk.give_up()
    assert b"739155" not in bytes(kept) + bytes(talk._transmitter._out)


def test_conversation_with_the_readers_own_link_ends_in_an_answer():
    clock = ManualClock()
    board = LinkBoard(CountingService(), clock)
    talk = Conversation(lambda: b"session1")
    talk.connected(0)
    talk.feed(board.feed(talk.outgoing()), 0)
    talk.ask(CARDS, 0)
    talk.feed(board.feed(talk.outgoing()), 0)
    assert codec.decode(talk.take_answer()[1]).row.name == "CARDS_STATE"


def test_answer_behind_the_damaged_frame_that_used_up_the_last_try_is_taken(talk):
    damaged = ACK[:3] + b"\x7f" + ACK[4:]
    now = 0
    for _ in range(TRIES - 1):
        now += talk.wait_ms(now)
        talk.poll(now)
    talk.feed(damaged + bytes(encode_frame(frame.ANSWER, 1, ANSWER)), now)
    assert (talk.state, talk.lost) == (ConversationState.ANSWERED, False)
    assert talk.take_answer()[1] == ANSWER


def test_waits_become_those_of_a_quick_link_and_long_again_where_nothing_comes(talk):
    talk.feed(ACK, 30)
    talk.feed(bytes(encode_frame(frame.ANSWER, 1, ANSWER)), 60)
    talk.take_answer()
    talk.ask(CARDS, 100)
    talk.outgoing()
    assert talk.wait_ms(100) == 120
    waits = []
    now = 100
    while not talk.lost:
        waits.append(talk.wait_ms(now))
        now += waits[-1]
        talk.poll(now)
        talk.outgoing()
    assert waits == [120, 240, 480, 960, PATIENCE, PATIENCE]
