"""A reader asked frame by frame, as no client would: what the conformance kit's checks are made of.

In clear, or with a secret over the protected channel of PROTOCOL.md 9, whose handshake is taken step by step.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from tournee.firmware.sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.host_names import HOST_NAMES, NAME
from tournee.reader.link.framing import Frame, FrameReader, encode_frame
from tournee.reader.link.secure_channel import SecureChannel, SecureChannelError
from tournee.reader.transports.open import connect
from tournee.reader.transports.streams import Transport

Address = str | Callable[[], Transport]
"""A reader's URL, or what opens the stream to it."""

ANSWER_MS = 3500  # PROTOCOL.md 6: between two signs of life
SILENCE = -1  # in place of a status
IDENTIFY = codec.encode(messages.IDENTIFY, {})  # the request that changes nothing
_LARGEST_ANSWER = 4096
_RECEIVED_MAX = 500  # frames of one check
# how an answer that holds a card's content begins: a map of four, its number
_CARD_MARKS = tuple(bytes((0xA4, 0x00, 0x18, codec.number_of(name))) for name in ("PS_CARD", "VITALE"))


def opener(address: Address) -> Callable[[], Transport]:
    """What opens the stream to an address."""
    return address if callable(address) else lambda: connect(address)


class RawLink:
    """Raw frames to a reader. Transport errors pass."""

    def __init__(self, address: Address, secret: bytes | None = None) -> None:
        self._stream = opener(address)()
        self._reader = FrameReader(frame.encoded_max(_LARGEST_ANSWER))
        self._secret = secret
        self._channel = SecureChannel(secret) if secret else None
        self._answer: tuple[bytes, Frame] | None = None  # the last record that held one, and what it held
        self.kept = b""  # the last answer's frame, as it came
        self.version = 0  # of the protocol, as the last WELCOME has it
        self.largest = 0  # bytes of the largest message, likewise
        self.received: list[str] = []  # what came, frame by frame, since whoever asks emptied it
        self._number = 0
        self._hello_number = 0  # number of the last HELLO frame
        self.spoken: list[bytes] = []  # the last handshake's messages
        self.name = HOST_NAMES.take(secret) if secret else os.urandom(NAME)

    def close(self) -> None:
        """Give the stream up."""
        self._stream.close()

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self._stream.write(data)

    def exchange(self, data: bytes, wanted: set[int], patience_ms: int = ANSWER_MS) -> Frame | None:
        """Send bytes; the first frame of a wanted type that comes back in time, opened where it was
        protected. The last answer's record counts again when it is given again."""
        self.send(data)
        end = time.monotonic() + patience_ms / 1000
        while time.monotonic() < end:
            for one in self._reader.feed(self._stream.read(50)):
                opened = self._opened(one)
                if opened and len(self.received) < _RECEIVED_MAX:
                    self.received.append(written(opened))
                if opened and not opened.damaged and opened.kind in wanted:
                    return opened
        return None

    def record(self, kind: int, number: int, payload: bytes | bytearray) -> bytes:
        """Make the frame of a type, number and payload, in a record where there is a secret."""
        if self._channel is None:
            return bytes(encode_frame(kind, number, payload))
        return bytes(encode_frame(frame.PROTECTED, 0, self._channel.protect(kind, number, payload)))

    def next_request(self, message: bytes | bytearray) -> bytes:
        """Make the frame of the next request."""
        self._number = self._number % frame.NUMBERS + 1
        return self.record(frame.REQUEST, self._number, message)

    def request(self, message: bytes | bytearray) -> int:
        """Send the next request; the status of its refusal, 0 for an answer, or SILENCE."""
        return self.status(self.next_request(message))

    def status(self, asked: bytes) -> int:
        """Send a frame; the status of its refusal, by FAILURE or NAK, 0 for an answer, or SILENCE."""
        return status_of(self.exchange(asked, {frame.ANSWER, frame.NAK}))

    def hello(self) -> int:
        """Open a new session, with fresh keys where there is a secret; the refusal's status, 0, SILENCE."""
        self._number = 0
        if self._channel is not None:
            refusal = self.shake_hands(self._channel, self.name)
            if refusal:
                return refusal
        name = os.urandom(NAME) if self._channel is None else self.name
        hello = self.record(frame.HELLO, 1, self.hello_message(name))
        welcome = self.exchange(hello, {frame.WELCOME, frame.NAK})
        if welcome is not None and welcome.kind == frame.WELCOME:
            told_by = codec.decode(welcome.payload)
            self.version, self.largest = told_by.uint("version"), told_by.uint("largest_message")
        return status_of(welcome)

    def hello_message(self, name: bytes) -> bytearray:
        """The HELLO of a new session."""
        return codec.encode(messages.HELLO, {"session": name, "version": messages.VERSION, "resume": 0})

    def shake_hands(self, channel: SecureChannel, name: bytes) -> int:
        """Shake hands with the keys of `channel`, in the session `name`; as `hello`."""
        asked = channel.begin(name)
        self.spoken = [bytes(asked)]
        found = self.send_hello(asked)
        if found is None or found.kind == frame.NAK:
            return status_of(found)
        try:
            proof = channel.prove(codec.decode(found.payload))
        except SecureChannelError as error:
            return error.status
        self.spoken.append(bytes(proof))
        found = self.send_hello(proof)
        refusal = status_of(found)
        if not refusal:
            channel.establish()
        return refusal

    def send_hello(self, message: bytes | bytearray) -> Frame | None:
        """Send one message of a handshake, or a HELLO, in clear; WELCOME, NAK or None."""
        self._hello_number = self._hello_number % frame.NUMBERS + 1
        asked = bytes(encode_frame(frame.HELLO, self._hello_number, message))
        return self.exchange(asked, {frame.WELCOME, frame.NAK})

    def fetch(self, number: int, offset: int, length: int) -> Frame | None:
        """Ask for a part of the kept answer's frame; PART, NAK or None."""
        asked = offset.to_bytes(2, "big") + bytes((length,))
        return self.exchange(bytes(encode_frame(frame.FETCH, number, asked)), {frame.PART, frame.NAK})

    def _opened(self, one: Frame) -> Frame | None:
        opened = self._inside(one)
        if opened and opened.kind == frame.ANSWER:
            self.kept = bytes(encode_frame(one.kind, one.number, one.payload))
        return opened

    def _inside(self, one: Frame) -> Frame | None:
        if self._channel is None or one.damaged or one.kind != frame.PROTECTED:
            return one
        if self._answer and one.payload == self._answer[0]:
            return self._answer[1]
        opened = self._channel.open(one.payload)
        if opened and self._secret:
            HOST_NAMES.used(self._secret)
        if opened and opened.kind == frame.ANSWER:
            self._answer = one.payload, opened
        return opened


def status_of(found: Frame | None) -> int:
    """The status that a frame carries: of a NAK, of a FAILURE, else 0; SILENCE for none."""
    if found is None:
        return SILENCE
    if found.kind == frame.NAK:
        return int.from_bytes(found.payload, "big")
    answer = codec.decode(found.payload)
    return answer.uint("status") if answer.number == messages.FAILURE else codes.OK


def written(one: Frame) -> str:
    """A frame as a record keeps it: type, number and payload in hexadecimal; of what is on a card, of which
    somebody may be the holder, its length alone."""
    if one.damaged:
        return "trame abîmée"
    head = f"{one.kind:02x} {one.number:02x}"
    of_a_card = one.kind == frame.ANSWER and one.payload.startswith(_CARD_MARKS)
    return f"{head} carte, {len(one.payload)} octets" if of_a_card else f"{head} {one.payload.hex()}".rstrip()


def told(status: int) -> str:
    """A status as the report says it."""
    return "silence" if status == SILENCE else f"{status:04X}"
