"""How a session is opened, or joined again over a new connection: HELLO, and before it the handshake of the
protected channel where one is due. No time, no I/O.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tournee.firmware.sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, encode_frame
from tournee.reader.link.record_layer import RecordLayer
from tournee.reader.link.secure_channel import SecureChannelError

_CLAIMS = 3  # waits that must end with nothing but reasons to refuse, which anybody may have sent
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

    version: int
    largest: int
    last: int
    resumed: bool


class Handshake:
    """One opening of a session; `begin` starts another one. `name` gives the session's: new keys may have
    another one than those before."""

    def __init__(self, name: Callable[[], bytes], layer: RecordLayer) -> None:
        self._named = name
        self._name = name()
        self._layer = layer
        self._out = bytearray()  # the message of the protected channel's handshake that is out
        self._awaited = messages.WELCOME
        self._proof = bytearray()  # the frame of our proof, until a record shows that the reader has taken it
        self._claim = codes.OK  # why the handshake is refused, as somebody says since it was sent last
        self._claims = 0  # waits that ended so
        self.number = 0  # of the frame that is out
        self.known = False  # the reader has opened the session
        self.refusal = codes.OK
        self.welcome = Welcome(0, 0, 0, resumed=False)

    @property
    def keying(self) -> bool:
        """Whether the keys of the protected channel are being agreed."""
        return self._awaited != messages.WELCOME

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
            self._proof.clear()
            self._name = self._named()
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

    def frame_again(self) -> bytearray:
        """What is to be sent where that was not answered: before a HELLO that nobody could read our proof as
        well, for that it was taken may have been a stranger's word. `unanswered` comes first.
        """
        return self._proof + self.frame()

    def unanswered(self) -> HandshakeStep:
        """A whole wait is over, and all that came may be a stranger's: REFUSED, for the reason that was given
        last, once that was so too often.
        """
        claim, self._claim = self._claim, codes.OK
        self._claims += claim != codes.OK
        if self._claims == _CLAIMS:
            return self.refuse(claim)
        if claim == codes.PROOF and self._awaited == messages.PROVE + messages.ANSWER:
            self.begin()  # somebody else began a handshake after ours
        return HandshakeStep.NOTHING

    def take(self, one: Frame) -> HandshakeStep:
        """Take a frame of the reader's; only one of the number that is out counts."""
        if one.number != self.number:
            return HandshakeStep.NOTHING
        if one.kind == frame.NAK:
            status = int.from_bytes(one.payload, "big")
            return HandshakeStep.NOTHING if status in _OF_FRAGMENTS else self.refuse(status)
        answer = self._answer(one)
        return HandshakeStep.NOTHING if answer is None else self._welcome(answer)

    def take_claim(self, one: Frame) -> HandshakeStep:
        """Take a frame that anybody may have sent, while keys are agreed: a proof that holds leads on, all
        else is no more than a reason to give.
        """
        if one.number != self.number or not self.keying:
            return HandshakeStep.NOTHING
        if one.kind == frame.NAK:
            status = int.from_bytes(one.payload, "big")
            self._claim = self._claim if status in _OF_FRAGMENTS else status
            return HandshakeStep.NOTHING
        answer = self._answer(one)
        if answer is None:
            return HandshakeStep.NOTHING
        try:
            self._agree(answer)
        except SecureChannelError as error:
            self._claim = error.status
            return HandshakeStep.NOTHING
        return HandshakeStep.ONWARD

    def refuse(self, status: int) -> HandshakeStep:
        """It ends here, with this status."""
        self.refusal = status
        self._claim = codes.OK
        self._claims = 0
        return HandshakeStep.REFUSED

    def _answer(self, one: Frame) -> codec.Message | None:
        """The message that is awaited, None when this frame does not bring it."""
        if one.kind != frame.WELCOME:
            return None
        try:
            answer = codec.decode(one.payload)
        except codec.CodecError:
            return None
        return answer if answer.number == self._awaited else None

    def _agree(self, answer: codec.Message) -> None:
        channel = self._layer.channel
        assert channel is not None
        if answer.number == messages.PROVE + messages.ANSWER:
            channel.establish()
            self._proof = encode_frame(frame.HELLO, self.number, self._out)
            self._await(messages.WELCOME)
        else:
            self._out = channel.prove(answer)
            self._await(messages.PROVE + messages.ANSWER)

    def _welcome(self, answer: codec.Message) -> HandshakeStep:
        resumed = bool(answer.uint("resumed"))
        self.welcome = Welcome(
            answer.uint("version"), answer.uint("largest_message"), answer.uint("last_number"), resumed
        )
        self._proof.clear()
        self._claim = codes.OK
        self._claims = 0
        return HandshakeStep.WELCOMED

    def _await(self, number: int) -> None:
        self._awaited = number
        self.number = self.number % frame.NUMBERS + 1
