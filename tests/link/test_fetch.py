"""Parts of the kept answer, given again by FETCH: the rules of PROTOCOL.md one by one."""

import pytest
from link_rig import SESSION, LinkBoard, ask, hello, refusal, request, told
from secure_channel_rig import SECRET, SecureRig, protected, shake_hands

from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, FrameReader, encode_frame
from tournee.reader.link.secure_channel import SecureChannel


def fetch(number: int, offset: int, length: int) -> bytes:
    return bytes(encode_frame(frame.FETCH, number, offset.to_bytes(2, "big") + bytes((length,))))


def nak(number: int, status: int) -> list[Frame]:
    return [Frame(frame.NAK, number, status.to_bytes(2, "big"))]


def signed(board: LinkBoard) -> bytes:
    """The frame of a long answer, to the 3rd request."""
    ask(board, request(1, messages.CERTIFY, what=2, kind=1, mode=3))
    ask(board, request(2, messages.RECORDS, first=0, data=bytes(128)))
    said = board.feed(request(3, messages.SIGN, invoices=1, total=1))
    return said[len(encode_frame(frame.ACK, 3, b"")) :]


@pytest.mark.parametrize("length", [1, 28, 40])
def test_kept_answer_is_given_in_parts_as_it_was_sent(open_board, length):
    whole = signed(open_board)
    assert len(whole) > 300
    parts = b""
    for at in range(0, len(whole), length):
        (part,) = ask(open_board, fetch(3, at, length))
        head = len(whole).to_bytes(2, "big") + at.to_bytes(2, "big")
        assert (part.kind, part.number, part.payload[:4]) == (frame.PART, 3, head)
        parts += part.payload[4:]
    assert parts == whole


def test_part_of_the_last_bytes_has_those_that_are_there(open_board):
    whole = signed(open_board)
    (part,) = ask(open_board, fetch(3, len(whole) - 2, 40))
    assert part.payload[4:] == whole[-2:]


def test_many_fetches_at_once_get_their_parts_in_order(open_board):
    whole = signed(open_board)
    parts = ask(open_board, b"".join(fetch(3, at, 28) for at in range(0, len(whole), 28)))
    assert b"".join(part.payload[4:] for part in parts) == whole


@pytest.mark.parametrize("number", [0, 2, 4])
def test_fetch_of_an_answer_that_is_not_kept_is_refused(open_board, number):
    signed(open_board)
    assert ask(open_board, fetch(number, 0, 28)) == nak(number, codes.SEQUENCE)


@pytest.mark.parametrize("number", [0, 1])
def test_fetch_before_any_request_is_refused(open_board, number):
    assert ask(open_board, fetch(number, 0, 28)) == nak(number, codes.SEQUENCE)


def test_fetch_without_a_session_is_refused(board):
    assert ask(board, fetch(1, 0, 28)) == nak(1, codes.NO_SESSION)


def test_fetch_after_another_host_opened_a_session_gets_nothing_of_the_last_one(open_board):
    signed(open_board)
    ask(open_board, hello(b"session2"))
    assert ask(open_board, fetch(3, 0, 28)) == nak(3, codes.SEQUENCE)


@pytest.mark.parametrize(
    "payload", ["", "00", "0000", "00000000", "000000", "000029", "0000ff", "000001" * 700]
)
def test_fetch_of_no_such_part_is_refused(open_board, payload):
    signed(open_board)
    assert ask(open_board, bytes(encode_frame(frame.FETCH, 3, bytes.fromhex(payload)))) == nak(3, codes.RANGE)


@pytest.mark.parametrize("beyond", [0, 1, 1000])
def test_fetch_from_behind_the_answer_is_refused(open_board, beyond):
    whole = signed(open_board)
    assert ask(open_board, fetch(3, len(whole) + beyond, 1)) == nak(3, codes.RANGE)


def test_fetch_changes_nothing_that_a_host_can_see(open_board, service):
    whole = signed(open_board)
    asked = list(service.requests)
    ask(open_board, fetch(3, 0, 28) + fetch(9, 0, 28) + fetch(3, 999, 28))
    assert open_board.feed(request(3, messages.SIGN, invoices=1, total=1)) == whole
    assert told(ask(open_board, request(5))[0])[2] == refusal(codes.SEQUENCE, 3)
    assert (service.requests, service.sessions) == (asked, 1)


@pytest.fixture
def joined():
    """A reader with a secret that has answered its first request, and the rightful host's keys."""
    rig, host = SecureRig(), SecureChannel(SECRET)
    shake_hands(rig, host)
    opening = codec.encode(messages.HELLO, {"session": SESSION, "version": 1, "resume": 0})
    rig.inject(protected(host, frame.HELLO, 1, opening))
    rig.last = protected(host, frame.REQUEST, 1, codec.encode(messages.CARDS, {}))
    *_, rig.answered = rig.inject(rig.last)
    return rig, host


def test_fetch_in_clear_of_a_protected_answer_gives_its_record_and_nothing_in_clear(joined):
    rig, host = joined
    whole = bytes(encode_frame(frame.PROTECTED, 0, rig.answered.payload))
    parts = b"".join(rig.inject(fetch(1, at, 28))[0].payload[4:] for at in range(0, len(whole), 28))
    assert parts == whole
    (put_together,) = FrameReader(4096).feed(parts)
    assert told(host.open(put_together.payload)) == (frame.ANSWER, 1, {"ps": 1, "vitale": 1})


def test_fetch_by_a_stranger_is_no_sign_of_the_rightful_host(joined):
    """Keys are forgotten, and the next host let in, as if nobody had asked."""
    rig, _ = joined
    used = rig.board.protection._used
    rig.clock.now += 20_000
    assert rig.inject(fetch(1, 0, 28))[0].kind == frame.PART
    assert rig.board.protection._used == used
    other = SecureChannel(SECRET)
    (welcome,) = rig.inject(encode_frame(frame.HELLO, 1, other.begin(b"session2")))
    assert welcome.kind == frame.WELCOME


def test_fetch_within_a_record_is_no_frame_of_the_protocol(joined):
    rig, host = joined
    (answer,) = rig.inject(protected(host, frame.FETCH, 1, b"\0\0\x1c"))
    assert host.open(answer.payload) == nak(1, codes.PROTOCOL)[0]


def test_fetch_gives_nothing_once_another_handshake_is_done(joined):
    rig, _ = joined
    shake_hands(rig, SecureChannel(SECRET))
    assert rig.inject(fetch(1, 0, 28)) == nak(1, codes.NO_SESSION)


def test_fetch_leaves_the_record_that_comes_next_as_it_was(joined):
    rig, host = joined
    rig.inject(fetch(1, 0, 28) + fetch(1, 5000, 28))
    *_, answer = rig.inject(protected(host, frame.REQUEST, 2, codec.encode(messages.CARDS, {})))
    assert told(host.open(answer.payload))[:2] == (frame.ANSWER, 2)
