"""The host's end of the link, without I/O: requests in flight until their answers are there.

As `firmware/PROTOCOL.md` has it: time-outs, repetition, NAK, the reader's ACK every second while a card
works, HELLO again after a reconnection. Bytes go in by `feed`, time by `poll`, bytes come out of `outgoing`.
"""

from collections.abc import Callable
from enum import Enum, auto

from tournee.firmware.sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.fragments import FragmentStep
from tournee.reader.link.framing import DAMAGED, Frame, FrameReader
from tournee.reader.link.handshake import Handshake, HandshakeStep
from tournee.reader.link.record_layer import RecordLayer
from tournee.reader.link.secure_channel import SecureChannel
from tournee.reader.link.transmitter import Transmitter

_LARGEST_ANSWER = 4_096


class ConversationState(Enum):
    """Where a conversation stands."""

    CLOSED = auto()  # no stream, or the stream is dead
    OPENING = auto()  # a handshake's message or HELLO is out
    IDLE = auto()  # in session, nothing asked
    WAITING = auto()  # requests are out
    ANSWERED = auto()  # the answer to some of them is there to be taken


class Conversation:
    """One session with one reader, over as many connections as it takes.

    `lost` tells that the stream is dead or silent: connect again, then call `connected`. With a `channel`, a
    handshake comes before HELLO, and nothing but it goes in clear. All of this is read by whoever has the
    stream; only the conversation itself writes it.
    """

    def __init__(self, name: Callable[[], bytes], channel: SecureChannel | None = None) -> None:
        self._layer = RecordLayer(channel)
        self._handshake = Handshake(name, self._layer)
        self._transmitter = Transmitter(self._layer)
        self._frames = FrameReader(frame.encoded_max(_LARGEST_ANSWER))
        self._rest_ms: int | None = None  # when the rest of a frame that has begun to come is overdue
        self.state = ConversationState.CLOSED
        self.lost = False
        self.received = False  # something readable came over this connection
        self.forgotten = False  # the reader came back without the session
        self.version = 0  # of the protocol that both speak
        self.largest = 0  # bytes of the largest message that the reader takes
        self._answer = b""
        self._answered = 0  # requests that `_answer` answers for
        self._early: Frame | None = None  # an answer that came before WELCOME: its record opens but once

    @property
    def refusal(self) -> int:
        """Why the reader would not open a session."""
        return self._handshake.refusal

    @property
    def exhausted(self) -> bool:
        """Whether the channel's keys have served as often as they may: connect again before asking more."""
        return self._layer.exhausted

    @property
    def full(self) -> bool:
        """Whether what is `outgoing` is to be written before more is asked."""
        return self._transmitter.full

    @property
    def held_back(self) -> bool:
        """Whether there is more to send once what is `outgoing` is written: then `send_held_back`."""
        return self.state is ConversationState.WAITING and self._transmitter.held_back

    @property
    def settled(self) -> bool:
        """Whether everything asked is answered, or given up."""
        return self._transmitter.idle and self.state is not ConversationState.ANSWERED

    @property
    def in_flight(self) -> int:
        """Requests that have been sent, and may not have come."""
        return self._transmitter.in_flight

    def may_stream(self, message: int, ahead: int) -> bool:
        """Whether one more streamed request, of so many bytes, may be asked, with at most `ahead` bytes of
        frames behind the one that is answered next."""
        in_session = self.state in (ConversationState.IDLE, ConversationState.WAITING)
        return in_session and self._transmitter.may_stream(message, ahead)

    def best_length(self, most: int) -> int:
        """Bytes of data that a message is best given on this link, `most` at most."""
        return self._transmitter.best_length(most)

    def reset_congestion(self) -> None:
        """A stream of requests begins: the link may have become quicker or slower."""
        self._transmitter.reset_congestion()

    def connected(self, now_ms: int) -> None:
        """Greet the reader over a new connection; requests that are out will be taken up again."""
        self.lost = False
        self.received = False
        self._rest_ms = None
        self._frames = FrameReader(frame.encoded_max(_LARGEST_ANSWER))
        self._transmitter.connected(now_ms)
        self._handshake.begin()
        self._send_handshake(now_ms)

    def disconnected(self) -> None:
        """The stream is dead."""
        self.lost = True

    def ask(self, message: bytes | bytearray, now_ms: int, *, streamed: bool = False) -> None:
        """Send a request; only in session, and one at a time but for streamed ones. The caller overwrites
        `message` if it is secret."""
        allowed = (ConversationState.IDLE, ConversationState.WAITING)
        assert self.state in allowed and (streamed or self.state is ConversationState.IDLE)
        if self._transmitter.idle:
            self._rest_ms = None
        self.state = ConversationState.WAITING
        self._transmitter.ask(message, now_ms, streamed=streamed)

    def send_held_back(self, now_ms: int) -> None:
        """What was `outgoing` is written: make what was held back."""
        if self.held_back:
            self._transmitter.send_next(now_ms)

    def take_answer(self) -> tuple[int, bytes]:
        """Give how many requests the answer is for, and its message; make ready for the next ones."""
        assert self.state is ConversationState.ANSWERED
        count, self._answered = self._answered, 0
        self._go_on()
        return count, self._answer

    def take_forgotten(self) -> bool:
        """Whether the reader came back without the session, told once: what was out then was given up."""
        forgotten, self.forgotten = self.forgotten, False
        return forgotten

    def give_up(self) -> None:
        """Forget what is out, carried out or not; connect again before asking more."""
        self._transmitter.drop()
        self._early = None
        self.lost = True
        self.state = ConversationState.CLOSED

    def outgoing(self) -> bytearray:
        """Give what is to be written now, once; overwrite it afterwards, for it may hold a code."""
        return self._transmitter.outgoing()

    def wait_ms(self, now_ms: int) -> int:
        """Tell how long nothing but incoming bytes matters."""
        if self._rest_ms is not None:
            return max(0, self._rest_ms - now_ms)
        return self._transmitter.left_ms(now_ms)

    def feed(self, data: bytes, now_ms: int) -> None:
        """Take what came in."""
        self._rest_ms = None
        for one in self._frames.feed(data):
            self._take(one, now_ms)
        self._rest_ms = now_ms + self._transmitter.pause_ms if self._frames.begun else None

    def poll(self, now_ms: int) -> None:
        """Send again what has waited too long; give the link up after `TRIES` sendings into silence. A frame
        whose rest does not come is a damaged one."""
        talking = self.state in (ConversationState.OPENING, ConversationState.WAITING) and not self.lost
        if talking and self._rest_ms is not None and now_ms >= self._rest_ms:
            self._rest_ms = None
            self._frames.cut()
            self._take(DAMAGED, now_ms)
        if not talking or self._rest_ms is not None or not self._transmitter.over(now_ms):
            return
        if self._keying and self._handshake.unanswered() is HandshakeStep.REFUSED:
            self.state = ConversationState.CLOSED
        elif not self._keying and self._layer.channel and self._layer.believes():
            self._layer.channel.forget()
            self.connected(now_ms)
        else:
            self._send_again(now_ms)

    def _send_again(self, now_ms: int) -> None:
        if self._transmitter.expired(now_ms):
            self.lost = True
        elif self.state is ConversationState.OPENING:
            self._transmitter.send_handshake(self._handshake.frame_again(), now_ms)
        else:
            self._transmitter.retransmit(now_ms)

    def _take(self, one: Frame, now_ms: int) -> None:
        self.received = self.received or not one.damaged
        if self._layer.is_anyones(one) and not one.damaged:
            self._take_claim(one, now_ms)
            return
        self._transmitter.on_activity(readable=self.received)
        opened = None if one.damaged else self._layer.open(one)
        if one.damaged:
            self._take_damaged(now_ms)
        elif opened is not None:
            self._take_opened(opened, now_ms)

    def _take_claim(self, one: Frame, now_ms: int) -> None:
        """Take what anybody may have sent: it may have something sent again, or be a part of what its tag
        judges once it is whole; it decides nothing."""
        self._transmitter.on_claim()
        if self._keying and one.number:
            if self._handshake.take_claim(one) is HandshakeStep.ONWARD:
                self._send_handshake(now_ms)
        elif self._layer.doubts(one):
            self._fast_retransmit(now_ms)
        elif one.kind == frame.NAK and one.number == 0:
            self._transmitter.received(now_ms)
            self._fast_retransmit(now_ms)
        elif self.state is not ConversationState.OPENING and self._transmitter.awaits_fragment(one):
            self._transmitter.on_activity(readable=True)
            self._take_fragment(one, now_ms)

    def _take_opened(self, opened: Frame, now_ms: int) -> None:
        if opened.kind == frame.NAK and opened.number == 0:
            self._transmitter.received(now_ms)
            self._fast_retransmit(now_ms)
        elif self.state is ConversationState.OPENING:
            self._take_welcome(opened, now_ms)
        elif opened.kind == frame.ACK:
            self._transmitter.acknowledged(opened.number, now_ms)
        elif self._transmitter.awaits_fragment(opened):
            self._take_fragment(opened, now_ms)
        elif opened.kind == frame.NAK and self._refuses_requests(opened):
            self._open_again(now_ms)  # it serves over the protected channel alone, or will tell what it is
        elif opened.kind == frame.ANSWER and not self._transmitter.idle:
            self._take_answer(opened, now_ms)

    def _refuses_requests(self, one: Frame) -> bool:
        """Whether a NAK is of a request, in clear; 0200 is a late reply to a PIECE."""
        late = int.from_bytes(one.payload, "big") == codes.PROTOCOL
        return not self._layer.channel and not late and self._transmitter.is_out(one.number)

    def _take_damaged(self, now_ms: int) -> None:
        """While one request waits it may be its answer."""
        waiting = self.state is ConversationState.WAITING
        if not (waiting and self._transmitter.fetch_damaged(now_ms)):
            self._fast_retransmit(now_ms)

    def _take_welcome(self, one: Frame, now_ms: int) -> None:
        if one.kind == frame.ACK:
            self._transmitter.wait_for_work(now_ms)
            return
        if one.kind == frame.ANSWER and self._layer.channel and self._transmitter.is_out(one.number):
            self._early = one
            return
        step = self._handshake.take(one)
        if step is HandshakeStep.REFUSED:
            self.state = ConversationState.CLOSED
        elif step is HandshakeStep.WELCOMED:
            self._welcomed(now_ms)

    def _welcomed(self, now_ms: int) -> None:
        handshake, welcome = self._handshake, self._handshake.welcome
        self.version, self.largest = welcome.version, welcome.largest
        if handshake.known and not welcome.resumed:
            self.forgotten = True
            handshake.forgotten()
            self._transmitter.drop()
            self.connected(now_ms)  # open it afresh
            return
        if not handshake.known or not self._transmitter.resume(welcome.last):
            self.forgotten = handshake.known
            handshake.opened()
            self._transmitter.begin(welcome.last)
        self.lost = False
        self._go_on()
        early, self._early = self._early, None
        if early is not None and self._transmitter.is_out(early.number):
            self._take_answer(early, now_ms)
        if self.state is not ConversationState.OPENING:
            self._transmitter.welcomed(now_ms)

    def _go_on(self) -> None:
        self.state = ConversationState.IDLE if self._transmitter.idle else ConversationState.WAITING

    def _take_fragment(self, one: Frame, now_ms: int) -> None:
        step = self._transmitter.take_fragment(one, now_ms)
        if step in (FragmentStep.TAKEN, FragmentStep.GONE):
            self._open_again(now_ms)
        elif step is FragmentStep.WHOLE:
            whole = self._transmitter.fetched
            for found in FrameReader(len(whole)).feed(whole):
                self._take(found, now_ms)

    def _take_answer(self, one: Frame, now_ms: int) -> None:
        try:
            answer = codec.decode(one.payload)
        except codec.CodecError:
            self._fast_retransmit(now_ms)
            return
        status = answer.uint("status") if answer.number == messages.FAILURE else codes.OK
        if status == codes.SEQUENCE:
            last, kept = answer.uint("detail"), answer.uint("record")
            if not self._transmitter.out_of_turn(one.number, last, kept, now_ms):
                self._open_again(now_ms)
        elif self._transmitter.is_out(one.number):
            if status == codes.NO_SESSION:
                self._open_again(now_ms)
                return
            self._answered += self._transmitter.answered(one.number, now_ms)
            self._answer = one.payload
            self.lost = False  # what came in before it, damaged, may have used up the last try
            self.state = ConversationState.ANSWERED

    def _open_again(self, now_ms: int) -> None:
        """The reader lost us without the stream telling: its WELCOME says how far it is."""
        self.connected(now_ms)
        self.lost = self._transmitter.overdue(now_ms)

    @property
    def _keying(self) -> bool:
        return self.state is ConversationState.OPENING and self._handshake.keying

    def _fast_retransmit(self, now_ms: int) -> None:
        """Something was damaged on the way: what may be sent again at once is."""
        waiting = self.state is ConversationState.WAITING
        opening = self.state is ConversationState.OPENING
        if self._transmitter.fast_retransmit(now_ms, waiting=waiting, opening=opening) and not self.lost:
            self._send_again(now_ms)
            self._transmitter.fast_retransmitted()

    def _send_handshake(self, now_ms: int) -> None:
        self.state = ConversationState.OPENING
        self._transmitter.send_handshake(self._handshake.frame(), now_ms)
