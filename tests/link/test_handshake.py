"""The handshake of the protected channel: who gets in, when, and what is said again when it was lost."""

import secrets

import pytest
from faulty_wire import TO_HOST, FaultyWire
from link_rig import VECTORS
from secure_channel_rig import (
    SECRET,
    SESSION,
    SecureRig,
    hello,
    protected,
    quiet,
    refusal,
    shake_hands,
    status_of,
)
from test_cuts import NO_FAULT, dialogue

from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, FrameReader, encode_frame
from tournee.reader.link.secure_channel import SecureChannel, SecureChannelError


def test_reader_that_does_not_know_the_secret_learns_nothing(rig):
    """An impostor answers PROTECT as it can: the host sends no proof, still less a code."""
    rig.board.secret = bytes(32)
    rig.board.start()
    assert status_of(lambda: rig.host().unlock("1234")) == codes.PROOF
    said = [one for data in rig.said for one in FrameReader(4096).feed(data)]
    assert {codec.decode(one.payload).number for one in said} == {messages.PROTECT}
    assert len(set(rig.said)) == 1  # the same word again, as long as a better answer may come


def test_handshake_with_any_byte_changed_on_its_way_makes_no_keys():
    """Whatever a meddler changes in PROTECT, PROTECTING or PROVE, it is refused, with a status."""
    plain = codec.decode(bytes(SecureChannel(SECRET).begin(SESSION)))
    lengths = {"PROTECT": len(plain.data("nonce")), "PROTECTING": 32, "PROVE": 16}
    for name, length in lengths.items():
        for at in range(length):
            assert shaken_with_a_change(name, at) != codes.OK, (name, at)
    assert shaken_with_a_change("", 0) == codes.OK


def shaken_with_a_change(name: str, at: int) -> int:
    rig = SecureRig()
    host = SecureChannel(SECRET)
    asked = host.begin(SESSION)
    if name == "PROTECT":
        asked[asked.index(host._host_nonce) + at] ^= 1
    (welcome,) = rig.inject(encode_frame(frame.HELLO, 1, asked))
    payload = bytearray(welcome.payload)
    if name == "PROTECTING":
        places = [*range(-34, -18), *range(-16, 0)]  # nonce and proof, as CBOR ends with them
        payload[places[at]] ^= 1
    try:
        proof = host.prove(codec.decode(bytes(payload)))
    except SecureChannelError as error:
        return error.status
    if name == "PROVE":
        proof[at - 16] ^= 1
    (answer,) = rig.inject(encode_frame(frame.HELLO, 2, proof))
    return codes.OK if answer.kind == frame.WELCOME else int.from_bytes(answer.payload, "big")


@pytest.mark.parametrize("field", ["version", "suite"])
def test_downgrade_or_unknown_cipher_is_refused(rig, field):
    values = {"version": 1, "suite": 1, "nonce": bytes(16), "session": SESSION} | {field: 2}
    asked = codec.encode(messages.PROTECT, values)
    assert refusal(rig.inject(encode_frame(frame.HELLO, 1, asked))) == codes.SUITE


def test_reader_that_names_another_cipher_is_refused_by_the_host():
    answer = {"version": 1, "suite": 2, "nonce": bytes(16), "proof": bytes(16)}
    host = SecureChannel(SECRET)
    host.begin(SESSION)
    with pytest.raises(SecureChannelError, match="E605"):
        host.prove(codec.decode(bytes(codec.encode(messages.PROTECT + messages.ANSWER, answer))))


def test_second_host_is_told_that_the_reader_is_busy_and_the_first_goes_on(rig):
    first = rig.host()
    first.unlock("1234")
    second = rig.host(session=b"session2", stream=lambda: FaultyWire(rig.board, rig.clock, quiet).connect())
    assert status_of(second.cards) == codes.HOST_BUSY
    assert first.cards().ps == 2


def test_second_host_is_let_in_after_twenty_seconds_of_silence_and_the_card_is_locked(rig):
    rig.host().unlock("1234")
    rig.clock.now += 20_000
    assert rig.host(session=b"session2").cards().ps == 1


def test_second_host_proves_nothing_once_the_first_speaks_again_until_it_is_silent(rig):
    """Its PROTECT came in a silence; its PROVE does not, and may be repeated after the next one."""
    first = rig.host()
    first.unlock("1234")
    rig.clock.now += 20_000
    second = SecureChannel(SECRET)
    (welcome,) = rig.inject(encode_frame(frame.HELLO, 1, second.begin(b"session2")))
    proof = second.prove(codec.decode(welcome.payload))
    assert first.cards().ps == 2
    assert refusal(rig.inject(encode_frame(frame.HELLO, 2, proof))) == codes.HOST_BUSY
    assert first.cards().ps == 2
    rig.clock.now += 20_000
    (ready,) = rig.inject(encode_frame(frame.HELLO, 2, proof))
    assert ready.kind == frame.WELCOME


@pytest.mark.parametrize("losses", range(1, 6))
@pytest.mark.parametrize("rekeyed", [False, True])
def test_lost_word_that_the_proof_was_taken_is_said_again(losses, rekeyed):
    """PROTECTED is lost so many times, at the first handshake or at one in the midst of a session."""
    rig = SecureRig()
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
    host = SecureChannel(SECRET)
    proof = shake_hands(rig, host)
    sessions = rig.service.sessions
    (ready,) = rig.inject(proof)
    assert codec.decode(ready.payload).number == messages.PROVE + messages.ANSWER
    assert rig.service.sessions == sessions
    record = protected(host, frame.HELLO, 1, hello())
    assert rig.inject(record)[0].kind == frame.PROTECTED
    assert refusal(rig.inject(proof)) == codes.PROOF
    assert refusal(rig.inject(record)) == codes.RECORD_REFUSED
    assert rig.inject(protected(host, frame.HELLO, 1, hello()))[0].kind == frame.PROTECTED


def test_proof_repeated_is_known_though_a_stranger_asked_in_between(rig):
    host = SecureChannel(SECRET)
    proof = shake_hands(rig, host)
    rig.inject(encode_frame(frame.HELLO, 1, SecureChannel(bytes(32)).begin(SESSION)))
    (ready,) = rig.inject(proof)
    assert ready.kind == frame.WELCOME


def test_wrong_proof_of_a_strangers_leaves_the_handshake_that_is_pending(rig):
    host = SecureChannel(SECRET)
    (welcome,) = rig.inject(encode_frame(frame.HELLO, 1, host.begin(SESSION)))
    proof = host.prove(codec.decode(welcome.payload))
    wrong = codec.encode(messages.PROVE, {"proof": bytes(16)})
    assert refusal(rig.inject(encode_frame(frame.HELLO, 1, wrong))) == codes.PROOF
    (ready,) = rig.inject(encode_frame(frame.HELLO, 2, proof))
    assert codec.decode(ready.payload).number == messages.PROVE + messages.ANSWER


def test_another_proof_is_refused_though_the_keys_are_fresh(rig):
    shake_hands(rig, SecureChannel(SECRET))
    other = codec.encode(messages.PROVE, {"proof": bytes(16)})
    assert refusal(rig.inject(encode_frame(frame.HELLO, 2, other))) == codes.PROOF


@pytest.mark.parametrize("resume", [0, 1])
def test_hello_in_the_channel_under_another_name_than_that_of_the_handshake_is_refused(rig, resume):
    host = SecureChannel(SECRET)
    shake_hands(rig, host)
    rig.inject(protected(host, frame.HELLO, 1, hello()))
    sessions = rig.service.sessions
    values = {"session": b"session2", "version": 1, "resume": resume}
    (record,) = rig.inject(protected(host, frame.HELLO, 2, codec.encode(messages.HELLO, values)))
    assert host.open(record.payload) == Frame(frame.NAK, 2, codes.INCOHERENT.to_bytes(2, "big"))
    assert rig.service.sessions == sessions


def test_handshake_inside_the_channel_is_no_message_of_it(rig):
    host = SecureChannel(SECRET)
    shake_hands(rig, host)
    record = protected(host, frame.HELLO, 2, codec.encode(messages.PROVE, {"proof": bytes(16)}))
    (answer,) = rig.inject(record)
    assert host.open(answer.payload) == Frame(frame.NAK, 2, codes.UNKNOWN_MESSAGE.to_bytes(2, "big"))


def test_strangers_beginning_of_a_handshake_harms_no_session(rig):
    host = rig.host()
    host.unlock("1234")
    asked = {"version": 1, "suite": 1, "nonce": secrets.token_bytes(16), "session": SESSION}
    rig.inject(encode_frame(frame.HELLO, 1, codec.encode(messages.PROTECT, asked)))
    refused = rig.inject(encode_frame(frame.HELLO, 2, codec.encode(messages.PROVE, {"proof": bytes(16)})))
    assert refusal(refused) == codes.PROOF
    assert host.cards().ps == 2


VECTOR = {
    line.split()[0]: bytes.fromhex(line.split()[1])
    for line in (VECTORS / "handshake.txt").read_text().splitlines()
    if not line.startswith("#")
}


def test_both_ends_make_the_vectors_bytes(rig):
    def draw(buf: bytearray) -> None:
        buf[:16] = VECTOR["reader_nonce"]

    rig.board.protection._random = draw
    host = SecureChannel(VECTOR["secret"], lambda n: VECTOR["host_nonce"])
    (welcome,) = rig.inject(encode_frame(frame.HELLO, 1, host.begin(VECTOR["session"])))
    answer = codec.decode(welcome.payload)
    assert answer.data("nonce") == VECTOR["reader_nonce"]
    assert answer.data("proof") == VECTOR["reader_proof"]
    prove = host.prove(answer)
    assert codec.decode(bytes(prove)).data("proof") == VECTOR["host_proof"]
    rig.inject(encode_frame(frame.HELLO, 2, prove))
    host.establish()
    record = host.protect(frame.HELLO, 1, VECTOR["hello"])
    assert record == VECTOR["hello_record"]
    (answered,) = rig.inject(encode_frame(frame.PROTECTED, 0, record))
    assert answered.payload == VECTOR["welcome_record"]
    assert host.open(answered.payload) == Frame(frame.WELCOME, 1, VECTOR["welcome"])
