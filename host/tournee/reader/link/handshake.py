"""How a session is opened, or joined again over a new connection: HELLO, and before it the handshake of the
protected channel where one is due. No time, no I/O.
"""

from dataclasses import dataclass
from enum import Enum, auto

from tournee.firmware.sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, encode_frame
from tournee.reader.link.record_layer import RecordLayer
from tournee.reader.link.secure_channel import SecureChannelError

_OF_FRAGMENTS = (codes.PROTOCOL, codes.SEQUENCE, codes.NO_SESSION)  # late replies to parts, never to HELLO


class HandshakeStep(Enum):
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


class Handshake:
    """One opening of a session; `begin` starts another one."""

    def __init__(self, name: bytes, layer: RecordLayer) -> None:
        self._name = name
        self._layer = layer
        self._out = bytearray()  # the message of the protected channel's handshake that is out
        self._awaited = messages.WELCOME
        self.number = 0  # of the frame that is out
        self.known = False  # the reader has opened the session
        self.refusal = codes.OK
        self.welcome = Welcome(0, 0, resumed=False)

    @property
    def keying(self) -> bool:
        """Whether the keys of the protected channel are being agreed."""
        return self._awaited != messages.WELCOME

    @property
    def proving(self) -> bool:
        """Whether the reader has proved itself, and awaits our proof."""
        return self._awaited == messages.PROVE + messages.ANSWER

    def opened(self) -> None:
        """The reader has opened the session: from now on it is joined again."""
        self.known = True

    def forgotten(self) -> None:
        """The reader knows the session no more: the next HELLO opens it afresh."""
        self.known = False

    def begin(self) -> None:
        """Begin from the first message."""
        self.refusal = codes.OK
        self._await(messages.WELCOME)
        channel = self._layer.channel
        if channel is not None and not channel.established:
            self._out = channel.begin(self._name)
            self._await(messages.PROTECT + messages.ANSWER)

    def frame(self) -> bytearray:
        """The frame to be sent now."""
        if self.keying:
            return encode_frame(frame.HELLO, self.number, self._out)
        hello = codec.encode(
            messages.HELLO, {"session": self._name, "version": messages.VERSION, "resume": int(self.known)}
        )
        return self._layer.protect(frame.HELLO, self.number, hello)

    def take(self, one: Frame) -> HandshakeStep:
        """Take a frame; only one of the number that is out counts."""
        if one.number != self.number:
            return HandshakeStep.NOTHING
        if one.kind == frame.NAK:
            status = int.from_bytes(one.payload, "big")
            return HandshakeStep.NOTHING if status in _OF_FRAGMENTS else self.refuse(status)
        if one.kind != frame.WELCOME:
            return HandshakeStep.NOTHING
        try:
            answer = codec.decode(one.payload)
            if answer.number != self._awaited:
                return HandshakeStep.NOTHING
            return self._welcome(answer) if answer.number == messages.WELCOME else self._agree(answer)
        except codec.CodecError:
            return HandshakeStep.NOTHING
        except SecureChannelError as error:
            return self.refuse(error.status)

    def refuse(self, status: int) -> HandshakeStep:
        """It ends here, with this status."""
        self.refusal = status
        return HandshakeStep.REFUSED

    def _agree(self, answer: codec.Message) -> HandshakeStep:
        channel = self._layer.channel
        assert channel is not None
        if self.proving:
            channel.establish()
            self._await(messages.WELCOME)
        else:
            self._out = channel.prove(answer)
            self._await(messages.PROVE + messages.ANSWER)
        return HandshakeStep.ONWARD

    def _welcome(self, answer: codec.Message) -> HandshakeStep:
        resumed = bool(answer.uint("resumed"))
        self.welcome = Welcome(answer.uint("largest_message"), answer.uint("last_number"), resumed)
        return HandshakeStep.WELCOMED

    def _await(self, number: int) -> None:
        self._awaited = number
        self.number = self.number % frame.NUMBERS + 1
