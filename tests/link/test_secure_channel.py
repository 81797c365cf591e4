"""The protected channel: strangers, recorders and meddlers are refused, the rightful host is unharmed."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from faulty_wire import FAULTS, TO_HOST, TO_READER, FaultyWire
from secure_channel_rig import SECRET, SecureRig, hello, protected, quiet, refusal, shake_hands, status_of
from test_cuts import NO_FAULT, dialogue

from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.failures import failure_of_status
from tournee.reader.link.framing import FrameReader, encode_frame
from tournee.reader.link.secure_channel import SecureChannel


def test_whole_dialogue_passes_and_none_of_it_is_readable(rig):
    assert dialogue(rig.host()) == NO_FAULT["answers"]
    assert rig.service.steps == NO_FAULT["steps"]
    assert len(rig.said) > 10
    assert not [one for one in rig.said if b"1234" in one or bytes(range(1, 100)) in one]


def test_host_without_the_secret_is_told_that_the_channel_is_protected(rig):
    assert status_of(lambda: rig.host(secret=None).cards()) == codes.UNPROTECTED


def test_host_with_another_secret_is_refused(rig):
    assert status_of(lambda: rig.host(secret=bytes(32)).cards()) == codes.PROOF


def test_reader_without_a_secret_says_so():
    rig = SecureRig()
    rig.board.secret = None
    rig.board.start()
    assert status_of(lambda: rig.host().cards()) == codes.NO_SECRET


@pytest.mark.parametrize("rank", range(4, 8))
def test_replayed_record_is_refused_and_the_session_goes_on(rig, rank):
    host = rig.host()
    host.unlock("1234")
    requests, sessions = len(rig.service.requests), rig.service.sessions
    replayed = [one for one in rig.said if FrameReader(4096).feed(one)[0].kind == frame.PROTECTED]
    assert refusal(rig.inject(replayed[rank % len(replayed)])) == codes.RECORD_REFUSED
    assert len(rig.service.requests) == requests
    assert host.cards().ps == 2
    assert rig.service.sessions == sessions


def test_records_out_of_order_are_refused(rig):
    host = SecureChannel(SECRET)
    shake_hands(rig, host)
    first, second = (protected(host, frame.HELLO, 1, hello()) for _ in range(2))
    assert rig.inject(second)[0].kind == frame.PROTECTED
    assert refusal(rig.inject(first)) == codes.RECORD_REFUSED


def test_record_with_any_bit_flipped_is_refused(rig):
    host = SecureChannel(SECRET)
    shake_hands(rig, host)
    record = host.protect(frame.HELLO, 1, hello())
    for bit in range(len(record) * 8):
        flipped = bytearray(record)
        flipped[bit // 8] ^= 1 << bit % 8
        assert refusal(rig.inject(encode_frame(frame.PROTECTED, 0, flipped))) == codes.RECORD_REFUSED
    assert rig.inject(encode_frame(frame.PROTECTED, 0, record))[0].kind == frame.PROTECTED


def test_kept_answers_record_is_taken_though_thousands_came_after_it():
    host, ready = keyed(), sealing()
    kept = ready(0)
    for counter in range(1, 4096):
        assert host.open(ready(counter))
        assert host.open(ready(counter)) is None
    assert host.open(kept)
    assert host.open(kept) is None


def test_record_too_far_below_the_highest_is_refused():
    host, ready = keyed(), sealing()
    assert host.open(ready(4096))
    assert host.open(ready(0)) is None
    assert host.open(ready(1))
    assert host.open(ready(100_000))
    assert host.open(ready(4096)) is None
    assert host.open(ready(99_000))
    assert host.open(ready(99_000)) is None


def keyed() -> SecureChannel:
    """A host whose keys are all zeros."""
    host = SecureChannel(SECRET)
    host._derived = bytes(64)
    host.establish()
    return host


def sealing():
    """What seals ACK 1 under any counter as a reader would that has those keys."""
    key = AESCCM(bytes(16), tag_length=8)

    def seal_it(counter: int) -> bytes:
        head = counter.to_bytes(3, "big")
        return head + key.encrypt(head.rjust(13, b"\0"), bytes((frame.ACK, 1)), None)

    return seal_it


def test_request_in_clear_is_refused_while_the_channel_is_protected(rig):
    host = rig.host()
    host.cards()
    cards = codec.encode(messages.CARDS, {})
    assert refusal(rig.inject(encode_frame(frame.REQUEST, 2, cards))) == codes.UNPROTECTED
    assert refusal(rig.inject(encode_frame(frame.HELLO, 2, hello()))) == codes.UNPROTECTED
    assert host.cards()


def test_strangers_word_that_the_keys_are_lost_is_not_believed_at_once():
    """Somebody says in clear that the reader could not open a request: the answer still counts."""
    told = []

    class Meddler(FaultyWire):
        def write(self, data, more=False):
            super().write(data, more)
            if not told and self.counts[TO_READER] == 5:
                told.append(1)
                self.incoming[:0] = encode_frame(frame.NAK, 0, codes.RECORD_REFUSED.to_bytes(2, "big"))

    rig = SecureRig()
    host = rig.host(stream=Meddler(rig.board, rig.clock, quiet).connect)
    assert dialogue(host) == NO_FAULT["answers"]
    assert told == [1]
    assert rig.service.sessions == 1


def test_reader_switched_off_and_on_is_joined_anew(rig):
    host = rig.host()
    host.unlock("1234")
    rig.board.start()
    assert host.cards().ps == 1  # another session: the code has to be given again
    assert host.unlock("1234") == 3


def test_keys_are_forgotten_after_a_quarter_of_an_hour(rig):
    host = rig.host()
    host.cards()
    rig.clock.now += 900_000
    rig.board.protection.watch()
    assert refusal(rig.inject(rig.said[-1])) == codes.RECORD_REFUSED
    assert rig.board.protection._opening is None


def test_counter_that_would_end_asks_for_new_keys(rig, monkeypatch):
    monkeypatch.setattr("tournee.reader.link.secure_channel._LAST_RECORD", 6)
    host = rig.host()
    for _ in range(8):
        assert host.cards()
    begun = [one for said in rig.said for one in FrameReader(4096).feed(said) if one.kind == frame.HELLO]
    assert len(begun) > 2


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("direction", [TO_READER, TO_HOST])
def test_fault_at_any_frame_changes_no_answer_and_nothing_is_done_twice(direction, fault):
    for spoilt in range(16):
        rig = SecureRig(lambda way, rank, at=spoilt: fault if (way, rank) == (direction, at) else None)
        assert dialogue(rig.host()) == NO_FAULT["answers"], spoilt
        assert rig.service.steps == NO_FAULT["steps"], spoilt
        assert (rig.service.signatures, rig.service.tries) == (1, 3), spoilt


def test_every_status_of_the_channel_has_words_for_the_carer():
    for status in (codes.UNPROTECTED, codes.NO_SECRET, codes.RECORD_REFUSED, codes.PROOF, codes.HOST_BUSY):
        error = failure_of_status(status)
        assert str(error)
        assert error.next_step
