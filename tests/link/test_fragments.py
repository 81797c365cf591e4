"""A long frame in parts, fetched or uploaded: whole in the end, whatever is lost, repeated, nonsense."""

import random

from hypothesis import given
from hypothesis import strategies as st

from reader.link.reorder_buffer import ReorderBuffer
from sesam import codes, frame
from tournee.reader.link.fragments import AT_ONCE, PART, AnswerFetch, Fragments, FragmentStep, RequestUpload
from tournee.reader.link.framing import Frame, FrameReader


def part(whole: bytes, at: int, n: int = PART, number: int = 7) -> Frame:
    head = len(whole).to_bytes(2, "big") + at.to_bytes(2, "big")
    return Frame(frame.PART, number, head + whole[at : at + n])


def nak(status: int, number: int = 7) -> Frame:
    return Frame(frame.NAK, number, status.to_bytes(2, "big"))


def there(bits: int, number: int = 7) -> Frame:
    return Frame(frame.PIECES, number, bits.to_bytes(5, "little"))


def asks(fetch: AnswerFetch) -> list[bytes]:
    return [one.payload for one in FrameReader(4096).feed(bytes(fetch.frames()))]


def offsets(fetch: AnswerFetch) -> list[int]:
    return [int.from_bytes(ask[:2], "big") for ask in asks(fetch)]


def uploaded(upload: RequestUpload) -> list[int]:
    """The offsets of the pieces that are sent now."""
    return [int.from_bytes(one.payload[2:4], "big") for one in FrameReader(4096).feed(bytes(upload.frames()))]


def test_first_ask_is_for_the_beginning_whose_part_tells_the_length():
    fetch = AnswerFetch(7)
    assert asks(fetch) == [b"\0\0" + bytes((PART,))]
    fetch.take(part(bytes(100), 0))
    assert offsets(fetch) == [28, 56, 84]


def test_no_more_parts_are_asked_for_at_once_than_a_buffer_of_the_reader_holds():
    fetch = AnswerFetch(7)
    fetch.take(part(bytes(4_000), 0))
    assert len(asks(fetch)) == AT_ONCE
    assert len(fetch.frames()) <= 256  # bytes that wait in the smallest board's buffer


def test_frame_is_whole_with_its_last_part():
    whole = bytes(range(1, 61))
    fetch = AnswerFetch(7)
    fetch.frames()
    assert [fetch.take(part(whole, at)) for at in (56, 28)] == [FragmentStep.WAIT] * 2
    assert fetch.take(part(whole, 0)) is FragmentStep.WHOLE
    assert fetch.frame == whole


def test_more_is_asked_for_once_all_that_was_asked_for_is_there():
    fetch = AnswerFetch(7)
    fetch.frames()
    assert fetch.take(part(bytes(100), 28)) is FragmentStep.WAIT
    assert fetch.take(part(bytes(100), 0)) is FragmentStep.ONWARD


def test_part_of_a_frame_of_another_length_begins_anew():
    fetch = AnswerFetch(7)
    fetch.take(part(bytes(60), 0))
    fetch.take(part(bytes(90), 28))
    assert offsets(fetch) == [0, 56, 84]


def test_parts_that_are_not_what_was_asked_for_are_dropped():
    fetch = AnswerFetch(7)
    fetch.take(part(bytes(60), 0))
    for payload in (
        b"",
        b"\0\x3c\0\x1c",
        part(bytes(60), 3).payload,
        part(bytes(60), 28, 5).payload,
        b"\0\x3c\0\x80abc",
    ):
        fetch.take(Frame(frame.PART, 7, payload))
    assert offsets(fetch) == [28, 56]


def test_now_and_then_the_request_is_sent_instead_for_it_may_never_have_been_taken():
    fetch = AnswerFetch(7)
    turns = [bool(fetch.frames()) for _ in range(8)]
    assert turns.count(False) == 2
    assert turns[0]


def test_answer_that_is_not_kept_says_that_the_request_was_never_taken():
    assert AnswerFetch(7).take(nak(codes.SEQUENCE)) is FragmentStep.MISSED


@given(st.integers(1, 700), st.integers(0, 2**32))
def test_whatever_order_the_parts_come_in_the_frame_is_the_readers(length, seed):
    source = random.Random(seed)
    whole = source.randbytes(length)
    fetch = AnswerFetch(1)
    for _ in range(1_000):
        asked = asks(fetch)
        source.shuffle(asked)
        for ask in asked:
            at, n = int.from_bytes(ask[:2], "big"), ask[2]
            assert n <= frame.PART_MAX
            for _ in range(source.choice((0, 1, 2))):  # lost, or repeated
                if fetch.take(part(whole, at, n)) is FragmentStep.WHOLE:
                    assert fetch.frame == whole
                    return
    raise AssertionError("never whole")


def test_pieces_that_the_reader_has_are_not_sent_again():
    upload = RequestUpload(7, bytearray(100))
    assert uploaded(upload) == [0, 28, 56, 84]
    assert upload.take(there(0b0001)) is FragmentStep.WAIT
    assert upload.take(there(0b0101)) is FragmentStep.WAIT
    assert uploaded(upload) == [28, 84]


def test_next_pieces_go_out_once_the_reader_has_all_that_were_sent():
    upload = RequestUpload(7, bytearray(28 * (AT_ONCE + 2)))
    assert len(uploaded(upload)) == AT_ONCE
    assert upload.take(there((1 << AT_ONCE) - 2)) is FragmentStep.WAIT
    assert upload.take(there((1 << AT_ONCE) - 1)) is FragmentStep.ONWARD
    assert uploaded(upload) == [28 * AT_ONCE, 28 * (AT_ONCE + 1)]


def test_reader_that_lost_what_it_had_is_given_it_again():
    upload = RequestUpload(7, bytearray(100))
    upload.take(there(0b0111))
    assert uploaded(upload) == [84]
    upload.take(there(0b1000))
    assert uploaded(upload) == [0, 28, 56]


def test_empty_word_says_that_the_request_is_taken_and_a_late_refusal_of_a_fetch_nothing():
    upload = RequestUpload(7, bytearray(100))
    upload.frames()
    assert upload.take(nak(codes.SEQUENCE)) is FragmentStep.WAIT
    assert upload.take(Frame(frame.PIECES, 7, b"")) is FragmentStep.TAKEN


def test_reader_that_has_lost_the_session_or_awaits_another_request_is_told():
    upload = RequestUpload(7, bytearray(100))
    upload.frames()
    assert upload.take(nak(codes.NO_SESSION)) is FragmentStep.GONE
    upload.frames()
    assert upload.take(nak(codes.SEQUENCE)) is FragmentStep.GONE


def test_reader_that_said_which_pieces_it_has_takes_pieces_whoever_denies_it():
    upload = RequestUpload(7, bytearray(100))
    upload.take(there(1))
    assert upload.take(nak(codes.PROTOCOL)) is FragmentStep.WAIT


def test_reader_that_seems_to_have_all_and_does_not_take_it_is_given_all_again():
    upload = RequestUpload(7, bytearray(100))
    upload.take(there(0b1111))
    assert uploaded(upload) == [0, 28, 56, 84]


@given(st.integers(29, 2_700), st.integers(0, 2**32))
def test_whatever_pieces_are_lost_or_repeated_the_reader_has_the_frame_in_the_end(length, seed):
    source = random.Random(seed)
    whole = bytearray(source.randbytes(length))
    buffer = ReorderBuffer(bytearray(2_752))
    upload = RequestUpload(9, whole)
    for _ in range(1_000):
        pieces = FrameReader(4096).feed(bytes(upload.frames()))
        source.shuffle(pieces)
        for one in pieces:
            for _ in range(source.choice((0, 1, 2))):
                assert buffer.piece(9, one.payload, 0, len(one.payload)) == 0
            if buffer.length and buffer.whole():
                assert buffer.store[: buffer.length] == whole
                return
            said = bytearray(40)
            if source.random() < 0.8:
                upload.take(Frame(frame.PIECES, 9, bytes(said[: buffer.tell(said, 0)])))
    raise AssertionError("never whole")


def test_reader_that_takes_no_pieces_is_given_none_any_more():
    fragments = Fragments()
    assert fragments.may_upload
    fragments.upload(7, bytearray(100))
    assert not fragments.may_upload
    assert fragments.awaits(nak(codes.PROTOCOL))
    assert fragments.take(nak(codes.PROTOCOL)) is FragmentStep.ONWARD
    assert not fragments
    assert not fragments.may_upload
    fragments.reset()  # over another connection it is asked once more: that may have been a stranger
    assert fragments.may_upload


def test_only_words_on_what_passes_now_are_listened_to():
    fragments = Fragments()
    assert not fragments.awaits(there(1))
    fragments.upload(7, bytearray(100))
    assert fragments.awaits(there(1))
    assert not fragments.awaits(there(1, number=8))
    assert not fragments.awaits(part(bytes(60), 0))
    fragments.fetch(7)
    assert fragments.awaits(part(bytes(60), 0))
    assert not fragments.awaits(there(1))
    fragments.stop()
    assert not fragments.awaits(part(bytes(60), 0))
