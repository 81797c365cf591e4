"""The protected channel: strangers, recorders and meddlers are refused, the rightful host is unharmed."""

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from faulty_wire import FAULTS, TO_HOST, TO_READER, FaultyWire, frames_of
from link_rig import VECTORS, Board, Clock
from test_cuts import NO_FAULT, dialogue, service_of_several

from sesam import codes, frame, messages
from tournee.reader import Reader, Refused, codec
from tournee.reader.failures import failure_of_status
from tournee.reader.framing import Frame, FrameReader, seal
from tournee.reader.protection import Protection, ProtectionError

SECRET = bytes(range(32))
SESSION = b"session1"


class Rig:
    """A board with a secret on a wire whose frames are recorded, and may be spoilt."""

    def __init__(self, plan=lambda direction, rank: None) -> None:
        self.clock = Clock()
        self.service = service_of_several()
        self.board = Board(self.service, self.clock, secret=SECRET)
        self.wire = FaultyWire(self.board, self.clock, plan)
        self.said: list[bytes] = []

    def host(self, secret=SECRET, session=SESSION, stream=None):
        return Reader(stream or self.connect, clock=self.clock, session=session, secret=secret)

    def connect(self):
        wire = self.wire.connect()
        write = type(wire).write.__get__(wire)

        def keep(data, more=False):
            self.said += frames_of(bytes(data))
            write(data, more)

        wire.write = keep
        return wire

    def inject(self, data: bytes):
        """What a stranger on the air sends; the frames that the reader answers."""
        return FrameReader(4096).feed(self.board.feed(bytes(data)))


@pytest.fixture
def rig():
    return Rig()


def refusal(frames) -> int:
    (one,) = frames
    assert one.kind == frame.NAK
    return int.from_bytes(one.payload, "big")


def status_of(call) -> int:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.status


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
    rig = Rig()
    rig.board.secret = None
    rig.board.start()
    assert status_of(lambda: rig.host().cards()) == codes.NO_SECRET


def test_reader_that_does_not_know_the_secret_learns_nothing(rig):
    """An impostor answers PROTECT as it can: the host sends no proof, still less a code."""
    rig.board.secret = bytes(32)
    rig.board.start()
    assert status_of(lambda: rig.host().unlock("1234")) == codes.PROOF
    kinds = [one.kind for said in rig.said for one in FrameReader(4096).feed(said)]
    assert kinds == [frame.HELLO]


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
    host = Protection(SECRET)
    shake_hands(rig, host)
    first, second = (sealed(host, frame.HELLO, 1, hello()) for _ in range(2))
    assert rig.inject(second)[0].kind == frame.PROTECTED
    assert refusal(rig.inject(first)) == codes.RECORD_REFUSED


def test_record_with_any_bit_flipped_is_refused(rig):
    host = Protection(SECRET)
    shake_hands(rig, host)
    record = host.seal(frame.HELLO, 1, hello())
    for bit in range(len(record) * 8):
        flipped = bytearray(record)
        flipped[bit // 8] ^= 1 << bit % 8
        assert refusal(rig.inject(seal(frame.PROTECTED, 0, flipped))) == codes.RECORD_REFUSED
    assert rig.inject(seal(frame.PROTECTED, 0, record))[0].kind == frame.PROTECTED


def test_handshake_with_any_byte_changed_on_its_way_makes_no_keys():
    """Whatever a meddler changes in PROTECT, PROTECTING or PROVE, it is refused, with a status."""
    plain = codec.decode(bytes(Protection(SECRET).protect(SESSION)))
    lengths = {"PROTECT": len(plain.data("nonce")), "PROTECTING": 32, "PROVE": 16}
    for name, length in lengths.items():
        for at in range(length):
            assert shaken_with_a_change(name, at) != codes.OK, (name, at)
    assert shaken_with_a_change("", 0) == codes.OK


def shaken_with_a_change(name: str, at: int) -> int:
    rig = Rig()
    host = Protection(SECRET)
    asked = host.protect(SESSION)
    if name == "PROTECT":
        asked[asked.index(host._host_nonce) + at] ^= 1
    (welcome,) = rig.inject(seal(frame.HELLO, 1, asked))
    payload = bytearray(welcome.payload)
    if name == "PROTECTING":
        places = [*range(-34, -18), *range(-16, 0)]  # nonce and proof, as CBOR ends with them
        payload[places[at]] ^= 1
    try:
        proof = host.prove(codec.decode(bytes(payload)))
    except ProtectionError as error:
        return error.status
    if name == "PROVE":
        proof[at - 16] ^= 1
    (answer,) = rig.inject(seal(frame.HELLO, 2, proof))
    return codes.OK if answer.kind == frame.WELCOME else int.from_bytes(answer.payload, "big")


@pytest.mark.parametrize("field", ["version", "suite"])
def test_downgrade_or_unknown_cipher_is_refused(rig, field):
    values = {"version": 1, "suite": 1, "nonce": bytes(16), "session": SESSION} | {field: 2}
    asked = codec.encode(messages.PROTECT, values)
    assert refusal(rig.inject(seal(frame.HELLO, 1, asked))) == codes.SUITE


def test_reader_that_names_another_cipher_is_refused_by_the_host():
    answer = {"version": 1, "suite": 2, "nonce": bytes(16), "proof": bytes(16)}
    host = Protection(SECRET)
    host.protect(SESSION)
    with pytest.raises(ProtectionError, match="E605"):
        host.prove(codec.decode(bytes(codec.encode(messages.PROTECT + messages.ANSWER, answer))))


def test_second_host_is_told_that_the_reader_is_busy_and_the_first_goes_on(rig):
    first = rig.host()
    first.unlock("1234")
    second = rig.host(session=b"session2", stream=lambda: FaultyWire(rig.board, rig.clock, quiet).connect())
    assert status_of(second.cards) == codes.HOST_BUSY
    assert first.cards().ps == 2


def quiet(direction, rank):
    return None


def test_second_host_is_let_in_after_twenty_seconds_of_silence_and_the_card_is_locked(rig):
    rig.host().unlock("1234")
    rig.clock.now += 20_000
    assert rig.host(session=b"session2").cards().ps == 1


def test_second_host_proves_nothing_once_the_first_speaks_again_until_it_is_silent(rig):
    """Its PROTECT came in a silence; its PROVE does not, and may be repeated after the next one."""
    first = rig.host()
    first.unlock("1234")
    rig.clock.now += 20_000
    second = Protection(SECRET)
    (welcome,) = rig.inject(seal(frame.HELLO, 1, second.protect(b"session2")))
    proof = second.prove(codec.decode(welcome.payload))
    assert first.cards().ps == 2
    assert refusal(rig.inject(seal(frame.HELLO, 2, proof))) == codes.HOST_BUSY
    assert first.cards().ps == 2
    rig.clock.now += 20_000
    (ready,) = rig.inject(seal(frame.HELLO, 2, proof))
    assert ready.kind == frame.WELCOME


@pytest.mark.parametrize("losses", range(1, 6))
@pytest.mark.parametrize("rekeyed", [False, True])
def test_lost_word_that_the_proof_was_taken_is_said_again(losses, rekeyed):
    """PROTECTED is lost so many times, at the first handshake or at one in the midst of a session."""
    rig = Rig()
    host = rig.host()
    if rekeyed:
        assert dialogue(host) == NO_FAULT["answers"]
        rig.clock.now += 900_000
        rig.board.protection.watch()
    said, lost = len(rig.said), []

    def lose(direction, data):
        frames = FrameReader(4096).feed(data)
        if direction == TO_HOST and len(lost) < losses and is_ready(frames):
            lost.append(data)
            return b""
        return data

    rig.wire._spoil = lose
    assert host.cards().ps == 1
    assert len(lost) == losses
    asked = [one for data in rig.said[said:] for one in FrameReader(4096).feed(data)]
    numbers = [codec.decode(one.payload).number for one in asked if one.kind == frame.HELLO]
    assert numbers == [messages.PROTECT] + [messages.PROVE] * (losses + 1)


def is_ready(frames) -> bool:
    return any(
        one.kind == frame.WELCOME and codec.decode(one.payload).number == messages.PROVE + messages.ANSWER
        for one in frames
    )


def test_proof_repeated_ends_no_session_and_starts_no_counter_again(rig):
    host = Protection(SECRET)
    proof = shake_hands(rig, host)
    sessions = rig.service.sessions
    (ready,) = rig.inject(proof)
    assert codec.decode(ready.payload).number == messages.PROVE + messages.ANSWER
    assert rig.service.sessions == sessions
    record = sealed(host, frame.HELLO, 1, hello())
    assert rig.inject(record)[0].kind == frame.PROTECTED
    assert refusal(rig.inject(proof)) == codes.PROOF
    assert refusal(rig.inject(record)) == codes.RECORD_REFUSED
    assert rig.inject(sealed(host, frame.HELLO, 1, hello()))[0].kind == frame.PROTECTED


def test_proof_repeated_is_known_though_a_stranger_asked_in_between(rig):
    host = Protection(SECRET)
    proof = shake_hands(rig, host)
    rig.inject(seal(frame.HELLO, 1, Protection(bytes(32)).protect(SESSION)))
    (ready,) = rig.inject(proof)
    assert ready.kind == frame.WELCOME


def test_another_proof_is_refused_though_the_keys_are_fresh(rig):
    shake_hands(rig, Protection(SECRET))
    other = codec.encode(messages.PROVE, {"proof": bytes(16)})
    assert refusal(rig.inject(seal(frame.HELLO, 2, other))) == codes.PROOF


@pytest.mark.parametrize("resume", [0, 1])
def test_hello_in_the_channel_under_another_name_than_that_of_the_handshake_is_refused(rig, resume):
    host = Protection(SECRET)
    shake_hands(rig, host)
    rig.inject(sealed(host, frame.HELLO, 1, hello()))
    sessions = rig.service.sessions
    values = {"session": b"session2", "version": 1, "resume": resume}
    (record,) = rig.inject(sealed(host, frame.HELLO, 2, codec.encode(messages.HELLO, values)))
    assert host.open(record.payload) == Frame(frame.NAK, 2, codes.INCOHERENT.to_bytes(2, "big"))
    assert rig.service.sessions == sessions


def test_handshake_inside_the_channel_is_no_message_of_it(rig):
    host = Protection(SECRET)
    shake_hands(rig, host)
    record = sealed(host, frame.HELLO, 2, codec.encode(messages.PROVE, {"proof": bytes(16)}))
    (answer,) = rig.inject(record)
    assert host.open(answer.payload) == Frame(frame.NAK, 2, codes.UNKNOWN_MESSAGE.to_bytes(2, "big"))


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


def keyed() -> Protection:
    """A host whose keys are all zeros."""
    host = Protection(SECRET)
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


def test_strangers_beginning_of_a_handshake_harms_no_session(rig):
    host = rig.host()
    host.unlock("1234")
    asked = {"version": 1, "suite": 1, "nonce": secrets.token_bytes(16), "session": SESSION}
    rig.inject(seal(frame.HELLO, 1, codec.encode(messages.PROTECT, asked)))
    refused = rig.inject(seal(frame.HELLO, 2, codec.encode(messages.PROVE, {"proof": bytes(16)})))
    assert refusal(refused) == codes.PROOF
    assert host.cards().ps == 2


def test_request_in_clear_is_refused_while_the_channel_is_protected(rig):
    host = rig.host()
    host.cards()
    cards = codec.encode(messages.CARDS, {})
    assert refusal(rig.inject(seal(frame.REQUEST, 2, cards))) == codes.UNPROTECTED
    assert refusal(rig.inject(seal(frame.HELLO, 2, hello()))) == codes.UNPROTECTED
    assert host.cards()


def test_strangers_word_that_the_keys_are_lost_is_not_believed_at_once():
    """Somebody says in clear that the reader could not open a request: the answer still counts."""
    told = []

    class Meddler(FaultyWire):
        def write(self, data, more=False):
            super().write(data, more)
            if not told and self.counts[TO_READER] == 5:
                told.append(1)
                self.incoming[:0] = seal(frame.NAK, 0, codes.RECORD_REFUSED.to_bytes(2, "big"))

    rig = Rig()
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
    monkeypatch.setattr("tournee.reader.protection._LAST_RECORD", 6)
    host = rig.host()
    for _ in range(8):
        assert host.cards()
    begun = [one for said in rig.said for one in FrameReader(4096).feed(said) if one.kind == frame.HELLO]
    assert len(begun) > 2


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("direction", [TO_READER, TO_HOST])
def test_fault_at_any_frame_changes_no_answer_and_nothing_is_done_twice(direction, fault):
    for spoilt in range(16):
        rig = Rig(lambda way, rank, at=spoilt: fault if (way, rank) == (direction, at) else None)
        assert dialogue(rig.host()) == NO_FAULT["answers"], spoilt
        assert rig.service.steps == NO_FAULT["steps"], spoilt
        assert (rig.service.signatures, rig.service.tries) == (1, 3), spoilt


def test_every_status_of_the_channel_has_words_for_the_carer():
    for status in (codes.UNPROTECTED, codes.NO_SECRET, codes.RECORD_REFUSED, codes.PROOF, codes.HOST_BUSY):
        error = failure_of_status(status)
        assert str(error)
        assert error.next_step


def hello() -> bytearray:
    return codec.encode(messages.HELLO, {"session": SESSION, "version": 1, "resume": 0})


def sealed(host: Protection, kind: int, number: int, payload: bytes) -> bytearray:
    return seal(frame.PROTECTED, 0, host.seal(kind, number, payload))


def shake_hands(rig: Rig, host: Protection) -> bytes:
    """A handshake; the frame that brought the host's proof."""
    (welcome,) = rig.inject(seal(frame.HELLO, 1, host.protect(SESSION)))
    proof = bytes(seal(frame.HELLO, 2, host.prove(codec.decode(welcome.payload))))
    (ready,) = rig.inject(proof)
    assert codec.decode(ready.payload).number == messages.PROVE + messages.ANSWER
    host.establish()
    return proof


VECTOR = {
    line.split()[0]: bytes.fromhex(line.split()[1])
    for line in (VECTORS / "handshake.txt").read_text().splitlines()
    if not line.startswith("#")
}


def test_both_ends_make_the_vectors_bytes(rig):
    def draw(buf: bytearray) -> None:
        buf[:16] = VECTOR["reader_nonce"]

    rig.board.protection._random = draw
    host = Protection(VECTOR["secret"], lambda n: VECTOR["host_nonce"])
    (welcome,) = rig.inject(seal(frame.HELLO, 1, host.protect(VECTOR["session"])))
    answer = codec.decode(welcome.payload)
    assert answer.data("nonce") == VECTOR["reader_nonce"]
    assert answer.data("proof") == VECTOR["reader_proof"]
    prove = host.prove(answer)
    assert codec.decode(bytes(prove)).data("proof") == VECTOR["host_proof"]
    rig.inject(seal(frame.HELLO, 2, prove))
    host.establish()
    record = host.seal(frame.HELLO, 1, VECTOR["hello"])
    assert record == VECTOR["hello_record"]
    (answered,) = rig.inject(seal(frame.PROTECTED, 0, record))
    assert answered.payload == VECTOR["welcome_record"]
    assert host.open(answered.payload) == Frame(frame.WELCOME, 1, VECTOR["welcome"])
