"""A stranger beside a protected link says anything in clear, at any moment: nothing comes of it."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from faulty_wire import FaultyWire
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from link_rig import LinkBoard, ManualClock
from secure_channel_rig import SECRET, SESSION, hello
from test_cuts import NO_FAULT, dialogue, service_of_several

from sesam import codes, frame, messages
from tournee.reader import Reader, Refused, codec
from tournee.reader.link.conversation import Conversation, ConversationState
from tournee.reader.link.framing import encode_frame
from tournee.reader.link.secure_channel import SecureChannel

MOMENTS = 18  # frames of the dialogue to the reader: PROTECT, PROVE, HELLO, 15 requests
TRIED = (*range(6), 12, 16, 17)  # RECORDS are like one another
PROTECTING = messages.PROTECT + messages.ANSWER
PROTECTED = messages.PROVE + messages.ANSWER
STATUSES = (
    *(codes.PROTOCOL, codes.MALFORMED, codes.UNKNOWN_MESSAGE, codes.OVERSIZE, codes.SEQUENCE),
    *(codes.CHECKSUM, codes.NO_SESSION, codes.UNPROTECTED, codes.NO_SECRET, codes.RECORD_REFUSED),
    *(codes.PROOF, codes.SUITE, codes.HOST_BUSY, codes.INCOHERENT),
)


def message(number: int, **values) -> bytes:
    return bytes(codec.encode(number, values))


TO_HOST = {
    **{f"NAK {status:04X}": (frame.NAK, status.to_bytes(2, "big")) for status in STATUSES},
    "bad proof": (
        frame.WELCOME,
        message(PROTECTING, version=1, suite=1, nonce=bytes(16), proof=bytes(16)),
    ),
    "other suite": (
        frame.WELCOME,
        message(PROTECTING, version=1, suite=2, nonce=bytes(16), proof=bytes(16)),
    ),
    "proof taken": (frame.WELCOME, message(PROTECTED)),
    "WELCOME": (
        frame.WELCOME,
        message(messages.WELCOME, version=1, largest_message=64, last_number=0, resumed=0),
    ),
    "WELCOME back": (
        frame.WELCOME,
        message(messages.WELCOME, version=1, largest_message=4096, last_number=9, resumed=1),
    ),
    "no message": (frame.WELCOME, b"\xff"),
    "ACK": (frame.ACK, b""),
    "ANSWER": (frame.ANSWER, message(messages.UNLOCK + messages.ANSWER, tries_left=3)),
    "FAILURE": (
        frame.ANSWER,
        message(messages.FAILURE, status=codes.SEQUENCE, record=0, column=0, detail=200),
    ),
    "PIECES": (frame.PIECES, b""),
    "PART": (frame.PART, b"\x00\x10\x00\x00" + bytes(16)),
    "record": (frame.PROTECTED, bytes(40)),
}
TO_READER = {
    "PROTECT": (frame.HELLO, message(messages.PROTECT, version=1, suite=1, nonce=bytes(16), session=SESSION)),
    "PROTECT of another": (
        frame.HELLO,
        message(messages.PROTECT, version=1, suite=1, nonce=bytes(16), session=b"another1"),
    ),
    "PROVE": (frame.HELLO, message(messages.PROVE, proof=bytes(16))),
    "HELLO": (frame.HELLO, bytes(hello())),
    "CARDS": (frame.REQUEST, message(messages.CARDS)),
    "ABANDON": (frame.REQUEST, message(messages.ABANDON)),
    "FETCH": (frame.FETCH, b"\x00\x00\x1c"),
    "PIECE": (frame.PIECE, b"\x00\x10\x00\x00" + bytes(16)),
    "record": (frame.PROTECTED, bytes(40)),
}


class Stranger(FaultyWire):
    """Hears each frame to the reader, and then says what `words` has for that moment: to the host before the
    reader's answer comes, or behind it, with the number just heard or with 0; to the reader likewise."""

    def __init__(self, board, clock, words: dict[int, list[tuple[str, str, bool, bool]]]) -> None:
        super().__init__(board, clock, lambda direction, rank: None)
        self.words = words
        self.heard = 0

    def write(self, data, more=False):
        number = last_number(bytes(data))
        now = self.words.get(self.heard, [])
        self.heard += 1
        self._say(now, number, early=True)
        super().write(data, more)
        self._say(now, number, early=False)

    def _say(self, words, number: int, *, early: bool) -> None:
        for to, what, numbered, first in words:
            if first is early and to == "host":
                kind, payload = TO_HOST[what]
                self.incoming += encode_frame(kind, number if numbered else 0, payload)
            elif first is early:
                kind, payload = TO_READER[what]
                said = encode_frame(kind, number if numbered else 0, payload)
                self.incoming += self.board.feed(bytes(said))


def last_number(data: bytes) -> int:
    """The number in the last frame of what is written, where it is heard; else that of the next request."""
    one = data.rstrip(b"\0").rpartition(b"\0")[2]
    return one[2] if len(one) > 2 and one[1] != frame.PROTECTED else 1


class BlockCipher:
    """AES of one block by OpenSSL, as a board with one in C hands in: thousands of dialogues are quick."""

    def __init__(self, key: bytes) -> None:
        self._encryptor = Cipher(AES(key), ECB()).encryptor()

    def encrypt(self, block, out) -> None:
        out[:] = self._encryptor.update(bytes(block))


def run(words, secret: bytes = SECRET):
    clock = ManualClock()
    service = service_of_several()
    board = LinkBoard(service, clock, secret=SECRET, early=2048)
    board.protection._aes = BlockCipher
    wire = Stranger(board, clock, words)
    reader = Reader(wire.connect, clock=clock, session=SESSION, secret=secret)
    return dialogue(reader), service, clock


WORDS = [("host", what) for what in TO_HOST] + [("reader", what) for what in TO_READER]


def test_dialogue_has_the_frames_at_which_the_stranger_speaks():
    clock = ManualClock()
    wire = Stranger(LinkBoard(service_of_several(), clock, secret=SECRET), clock, {})
    assert dialogue(Reader(wire.connect, clock=clock, session=SESSION, secret=SECRET)) == NO_FAULT["answers"]
    assert (wire.heard, wire.connections, clock.now) == (MOMENTS, 1, 0)


@pytest.mark.parametrize("early", [True, False], ids=["before", "behind"])
@pytest.mark.parametrize(("to", "what"), WORDS, ids=[f"to {to}, {what}" for to, what in WORDS])
def test_one_frame_of_a_strangers_at_any_moment_changes_nothing(to, what, early):
    for moment in TRIED:
        for numbered in (True, False):
            answers, service, _ = run({moment: [(to, what, numbered, early)]})
            assert answers == NO_FAULT["answers"], (moment, numbered)
            assert (service.steps, service.signatures) == (NO_FAULT["steps"], 1), (moment, numbered)
            assert (service.tries, service.sessions) == (3, 1), (moment, numbered)


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("what", TO_HOST)
def test_the_same_word_to_the_host_at_every_moment_changes_nothing(what, numbered):
    for count in (1, 3):
        words = {moment: [("host", what, numbered, True)] * count for moment in range(500)}
        answers, service, _ = run(words)
        assert answers == NO_FAULT["answers"]
        assert (service.steps, service.signatures, service.sessions) == (NO_FAULT["steps"], 1, 1)


spoken = st.tuples(st.sampled_from(WORDS), st.booleans(), st.booleans()).map(
    lambda one: (*one[0], one[1], one[2])
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.integers(0, 2 * MOMENTS), st.lists(spoken, max_size=4), max_size=12))
def test_whatever_a_stranger_says_the_answers_are_right_and_nothing_is_done_twice(words):
    answers, service, _ = run(words)
    assert answers == NO_FAULT["answers"]
    assert (service.steps, service.signatures) == (NO_FAULT["steps"], 1)
    assert (service.tries, service.sessions) == (3, 1)


def test_label_of_another_reader_is_told_after_three_waits_and_no_proof_is_sent():
    with pytest.raises(Refused) as caught:
        run({}, secret=bytes(32))
    assert caught.value.status == codes.PROOF


class Keyed:
    """A conversation in session, under keys that are all zeros, and the reader that answers it."""

    def __init__(self) -> None:
        self.channel = SecureChannel(SECRET)
        self.channel._derived = bytes(64)
        self.channel.establish()
        self.talk = Conversation(lambda: SESSION, self.channel)
        self._sent = 0
        self.talk.connected(0)
        welcome = message(messages.WELCOME, version=1, largest_message=1280, last_number=0, resumed=0)
        self.answers(frame.WELCOME, 1, welcome, 0)
        assert self.talk.state is ConversationState.IDLE

    def answers(self, kind: int, number: int, payload: bytes, now: int) -> None:
        counter = self._sent.to_bytes(3, "big")
        self._sent += 1
        sealed = AESCCM(bytes(16), 8).encrypt(counter.rjust(13, b"\0"), bytes((kind, number)) + payload, None)
        self.talk.feed(bytes(encode_frame(frame.PROTECTED, 0, counter + sealed)), now)


def nak(status: int) -> bytes:
    return bytes(encode_frame(frame.NAK, 0, status.to_bytes(2, "big")))


@pytest.mark.parametrize("status", [codes.RECORD_REFUSED, codes.UNPROTECTED, codes.CHECKSUM])
def test_flood_of_words_that_the_keys_are_lost_is_not_believed_while_a_card_works(status):
    """Twenty a second, for a minute in which the reader says each second that it works."""
    keyed = Keyed()
    talk = keyed.talk
    talk.ask(message(messages.CARDS), 0)
    for now in range(0, 60_000, 50):
        if now % 1000 == 0:
            keyed.answers(frame.ACK, 1, b"", now)
        talk.feed(nak(status), now)
        talk.poll(now)
        talk.outgoing()
        assert (talk.state, talk.lost) == (ConversationState.WAITING, False)
    keyed.answers(frame.ANSWER, 1, message(messages.CARDS + messages.ANSWER, ps=1, vitale=1), 60_000)
    assert talk.state is ConversationState.ANSWERED


def test_lost_keys_are_believed_after_three_waits_without_a_record():
    keyed = Keyed()
    talk = keyed.talk
    talk.ask(message(messages.CARDS), 0)
    now, waits = 0, 0
    while keyed.channel.established:
        talk.feed(nak(codes.RECORD_REFUSED), now)
        now += talk.wait_ms(now)
        talk.poll(now)
        waits += 1
    assert (waits, talk.lost) == (3, False)
    assert now < 5_000
