"""The host's end of the link, without I/O: requests under way until their answers are there.

As `firmware/PROTOCOL.md` has it: time-outs, repetition, NAK, the reader's ACK every second while a card
works, HELLO again after a reconnection. Bytes go in by `feed`, time by `poll`, bytes come out of `outgoing`.
"""

from enum import Enum, auto

from tournee.firmware.sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.fragments import Outcome
from tournee.reader.link.framing import DAMAGED, Frame, FrameReader
from tournee.reader.link.handshake import Greeting, Step
from tournee.reader.link.record_layer import Envelope
from tournee.reader.link.retransmit_timer import GREET_WAIT_MS, WORK_WAIT_MS
from tournee.reader.link.secure_channel import Protection
from tournee.reader.link.sending import Sending

_LARGEST_ANSWER = 4_096
_SPOILT = 2  # times that something must come damaged before the answer is fetched in parts


class State(Enum):
    """Where a conversation stands."""

    CLOSED = auto()  # no stream, or the stream is dead
    GREETING = auto()  # a handshake's message or HELLO is out
    IDLE = auto()  # in session, nothing asked
    WAITING = auto()  # requests are out
    ANSWERED = auto()  # the answer to some of them is in `answer`


class Conversation:
    """One session with one reader, over as many connections as it takes.

    `lost` tells that the stream is dead or silent: connect again, then call `connected`. `forgotten` tells
    that the reader does not know the session any more (it was switched off, or another host opened one):
    the requests that were under way are given up, and the next one starts afresh. With `protection`, a
    handshake comes before the greeting, and nothing but it goes in clear.
    """

    def __init__(self, name: bytes, protection: Protection | None = None) -> None:
        self._envelope = Envelope(protection)
        self._greeting = Greeting(name, self._envelope)
        self._reader = FrameReader(frame.encoded_max(_LARGEST_ANSWER))
        self._sending = Sending(self._envelope)
        self.flight = self._sending.flight
        self.flow = self._sending.flow
        self._parts = self._sending.parts
        self._waits = self._sending.waits
        self._wait = self._sending.wait
        self.state = State.CLOSED
        self.lost = False
        self.heard = False  # something readable came over this connection
        self.forgotten = False
        self.largest = 0  # bytes of the largest message that the reader takes
        self.answer = b""
        self._answered = 0  # requests that `answer` answers for
        self._unread = 0  # times that something came damaged while one request was out

    @property
    def refusal(self) -> int:
        """Why the reader would not open a session."""
        return self._greeting.refusal

    @property
    def worn(self) -> bool:
        """Whether the channel's keys have served as often as they may: greet again before asking more."""
        return self._envelope.worn

    @property
    def open(self) -> bool:
        """Whether one more streamed request may be asked."""
        return self.state is State.IDLE or self.state is State.WAITING

    @property
    def full(self) -> bool:
        """Whether what is `outgoing` is to be written before more is asked."""
        return self._sending.full

    @property
    def held_back(self) -> bool:
        """Whether there is more to send once what is `outgoing` is written: then `go_on`."""
        return self.state is State.WAITING and self._sending.held_back

    @property
    def settled(self) -> bool:
        """Whether everything asked is answered, or given up."""
        return not self.flight and self.state is not State.ANSWERED

    def connected(self, now_ms: int) -> None:
        """Greet the reader over a new connection; requests that are out will be taken up again."""
        self.lost = False
        self.heard = False
        self._wait.anew()
        if not self.flight:
            self._wait.begin(now_ms)
        self._reader = FrameReader(frame.encoded_max(_LARGEST_ANSWER))
        self._parts.anew()
        self.flow.anew()
        self._greeting.begin()
        self._greet(now_ms)

    def ask(self, message: bytes | bytearray, now_ms: int, *, streamed: bool = False) -> None:
        """Send a request; only in session, and one at a time but for streamed ones. The caller overwrites
        `message` if it is secret."""
        assert self.open and (streamed or self.state is State.IDLE)
        if not self.flight:
            self._wait.begin(now_ms)
        self.flight.add(message, streamed=streamed)
        self.state = State.WAITING
        self._sending.launch(now_ms)

    def go_on(self, now_ms: int) -> None:
        """What was `outgoing` is written: make what was held back."""
        if self.held_back:
            self._sending.launch(now_ms)

    def take_answer(self) -> tuple[int, bytes]:
        """Give the answer's message and how many requests it answers for; make ready for the next ones."""
        assert self.state is State.ANSWERED
        count, self._answered = self._answered, 0
        self.state = State.WAITING if self.flight else State.IDLE
        return count, self.answer

    def give_up(self) -> None:
        """Forget what is out, carried out or not; connect again before asking more."""
        self._sending.drop()
        self.lost = True
        self.state = State.CLOSED

    def outgoing(self) -> bytearray:
        """Give what is to be written now, once; overwrite it afterwards, for it may hold a code."""
        return self._sending.outgoing()

    def wait_ms(self, now_ms: int) -> int:
        """Tell how long nothing but incoming bytes matters."""
        return self._wait.left_ms(now_ms)

    def feed(self, data: bytes, now_ms: int) -> None:
        """Take what came in."""
        self._wait.rest_until(None)
        for one in self._reader.feed(data):
            self._take(one, now_ms)
        self._wait.rest_until(now_ms + self._waits.pause_ms if self._reader.begun else None)

    def poll(self, now_ms: int) -> None:
        """Send again what has waited too long; give the link up after `TRIES` sendings into silence. A frame
        whose rest does not come is a damaged one."""
        talking = self.state in (State.GREETING, State.WAITING) and not self.lost
        if talking and self._wait.rest_over(now_ms):
            self._reader.cut()
            self._take(DAMAGED, now_ms)
        if not talking or not self._wait.over(now_ms):
            return
        if self._wait.in_vain(now_ms):
            self.lost = True
            return
        if self.state is State.GREETING:
            self._greet(now_ms)
        else:
            self._waits.missed(self.flight.awaited)
            self._sending.again(now_ms)

    def _take(self, one: Frame, now_ms: int) -> None:
        self._waits.stirred()
        self.heard = self.heard or not one.damaged
        if self.heard:
            self._wait.stirred()
        if one.damaged:
            self._take_damaged(now_ms)
            return
        if self._envelope.doubts(one, shaking=self._shaking and one.number == self._greeting.number):
            self._doubt(now_ms)
            return
        opened = self._envelope.open(one)
        if opened is None:
            return
        if opened.kind == frame.NAK and opened.number == 0:
            self._sending.heard(now_ms)
            self._hurry(now_ms)
        elif self.state is State.GREETING:
            self._take_welcome(opened, now_ms)
        elif opened.kind == frame.ACK:
            self._take_ack(opened.number, now_ms)
        elif self._parts.awaits(opened):
            self._take_part(opened, now_ms)
        elif opened.kind == frame.NAK and self._refuses_requests(opened):
            self._greet_again(now_ms)  # it serves over the protected channel alone, or will tell what it is
        elif opened.kind == frame.ANSWER and self.flight:
            self._take_answer(opened, now_ms)

    def _refuses_requests(self, one: Frame) -> bool:
        """Whether a NAK is of a request, in clear; 0200 is a late word on a PIECE."""
        late = int.from_bytes(one.payload, "big") == codes.PROTOCOL
        return not self._envelope.protection and not late and self.flight.find(one.number) is not None

    def _take_damaged(self, now_ms: int) -> None:
        """While one request waits it may be its answer, which is fetched in parts once that happens again."""
        lone = self.state is State.WAITING and len(self.flight.under_way) == 1 and not self._parts
        self._unread += lone
        if lone and self._unread >= _SPOILT:
            self._unread = 0
            self._parts.fetch(self.flight.awaited.number)
            self.flight.awaited.acked_ms = None
            self._sending.again(now_ms)
        else:
            self._hurry(now_ms)

    def _take_welcome(self, one: Frame, now_ms: int) -> None:
        if one.kind == frame.ACK:  # still busy with what was asked before
            self._wait.until(now_ms + WORK_WAIT_MS)
            return
        step = self._greeting.take(one)
        if step is Step.ONWARD:
            self._greet(now_ms)
        elif step is Step.REFUSED:
            self.state = State.CLOSED
        elif step is Step.WELCOMED:
            self._welcomed(now_ms)

    def _welcomed(self, now_ms: int) -> None:
        greeting, welcome = self._greeting, self._greeting.welcome
        self.largest = welcome.largest
        if greeting.known and not welcome.resumed:
            self.forgotten = True
            greeting.known = False
            self._sending.drop()
            self.connected(now_ms)  # open it anew
            return
        if not greeting.known or not self.flight.joined(welcome.last):
            self.forgotten = greeting.known
            greeting.known = True
            self._sending.drop()
            self.flight.begin(welcome.last)
        self.lost = False
        self._wait.answered()
        self.state = State.WAITING if self.flight else State.IDLE
        self._sending.launch(now_ms)

    def _take_ack(self, number: int, now_ms: int) -> None:
        request = self.flight.find(number)
        if request is not None:
            self._waits.answered(request, now_ms)
            request.acked_ms = now_ms
            self._wait.answered()
            self._sending.await_word(now_ms)

    def _take_part(self, one: Frame, now_ms: int) -> None:
        outcome = self._parts.take(one)
        self._sending.heard(now_ms)
        if outcome is Outcome.WAIT:
            self._sending.await_word(now_ms)
        elif outcome is Outcome.ONWARD:
            self._sending.go_on(now_ms)
        elif outcome is Outcome.TAKEN and self.flight.find(one.number) is self.flight.newest:
            self._parts.fetch(one.number)
            self._sending.go_on(now_ms)
        elif outcome in (Outcome.TAKEN, Outcome.GONE):
            self._greet_again(now_ms)  # its WELCOME says how far the reader is
        else:
            for found in FrameReader(len(self._parts.frame)).feed(self._parts.frame):
                self._take(found, now_ms)

    def _take_answer(self, one: Frame, now_ms: int) -> None:
        try:
            answer = codec.decode(one.payload)
        except codec.CodecError:
            self._hurry(now_ms)
            return
        status = answer.uint("status") if answer.number == messages.FAILURE else codes.OK
        request = self.flight.find(one.number)
        if status == codes.SEQUENCE:
            lost = self.flight.out_of_turn(one.number, answer.uint("detail"), answer.uint("record"))
            if lost is None:
                self._greet_again(now_ms)
            elif not self.flight.alone:
                if lost:
                    self.flow.lost()
                self._sending.launch(now_ms)
        elif request is not None and status == codes.NO_SESSION:
            self._greet_again(now_ms)
        elif request is not None:
            if not request.kept:
                self._waits.answered(request, now_ms)
                self.flow.answered(request, now_ms)
            self._answered += self.flight.settle(request)
            self._parts.stop()
            self._unread = 0
            self.answer = one.payload
            self.lost = False  # what came in before it, damaged, may have used up the last try
            self._wait.begin(now_ms)
            self.state = State.ANSWERED
            self._sending.launch(now_ms)

    def _greet_again(self, now_ms: int) -> None:
        """The reader lost us without the stream telling: its WELCOME says how far it is."""
        self.connected(now_ms)
        self.lost = self._wait.too_long(now_ms)

    def _doubt(self, now_ms: int) -> None:
        """The reader says in clear that it cannot open what we send: it has lost the keys, or a stranger says
        so."""
        assert self._envelope.protection is not None
        if not self._envelope.believes():
            if self._shaking and self._greeting.proving:
                self.connected(now_ms)  # somebody else began a handshake after ours
            else:
                self._hurry(now_ms)
        elif self._shaking:
            self._greeting.refusal = codes.PROOF
            self.state = State.CLOSED
        else:
            self._envelope.protection.forget()
            self.connected(now_ms)

    @property
    def _shaking(self) -> bool:
        return self.state is State.GREETING and self._greeting.shaking

    def _hurry(self, now_ms: int) -> None:
        """Something was damaged on the way: what is out alone is sent again at once, but only once in a wait,
        or in the time that an answer usually takes; where more is out, what comes behind will tell, and is
        awaited no longer than that."""
        under_way = self.flight.under_way if self.state is State.WAITING else []
        usual = self._sending.usual_ms if under_way else GREET_WAIT_MS
        if self._parts:
            self._wait.no_longer_than(now_ms + usual)
        elif len(under_way) > 1:
            if self.flight.spoil():
                self.flow.lost()
                self._sending.launch(now_ms)
            else:
                self._wait.no_longer_than(now_ms + usual)
        elif (under_way or self.state is State.GREETING) and self._wait.hurry(now_ms, usual):
            self.poll(now_ms)
            self._wait.hurried()

    def _greet(self, now_ms: int) -> None:
        self.state = State.GREETING
        self._sending.greet(self._greeting.frame(), now_ms)
