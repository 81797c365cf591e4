"""What cannot be taken yet, RECORDS before their turn and a request in pieces: the rules of PROTOCOL.md."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from link_rig import SESSION, CountingService, LinkBoard, ManualClock, ask, hello, refusal, request, told
from secure_channel_rig import SECRET, SecureRig, protected, shake_hands

from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, FrameReader, encode_frame
from tournee.reader.link.secure_channel import SecureChannel

PIECE = frame.PIECE_DATA
ROOM = 2_752


def records(number: int, first: int, count: int = 1) -> bytes:
    data = b"".join(bytes((rank + 1,)) * 128 for rank in range(first, first + count))
    return request(number, messages.RECORDS, first=first, data=data)


def pieces(number: int, whole: bytes) -> list[bytes]:
    """The PIECE frames of a frame."""
    head = len(whole).to_bytes(2, "big")
    return [
        bytes(encode_frame(frame.PIECE, number, head + at.to_bytes(2, "big") + whole[at : at + PIECE]))
        for at in range(0, len(whole), PIECE)
    ]


def certifying(room: int = ROOM, service: CountingService | None = None) -> LinkBoard:
    """A board that has taken CERTIFY as request 1."""
    board = LinkBoard(service or CountingService(), ManualClock(), early=room)
    board.feed(hello())
    board.feed(request(1, messages.CERTIFY, what=2, kind=1, mode=3))
    return board


def early(number: int, last: int, bits: int) -> tuple:
    return frame.ANSWER, number, refusal(codes.SEQUENCE, last) | {"record": bits}


def streamed(board: LinkBoard) -> list[int]:
    return list(bytes(board.service.streamed[::128]))


def test_what_is_behind_a_loss_is_kept_and_one_answer_answers_for_all():
    board = certifying()
    said = [told(one) for one in ask(board, records(3, 1) + records(4, 2) + records(6, 4))]
    assert said == [early(3, 1, 0b1), early(4, 1, 0b11), early(6, 1, 0b1011)]
    assert streamed(board) == []
    assert [told(one) for one in ask(board, records(2, 0))] == [(frame.ANSWER, 4, {"next": 3})]
    assert [told(one) for one in ask(board, records(7, 5))] == [early(7, 4, 0b11)]
    assert [told(one) for one in ask(board, records(5, 3))] == [(frame.ANSWER, 7, {"next": 6})]
    assert streamed(board) == [1, 2, 3, 4, 5, 6]


def test_repetition_of_the_last_of_those_that_were_kept_gets_their_answer():
    board = certifying()
    ask(board, records(3, 1))
    (answer,) = ask(board, records(2, 0))
    assert ask(board, records(3, 1)) == [answer]
    assert told(ask(board, records(2, 0))[0]) == early(2, 3, 0)
    assert streamed(board) == [1, 2]


def test_the_same_frame_is_kept_once():
    board = certifying()
    ask(board, records(3, 1) * 3)
    ask(board, records(2, 0))
    assert streamed(board) == [1, 2]


def test_what_there_is_no_room_for_is_dropped_and_nothing_says_that_it_is_kept():
    board = certifying(room=300)
    said = [told(one) for one in ask(board, records(3, 1) + records(4, 2) + records(5, 3))]
    assert said == [early(3, 1, 0b1), early(4, 1, 0b11), early(5, 1, 0b11)]
    ask(board, records(2, 0))
    assert streamed(board) == [1, 2, 3]


@pytest.mark.parametrize(("number", "bits"), [(18, 1 << 15), (19, 0), (128, 0), (255, 0), (1, 0)])
def test_no_more_than_sixteen_ahead_are_kept(number, bits):
    board = certifying()
    (answer,) = ask(board, records(number, 5, 2))
    assert told(answer) == early(number, 1, bits)


@pytest.mark.parametrize(
    "frame_of",
    [lambda n: request(n, messages.UNLOCK, code=b"1234"), lambda n: request(n), lambda n: request(n, 10)],
)
def test_nothing_but_records_is_kept(frame_of):
    board = certifying()
    (answer,) = ask(board, frame_of(3))
    assert told(answer) == early(3, 1, 0)


@pytest.mark.parametrize(
    "between",
    [
        request(2),
        hello(b"session2") + request(1, messages.CERTIFY, what=2, kind=1, mode=3) + records(2, 0),
        bytes(encode_frame(frame.REQUEST, 2, b"\xff")),
    ],
)
def test_what_was_kept_is_forgotten_when_something_else_comes_in_its_place(between):
    board = certifying()
    ask(board, records(3, 1))
    ask(board, between)
    assert told(ask(board, records(4, 2))[0]) == early(4, 2, 0b1)


def test_refusal_of_one_that_was_kept_answers_for_all():
    board = certifying()
    ask(board, records(3, 7) + records(4, 2))  # 7 does not follow
    (answer,) = ask(board, records(2, 0))
    assert told(answer) == (frame.ANSWER, 4, refusal(codes.INCOHERENT, 1))
    assert streamed(board) == [1]


@given(st.permutations(range(12)), st.lists(st.integers(0, 11), max_size=12), st.sampled_from([0, 500, ROOM]))
def test_whatever_order_they_come_in_each_is_taken_once_in_order(order, again, room):
    board = certifying(room)
    for rank in [*order, *again, *range(12), *range(12)]:
        board.feed(records(rank + 2, rank))
        assert streamed(board) == list(range(1, len(streamed(board)) + 1))
    assert streamed(board) == list(range(1, 13))
    assert board.service.requests.count(messages.RECORDS) == 12


def joined() -> tuple[SecureRig, SecureChannel]:
    """A reader with a secret, and the rightful host's keys; CERTIFY is taken as request 1."""
    rig, host = SecureRig(), SecureChannel(SECRET)
    rig.board.early = ROOM
    rig.board.start()
    shake_hands(rig, host)
    opening = codec.encode(messages.HELLO, {"session": SESSION, "version": 1, "resume": 0})
    rig.inject(protected(host, frame.HELLO, 1, opening))
    begin = codec.encode(messages.CERTIFY, {"what": 2, "kind": 1, "mode": 3})
    rig.inject(protected(host, frame.REQUEST, 1, begin))
    return rig, host


def record_of(host: SecureChannel, number: int, first: int) -> bytes:
    values = {"first": first, "data": bytes((first + 1,)) * 128}
    return bytes(protected(host, frame.REQUEST, number, codec.encode(messages.RECORDS, values)))


def said(host: SecureChannel, frames: list[Frame]) -> list:
    return [told(host.open(one.payload)) for one in frames]


def test_records_of_the_protected_channel_are_opened_in_their_order_and_kept():
    rig, host = joined()
    lost, second, third = (record_of(host, 2 + n, n) for n in range(3))
    assert said(host, rig.inject(second + third)) == [early(3, 1, 0b1), early(4, 1, 0b11)]
    assert rig.inject(lost)[0].payload == codes.RECORD_REFUSED.to_bytes(2, "big")  # its counter is past
    assert said(host, rig.inject(record_of(host, 2, 0))) == [(frame.ANSWER, 4, {"next": 3})]


def test_new_keys_forget_what_was_kept():
    rig, host = joined()
    assert said(host, rig.inject(record_of(host, 3, 1))) == [early(3, 1, 0b1)]
    other = SecureChannel(SECRET)
    shake_hands(rig, other)
    assert bytes(rig.board.link._reorder.store) == bytes(ROOM)


def test_request_in_pieces_is_taken_as_if_it_had_come_whole():
    board = certifying()
    *most, last = pieces(2, records(2, 0, 5))
    for rank, piece in enumerate(most):
        bits = (1 << rank + 1) - 1
        there = bits.to_bytes(len(most) // 8 + 1, "little")
        assert ask(board, piece) == [Frame(frame.PIECES, 2, there)]
    assert [told(one) for one in ask(board, last)] == [(frame.ANSWER, 2, {"next": 5})]
    assert streamed(board) == [1, 2, 3, 4, 5]


def test_any_request_may_come_so_and_leaves_nothing_of_it_behind():
    board = certifying()
    *_, answer = ask(board, b"".join(pieces(2, request(2, messages.UNLOCK, code=b"1234"))))
    assert told(answer) == (frame.ANSWER, 2, {"tries_left": 3})
    assert b"1234" not in bytes(board.link._reorder.store) + bytes(board.link._in)


def test_records_that_were_taken_are_not_left_in_the_store():
    board = certifying()
    ask(board, records(3, 1) + records(4, 2) + records(2, 0))
    assert streamed(board) == [1, 2, 3]
    assert bytes(board.link._reorder.store) == bytes(ROOM)


def test_hello_forgets_pieces_but_not_what_is_kept():
    board = certifying()
    first, *rest = pieces(2, records(2, 0))
    ask(board, first + hello(resume=1))
    assert ask(board, rest[0]) == [Frame(frame.PIECES, 2, b"\x02")]
    ask(board, records(2, 0) + records(4, 2) + hello(resume=1))
    assert told(ask(board, records(3, 1))[0]) == (frame.ANSWER, 4, {"next": 3})


@pytest.mark.parametrize("last", [252, 253, 254])
def test_numbers_go_from_255_to_1_and_none_is_0(last):
    board = certifying()
    for number in range(2, last + 1):
        ask(board, request(number, messages.CERTIFY, what=2, kind=1, mode=3))
    numbers = [(last + n) % 255 + 1 for n in range(4)]
    frames = [records(number, rank) for rank, number in enumerate(numbers)]
    assert told(ask(board, request(0, messages.RECORDS, first=9, data=bytes(128)))[0]) == early(0, last, 0)
    ask(board, b"".join(frames[1:]))
    assert told(ask(board, frames[0])[0]) == (frame.ANSWER, numbers[-1], {"next": 4})


def test_frame_too_long_to_be_told_of_is_refused_whatever_the_room():
    board = certifying(room=60_000)
    answer = ask(board, bytes(encode_frame(frame.PIECE, 2, b"\x2a\x01\0\0" + bytes(28))))  # 10,753
    assert answer == [Frame(frame.NAK, 2, codes.PROTOCOL.to_bytes(2, "big"))]
    assert len(ask(board, bytes(encode_frame(frame.PIECE, 2, b"\x2a\0\0\0" + bytes(28))))[0].payload) == 48


def test_piece_of_a_request_that_is_taken_is_answered_by_no_pieces():
    board = certifying()
    one, *_ = pieces(2, records(2, 0))
    ask(board, records(3, 1))
    ask(board, records(2, 0))
    assert ask(board, one) == [Frame(frame.PIECES, 2, b"")]
    assert ask(board, pieces(3, records(3, 1))[0]) == [Frame(frame.PIECES, 3, b"")]


@pytest.mark.parametrize("number", [0, 3, 200])
def test_piece_of_a_request_that_is_neither_next_nor_taken_is_refused(number):
    answer = ask(certifying(), pieces(number, records(2, 0))[0])
    assert answer == [Frame(frame.NAK, number, codes.SEQUENCE.to_bytes(2, "big"))]


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (b"", codes.RANGE),
        (b"\0\x64\0\0", codes.RANGE),
        (b"\0\x64\0\0" + bytes(27), codes.RANGE),
        (b"\0\x64\0\0" + bytes(29), codes.RANGE),
        (b"\0\x64\0\x01" + bytes(28), codes.RANGE),
        (b"\0\x64\0\x70" + bytes(28), codes.RANGE),
        (b"\0\0\0\0" + bytes(28), codes.RANGE),
        (b"\x0a\xc1\0\0" + bytes(28), codes.PROTOCOL),
        (b"\xff\xff\0\0" + bytes(28), codes.PROTOCOL),
    ],
)
def test_piece_of_nothing_that_can_be_is_refused(payload, status):
    board = certifying()
    answer = ask(board, bytes(encode_frame(frame.PIECE, 2, payload)))
    assert answer == [Frame(frame.NAK, 2, status.to_bytes(2, "big"))]


def test_piece_without_a_session_is_refused():
    board = LinkBoard(CountingService(), ManualClock(), early=ROOM)
    answer = ask(board, pieces(1, request(1))[0])
    assert answer == [Frame(frame.NAK, 1, codes.NO_SESSION.to_bytes(2, "big"))]


def test_board_without_room_knows_no_pieces():
    board = certifying(room=0)
    answer = ask(board, pieces(2, records(2, 0))[0])
    assert answer == [Frame(frame.NAK, 2, codes.PROTOCOL.to_bytes(2, "big"))]


@pytest.mark.parametrize(
    "inside",
    [
        b"\0" + bytes(range(1, 60)) + b"\0",  # no frame
        bytes(60),
        b"\0" + bytes((200,)) * 59,  # without its end
        hello(b"session2"),
        bytes(encode_frame(frame.FETCH, 1, b"\0\0\x1c")),
        pieces(2, bytes(100))[0],
    ],
)
def test_pieces_of_what_is_no_request_are_a_damaged_frame_and_the_next_is_read(inside):
    board = certifying()
    answer = ask(board, b"".join(pieces(2, inside)))[-1]
    assert answer == Frame(frame.NAK, 0, codes.CHECKSUM.to_bytes(2, "big"))
    assert board.service.sessions == 1
    assert told(ask(board, records(2, 0))[0]) == (frame.ANSWER, 2, {"next": 1})


def test_pieces_of_another_frame_begin_anew():
    board = certifying()
    first, second = pieces(2, records(2, 0, 3)), pieces(2, records(2, 0, 2))
    ask(board, b"".join(first[:-1]))
    assert ask(board, second[1]) == [Frame(frame.PIECES, 2, b"\x02\0")]
    *_, answer = ask(board, b"".join(second))
    assert told(answer) == (frame.ANSWER, 2, {"next": 2})


def test_pieces_push_out_what_was_kept_and_nothing_is_kept_beside_them():
    board = certifying()
    ask(board, records(3, 1))
    first, *rest = pieces(2, records(2, 0, 1))
    ask(board, first)
    assert told(ask(board, records(4, 2))[0]) == early(4, 1, 0)
    *_, answer = ask(board, b"".join(rest))
    assert told(answer) == (frame.ANSWER, 2, {"next": 1})
    assert told(ask(board, records(4, 2))[0]) == early(4, 2, 0b1)


def test_record_of_the_protected_channel_comes_in_pieces_and_is_opened_once():
    rig, host = joined()
    whole = record_of(host, 2, 0)
    *_, answer = rig.inject(b"".join(pieces(2, whole)))
    assert said(host, [answer]) == [(frame.ANSWER, 2, {"next": 1})]
    (refused,) = rig.inject(whole)
    assert refused.payload == codes.RECORD_REFUSED.to_bytes(2, "big")


def test_strangers_pieces_spoil_what_comes_in_pieces_and_nothing_else():
    rig, host = joined()
    kept = rig.inject(encode_frame(frame.FETCH, 1, b"\0\0\x28"))
    whole = record_of(host, 2, 0)
    mine, foreign = pieces(2, whole), pieces(2, bytes(len(whole)))
    *_, answer = rig.inject(b"".join(mine[:-1]) + foreign[0] + mine[-1])
    assert answer == Frame(frame.NAK, 0, answer.payload)
    assert int.from_bytes(answer.payload, "big") in (codes.CHECKSUM, codes.RECORD_REFUSED)
    assert rig.inject(encode_frame(frame.FETCH, 1, b"\0\0\x28")) == kept
    *_, answer = rig.inject(b"".join(pieces(2, record_of(host, 2, 0))))
    assert said(host, [answer]) == [(frame.ANSWER, 2, {"next": 1})]


def test_piece_within_a_record_is_no_frame_of_the_protocol():
    rig, host = joined()
    (answer,) = rig.inject(protected(host, frame.PIECE, 2, b"\0\x64\0\0" + bytes(28)))
    assert host.open(answer.payload) == Frame(frame.NAK, 2, codes.PROTOCOL.to_bytes(2, "big"))


def test_pieces_in_clear_do_not_get_round_the_protected_channel():
    rig, _ = joined()
    *_, answer = rig.inject(b"".join(pieces(2, records(2, 0))))
    assert answer == Frame(frame.NAK, 2, codes.UNPROTECTED.to_bytes(2, "big"))
    assert bytes(rig.service.streamed) == b""


def test_word_of_pieces_is_no_frame_for_a_reader():
    board = certifying()
    assert FrameReader(4096).feed(board.feed(bytes(encode_frame(frame.PIECES, 2, b"\1")))) == []
