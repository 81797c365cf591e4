"""How a session is opened, or joined again over a new connection: HELLO, and before it the handshake of the
protected channel where one is due. No time, no I/O.
"""

from dataclasses import dataclass
from enum import Enum, auto

from tournee.firmware.sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, seal
from tournee.reader.link.record_layer import Envelope
from tournee.reader.link.secure_channel import ProtectionError

_OF_PARTS = (codes.PROTOCOL, codes.SEQUENCE, codes.NO_SESSION)  # late words on parts, never on HELLO


class Step(Enum):
    """What a frame from the reader brings about."""

    NOTHING = auto()
    ONWARD = auto()  # the next frame is to be sent
    REFUSED = auto()  # `refusal` says why
    WELCOMED = auto()  # `welcome` says how the session stands


@dataclass(frozen=True)
class Welcome:
    """What WELCOME says."""

    largest: int
    last: int
    resumed: bool


class Greeting:
    """One exchange of courtesies; `begin` starts another one."""

    def __init__(self, name: bytes, envelope: Envelope) -> None:
        self._name = name
        self._envelope = envelope
        self._hand = bytearray()  # the handshake's message that is out
        self._awaited = messages.WELCOME
        self.number = 0  # of the frame that is out
        self.known = False  # the reader has opened the session
        self.refusal = codes.OK
        self.welcome = Welcome(0, 0, resumed=False)

    @property
    def shaking(self) -> bool:
        """Whether the handshake is under way."""
        return self._awaited != messages.WELCOME

    @property
    def proving(self) -> bool:
        """Whether the reader has proved itself, and awaits our proof."""
        return self._awaited == messages.PROVE + messages.ANSWER

    def begin(self) -> None:
        """Begin anew."""
        self.refusal = codes.OK
        self._await(messages.WELCOME)
        protection = self._envelope.protection
        if protection is not None and not protection.established:
            self._hand = protection.protect(self._name)
            self._await(messages.PROTECT + messages.ANSWER)

    def frame(self) -> bytearray:
        """The frame to be sent now."""
        if self.shaking:
            return seal(frame.HELLO, self.number, self._hand)
        hello = codec.encode(
            messages.HELLO, {"session": self._name, "version": messages.VERSION, "resume": int(self.known)}
        )
        return self._envelope.seal(frame.HELLO, self.number, hello)

    def take(self, one: Frame) -> Step:
        """Take a frame; only one of the number that is out counts."""
        if one.number != self.number:
            return Step.NOTHING
        if one.kind == frame.NAK:
            status = int.from_bytes(one.payload, "big")
            return Step.NOTHING if status in _OF_PARTS else self._refuse(status)
        if one.kind != frame.WELCOME:
            return Step.NOTHING
        try:
            answer = codec.decode(one.payload)
            if answer.number != self._awaited:
                return Step.NOTHING
            return self._welcome(answer) if answer.number == messages.WELCOME else self._shake(answer)
        except codec.CodecError:
            return Step.NOTHING
        except ProtectionError as error:
            return self._refuse(error.status)

    def _shake(self, answer: codec.Message) -> Step:
        protection = self._envelope.protection
        assert protection is not None
        if self.proving:
            protection.establish()
            self._await(messages.WELCOME)
        else:
            self._hand = protection.prove(answer)
            self._await(messages.PROVE + messages.ANSWER)
        return Step.ONWARD

    def _welcome(self, answer: codec.Message) -> Step:
        resumed = bool(answer.uint("resumed"))
        self.welcome = Welcome(answer.uint("largest_message"), answer.uint("last_number"), resumed)
        return Step.WELCOMED

    def _refuse(self, status: int) -> Step:
        self.refusal = status
        return Step.REFUSED

    def _await(self, number: int) -> None:
        self._awaited = number
        self.number = self.number % frame.NUMBERS + 1
