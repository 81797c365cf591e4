"""The reader's end of the link, one rule of PROTOCOL.md a test."""

import pytest
from faulty_wire import frames_of
from link_rig import SESSION, CountingService, LinkBoard, ManualClock, ask, hello, refusal, request, told

from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, FrameReader, encode_frame


def test_hello_opens_a_session_and_tells_version_and_largest_message(board, service):
    (welcome,) = ask(board, hello())
    expected = {"version": 1, "largest_message": 1280, "last_number": 0, "resumed": 0}
    assert told(welcome) == (frame.WELCOME, 9, expected)
    assert service.sessions == 1


def test_hello_of_a_later_version_is_granted_the_readers_own(board):
    (welcome,) = ask(board, hello(version=200))
    assert told(welcome)[2]["version"] == messages.VERSION == 2


def test_hello_of_the_same_session_resumes_and_tells_the_last_number(open_board, service):
    ask(open_board, request(1))
    (welcome,) = ask(open_board, hello(resume=1))
    assert told(welcome)[2] == {"version": 1, "largest_message": 1280, "last_number": 1, "resumed": 1}
    assert service.sessions == 1


def test_hello_that_resumes_an_unknown_session_opens_nothing_and_harms_none(open_board, service):
    ask(open_board, request(1))
    (welcome,) = ask(open_board, hello(b"stranger", resume=1))
    assert told(welcome)[2]["resumed"] == 0
    assert service.sessions == 1
    assert [one.kind for one in ask(open_board, request(2))] == [frame.ACK, frame.ANSWER]


def test_hello_of_a_new_session_starts_numbers_again_and_drops_the_kept_answer(open_board, service):
    ask(open_board, request(1))
    ask(open_board, hello(b"session2"))
    assert service.sessions == 2
    assert [one.kind for one in ask(open_board, request(1))] == [frame.ACK, frame.ANSWER]
    assert service.requests == [messages.CARDS] * 2


def test_hello_that_is_no_hello_is_refused_by_nak_with_its_number(board):
    answer = ask(board, bytes(encode_frame(frame.HELLO, 9, codec.encode(messages.CARDS, {}))))
    assert answer == [Frame(frame.NAK, 9, codes.UNKNOWN_MESSAGE.to_bytes(2, "big"))]


def test_records_are_answered_at_once_without_an_ack(open_board, service):
    ask(open_board, request(1, messages.CERTIFY, what=2, kind=1, mode=3))
    (answer,) = ask(open_board, request(2, messages.RECORDS, first=0, data=bytes(128)))
    assert told(answer) == (frame.ANSWER, 2, {"next": 1})


def test_records_sent_ahead_are_taken_one_after_the_other(open_board, service):
    ask(open_board, request(1, messages.CERTIFY, what=2, kind=1, mode=3))
    ahead = [request(2 + n, messages.RECORDS, first=n, data=bytes((n + 1,)) * 128) for n in range(5)]
    answers = ask(open_board, b"".join(ahead))
    assert [told(one) for one in answers] == [(frame.ANSWER, 2 + n, {"next": n + 1}) for n in range(5)]
    assert bytes(service.streamed) == b"".join(bytes((n + 1,)) * 128 for n in range(5))


def test_each_frame_after_one_that_was_lost_is_told_the_last_number(open_board, service):
    ask(open_board, request(1, messages.CERTIFY, what=2, kind=1, mode=3))
    ahead = [request(2 + n, messages.RECORDS, first=n, data=bytes(128)) for n in range(5)]
    answers = [told(one) for one in ask(open_board, b"".join(ahead[:1] + ahead[2:]))]
    lost = [(frame.ANSWER, number, refusal(codes.SEQUENCE, 2)) for number in (4, 5, 6)]
    assert answers == [(frame.ANSWER, 2, {"next": 1}), *lost]
    assert len(service.streamed) == 128


def test_request_before_hello_is_refused(board, service):
    (answer,) = ask(board, request(1))
    assert told(answer) == (frame.ANSWER, 1, refusal(codes.NO_SESSION))
    assert service.requests == []


def test_request_is_acknowledged_before_it_is_carried_out(open_board, service):
    data = request(1)
    link = open_board.link
    assert link.feed(data, len(data)) == len(data)
    sender = link.sender
    count = sender.pending()
    assert bytes(sender.out[sender.out_at : sender.out_at + count]) == bytes(encode_frame(frame.ACK, 1, b""))
    assert service.requests == []


def test_nothing_is_taken_while_a_request_waits_to_be_carried_out(open_board):
    data = request(1) + request(2)
    first = open_board.link.feed(data, len(data))
    assert open_board.link.feed(data, len(data), first) == first


def test_repeated_request_gets_the_kept_answer_and_is_not_carried_out_again(open_board, service):
    first = ask(open_board, request(1))
    again = ask(open_board, request(1) + request(1))
    assert again == [first[1], first[1]]
    assert service.requests == [messages.CARDS]


def test_other_request_of_the_same_number_is_refused_and_the_kept_answer_stays(open_board):
    first = ask(open_board, request(1))
    (answer,) = ask(open_board, request(1, messages.IDENTIFY))
    assert told(answer) == (frame.ANSWER, 1, refusal(codes.SEQUENCE, 1))
    assert ask(open_board, request(1)) == [first[1]]


@pytest.mark.parametrize("number", [0, 2, 3, 255])
def test_request_out_of_turn_is_refused_with_the_last_number(open_board, number):
    (answer,) = ask(open_board, request(number))
    assert told(answer) == (frame.ANSWER, number, refusal(codes.SEQUENCE, 0))


def test_numbers_go_from_255_to_1(open_board):
    for number in range(1, 256):
        assert len(ask(open_board, request(number))) == 2
    assert told(ask(open_board, request(0))[0])[2]["status"] == codes.SEQUENCE
    assert [one.number for one in ask(open_board, request(1))] == [1, 1]


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (b"", codes.MALFORMED),
        (bytes.fromhex("a10018ff"), codes.UNKNOWN_MESSAGE),
        (bytes.fromhex("a1001849"), codes.FIELD),
        (bytes.fromhex("a2000300"), codes.MALFORMED),
        (bytes.fromhex("a200030160"), codes.TYPE),
        (bytes.fromhex("a20003014131"), codes.RANGE),
        (bytes.fromhex("a1001820"), codes.FIELD),
        (bytes.fromhex("a100184a"), codes.UNKNOWN_MESSAGE),
    ],
)
def test_request_that_is_no_request_is_answered_by_its_refusal_and_takes_its_number(
    open_board, payload, status
):
    (answer,) = ask(open_board, bytes(encode_frame(frame.REQUEST, 1, payload)))
    assert told(answer) == (frame.ANSWER, 1, refusal(status))
    assert [one.kind for one in ask(open_board, request(2))] == [frame.ACK, frame.ANSWER]


def test_hello_message_in_a_request_is_no_request(open_board):
    values = {"session": SESSION, "version": 1, "resume": 0}
    (answer,) = ask(open_board, request(1, messages.HELLO, **values))
    assert told(answer)[2]["status"] == codes.UNKNOWN_MESSAGE


def test_request_too_long_is_answered_oversize_and_the_next_is_served(open_board):
    (answer,) = ask(open_board, bytes(encode_frame(frame.REQUEST, 1, b"\xa1" * 5000)))
    assert told(answer) == (frame.ANSWER, 1, refusal(codes.OVERSIZE))
    assert [one.kind for one in ask(open_board, request(2))] == [frame.ACK, frame.ANSWER]


@pytest.mark.parametrize("length", [1281, 1282, 1400, 70_000])
def test_request_longer_than_the_largest_message_is_oversize(open_board, length):
    (answer,) = ask(open_board, bytes(encode_frame(frame.REQUEST, 1, b"\xa1" * length)))
    assert told(answer)[2]["status"] == codes.OVERSIZE


def test_request_of_the_largest_length_is_taken(open_board):
    (answer,) = ask(open_board, bytes(encode_frame(frame.REQUEST, 1, b"\xa1" * 1280)))
    assert told(answer)[2]["status"] == codes.MALFORMED


def test_damaged_frame_gets_a_nak_of_checksum_without_a_number(open_board):
    data = bytearray(request(1))
    data[4] ^= 0x20
    assert ask(open_board, bytes(data)) == [Frame(frame.NAK, 0, codes.CHECKSUM.to_bytes(2, "big"))]


def test_unknown_frame_type_gets_a_nak_of_protocol_with_its_number(open_board):
    answer = ask(open_board, bytes(encode_frame(77, 5, b"later")))
    assert answer == [Frame(frame.NAK, 5, codes.PROTOCOL.to_bytes(2, "big"))]


def test_hello_too_long_gets_a_nak_of_oversize(board):
    answer = ask(board, bytes(encode_frame(frame.HELLO, 3, b"x" * 2000)))
    assert answer == [Frame(frame.NAK, 3, codes.OVERSIZE.to_bytes(2, "big"))]


@pytest.mark.parametrize(("kind", "status"), [(frame.PROTECTED, codes.OVERSIZE), (77, codes.PROTOCOL)])
def test_other_frame_too_long_gets_a_nak_with_its_number(open_board, kind, status):
    answer = ask(open_board, bytes(encode_frame(kind, 5, b"x" * 2000)))
    assert answer == [Frame(frame.NAK, 5, status.to_bytes(2, "big"))]


@pytest.mark.parametrize("length", [3, 2000])
@pytest.mark.parametrize("kind", [frame.WELCOME, frame.ANSWER, frame.ACK, frame.NAK, frame.PART])
def test_echo_of_what_a_reader_sends_is_not_answered(open_board, kind, length):
    assert ask(open_board, bytes(encode_frame(kind, 1, b"\xe1" * length))) == []


def test_line_that_echoes_everything_does_not_go_round_for_ever(board):
    said = board.feed(b"\0garbage\0" + hello())
    for _ in range(5):
        said = board.feed(said)
    assert said == b""


def test_keep_alive_acknowledges_once_a_second_while_a_card_works(clock: ManualClock):
    class Slow(CountingService):
        def handle(self, message, writer):
            for _ in range(35):
                clock.now += 100
                board.link.keep_alive()
                board.flush()
            super().handle(message, writer)

    board = LinkBoard(Slow(), clock)
    board.feed(hello())
    kinds = [one.kind for one in ask(board, request(1))]
    assert kinds == [frame.ACK] * 4 + [frame.ANSWER]


def test_answer_that_the_table_does_not_allow_becomes_incoherent(clock):
    class Wrong(CountingService):
        def handle(self, message, writer):
            writer.begin(messages.SIGN + messages.ANSWER)
            writer.put_uint(1, 5)

    board = LinkBoard(Wrong(), clock)
    board.feed(hello())
    assert told(ask(board, request(1))[1])[2] == refusal(codes.INCOHERENT)


def test_code_is_gone_from_the_readers_buffers_after_its_request(open_board):
    ask(open_board, request(1, messages.UNLOCK, code=b"7391"))
    assert b"7391" not in bytes(open_board.link._in) + bytes(open_board.link.sender._answer)


def test_code_of_a_refused_request_is_gone_from_the_readers_buffers_too(open_board):
    ask(open_board, bytes(encode_frame(frame.REQUEST, 1, bytes.fromhex("a2000301433733390000"))))
    assert b"739" not in bytes(open_board.link._in)


def test_bytes_not_yet_written_are_kept_in_order_whatever_is_written_at_a_time(open_board):
    whole = open_board.feed(request(1))
    data = request(2)
    link = open_board.link
    link.feed(data, len(data))
    pieces = bytearray()
    link.poll(0)
    sender = link.sender
    while sender.pending():
        pieces += sender.out[sender.out_at : sender.out_at + 1]
        sender.sent(1)
    assert [one.kind for one in FrameReader(4096).feed(bytes(pieces))] == [frame.ACK, frame.ANSWER]
    assert len(frames_of(whole)) == 2


def test_answer_not_wholly_out_when_the_next_request_is_taken_ends_there(clock):
    """Its buffer is where the next answer is written: no byte of that one goes out before it is whole."""

    class Chatty(CountingService):
        def handle(self, message, writer):
            super().handle(message, writer)
            board.flush()

    board = LinkBoard(Chatty(), clock)
    board.feed(hello() + request(1, messages.CERTIFY, what=2, kind=1, mode=3))
    data = request(2, messages.RECORDS, first=0, data=bytes(128))
    board.link.feed(data, len(data))
    board.link.poll(0)
    assert board.link.sender.pending() > 5
    begun = bytes(board.link.sender.out[:5])
    board.link.sender.sent(5)
    answer = board.feed(request(3, messages.RECORDS, first=1, data=bytes(128)))
    assert answer[0] == 0
    cut, whole = FrameReader(4096).feed(begun + answer)
    assert cut.damaged
    assert told(whole) == (frame.ANSWER, 3, {"next": 2})
