"""The host's end of the link, without I/O: one request at a time until its answer is there.

Stop and wait, as `firmware/PROTOCOL.md` has it: time-outs, retransmission, NAK, the reader's ACK every
second while a card works, HELLO again after a reconnection. Bytes go in by `feed`, time by `poll`, bytes
come out of `outgoing`.
"""

from enum import Enum, auto

from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.framing import Frame, FrameReader, seal
from tournee.reader.pace import Pace
from tournee.reader.protection import Protection, ProtectionError

TRIES = 6  # sendings of one frame before the link counts as lost
GREET_WAIT_MS = 1_000  # for a WELCOME
ACK_WAIT_MS = 1_000  # at most for an ACK or ANSWER, and
BYTE_WAIT_MS = 2  # as much again for each byte of the request (9600 baud carries one a millisecond)
WORK_WAIT_MS = 3_500  # at most between two ACKs of a request that is being worked on
WORK_MAX_MS = 180_000  # for one request in all

_LARGEST_ANSWER = 4_096
_DOUBTS = 3
_NUMBERS = 255  # requests are numbered 1 to 255, then from 1 again


class State(Enum):
    """Where a conversation stands."""

    CLOSED = auto()  # no stream, or the stream is dead
    PROTECTING = auto()  # PROTECT sent
    PROVING = auto()  # PROVE sent
    GREETING = auto()  # HELLO sent
    IDLE = auto()  # in session, nothing asked
    WAITING = auto()  # a request is out
    ANSWERED = auto()  # its answer is in `answer`


_TALKING = (State.PROTECTING, State.PROVING, State.GREETING, State.WAITING)


class Conversation:
    """One session with one reader, over as many connections as it takes.

    `lost` tells that the stream is dead or silent: connect again, then call `connected`. `forgotten` tells
    that the reader does not know the session any more (it was switched off, or another host opened one):
    the request that was under way is given up, and the next one starts afresh. With `protection`, a
    handshake comes before the greeting, and nothing but it goes in clear.
    """

    def __init__(self, name: bytes, protection: Protection | None = None) -> None:
        self._name = name
        self._protection = protection
        self._shaking = bytearray()  # the handshake's message that is out
        self._doubts = 0  # times in a row that the reader said it cannot open what we send
        self._known = False  # the reader has opened the session
        self._reader = FrameReader(frame.encoded_max(_LARGEST_ANSWER))
        self.state = State.CLOSED
        self.lost = False
        self.forgotten = False
        self.refusal = codes.OK  # why the reader would not open a session
        self.largest = 0  # bytes of the largest message that the reader takes
        self.answer = b""
        self._out = bytearray()
        self._request = bytearray()  # to send again; wiped after its answer
        self._greeting = 0  # number of the last HELLO
        self._number = 0  # number of the last request made, 0 before the first
        self._before = 0  # and of the one before it
        self._tries = 0
        self._hurried = False  # this wait was cut short once already
        self._due_ms = 0
        self._end_ms = 0
        self._pace = Pace()  # of the link: from a request to its ACK
        self._works: dict[bytes, Pace] = {}  # from an ACK to what follows it, for each kind of request
        self._since_ms = 0  # the frame that is out was sent, or its ACK came
        self._length = 0  # bytes of the frame that is out; 0 once something answered it
        self.heard = False  # something readable came over this connection

    @property
    def worn(self) -> bool:
        """Whether the channel's keys have served as often as they may: greet again before asking more."""
        return self._protection is not None and not self._protection.established

    def connected(self, now_ms: int) -> None:
        """Greet the reader over a new connection; a request that is out will be taken up again."""
        self.lost = False
        self.heard = False
        self.refusal = codes.OK
        self._greet()
        if not self._request:
            self._end_ms = now_ms + WORK_MAX_MS
        self._reader = FrameReader(frame.encoded_max(_LARGEST_ANSWER))
        self._send(now_ms)

    def ask(self, message: bytes | bytearray, now_ms: int) -> None:
        """Send a request; only in session, one at a time. The caller overwrites `message` if it is secret."""
        assert self.state is State.IDLE
        self._before = self._number
        self._number = self._number % _NUMBERS + 1
        self._request = bytearray(message)
        self._end_ms = now_ms + WORK_MAX_MS
        self._wait_for_answer(now_ms)

    def take_answer(self) -> bytes:
        """Give the answer's message and make ready for the next request."""
        assert self.state is State.ANSWERED
        self.state = State.IDLE
        return self.answer

    def give_up(self) -> None:
        """Forget the request that is out, carried out or not; connect again before asking more."""
        self._drop_request()
        self.lost = True
        self.state = State.CLOSED

    def outgoing(self) -> bytearray:
        """Give what is to be written now, once; overwrite it afterwards, for it may hold a code."""
        out, self._out = self._out, bytearray()
        return out

    def wait_ms(self, now_ms: int) -> int:
        """Tell how long nothing but incoming bytes matters."""
        return max(0, self._due_ms - now_ms)

    def feed(self, data: bytes, now_ms: int) -> None:
        """Take what came in."""
        for one in self._reader.feed(data):
            self._take(one, now_ms)

    def poll(self, now_ms: int) -> None:
        """Send again what has waited too long; give the link up after `TRIES` sendings."""
        if self.state not in _TALKING or self.lost or now_ms < self._due_ms:
            return
        if self._tries >= TRIES or now_ms >= self._end_ms:
            self.lost = True
        else:
            if self.state is State.WAITING:
                (self._pace if self._length else self._work).missed()
            self._send(now_ms)

    def _take(self, one: Frame, now_ms: int) -> None:
        self.heard = self.heard or not one.damaged
        self._pace.stirred()
        if self._protection is not None and not one.damaged:
            opened = self._admit(one, now_ms)
            if opened is None:
                return
            one = opened
        if one.damaged or (one.kind == frame.NAK and one.number == 0):
            self._hurry(now_ms)
        elif self.state is State.GREETING and one.kind == frame.ACK:
            self._works_on(now_ms)  # still busy with what was asked before
        elif self.state is State.GREETING and one.number == self._greeting:
            if one.kind == frame.WELCOME:
                self._welcomed(one.payload, now_ms)
            elif one.kind == frame.NAK:
                self.refusal = int.from_bytes(one.payload, "big")
                self.state = State.CLOSED
        elif self.state is State.WAITING and one.number == self._number:
            self._measure(now_ms)
            if one.kind == frame.ACK:
                self._works_on(now_ms)
            elif one.kind == frame.ANSWER:
                self._answered(one.payload, now_ms)

    def _greet(self) -> None:
        """Begin with the handshake where one is due, else with HELLO."""
        protection = self._protection
        self.state = State.GREETING
        if protection is not None and not protection.established:
            self.state = State.PROTECTING
            self._shaking = protection.protect(self._name)
        self._greeting = self._greeting % _NUMBERS + 1
        self._tries = 0

    def _admit(self, one: Frame, now_ms: int) -> Frame | None:
        """Open a record; in clear, take nothing but what belongs to a handshake."""
        assert self._protection is not None
        if one.kind == frame.PROTECTED:
            opened = self._protection.open(one.payload)
            if opened is not None:
                self._doubts = 0
            return opened
        if one.kind == frame.NAK:
            status = int.from_bytes(one.payload, "big")
            shaking = self.state in (State.PROTECTING, State.PROVING) and one.number == self._greeting
            if status in (codes.RECORD_REFUSED, codes.UNPROTECTED) or (shaking and status == codes.PROOF):
                self._doubt(now_ms)
                return None
            if shaking:
                self.refusal = status
                self.state = State.CLOSED
            return one if one.number == 0 else None
        if one.kind == frame.WELCOME and one.number == self._greeting:
            self._shake_hands(one.payload, now_ms)
        return None

    def _doubt(self, now_ms: int) -> None:
        """The reader says in clear that it cannot open what we send: it has lost the keys, or a stranger says
        so. Believe it the third time in a row."""
        assert self._protection is not None
        self._doubts += 1
        if self._doubts < _DOUBTS and self.state is State.PROVING:
            self.connected(now_ms)  # somebody else began a handshake after ours
        elif self._doubts < _DOUBTS:
            self._hurry(now_ms)
        elif self.state in (State.PROTECTING, State.PROVING):
            self.refusal = codes.PROOF
            self.state = State.CLOSED
        else:
            self._doubts = 0
            self._protection.forget()
            self.connected(now_ms)

    def _shake_hands(self, payload: bytes, now_ms: int) -> None:
        """Take the reader's part of the handshake."""
        assert self._protection is not None
        try:
            answer = codec.decode(payload)
            if self.state is State.PROTECTING and answer.number == messages.PROTECT + messages.ANSWER:
                self._shaking = self._protection.prove(answer)
                self.state = State.PROVING
            elif self.state is State.PROVING and answer.number == messages.PROVE + messages.ANSWER:
                self._protection.establish()
                self.state = State.GREETING
            else:
                return
        except codec.CodecError:
            return
        except ProtectionError as error:
            self.refusal = error.status
            self.state = State.CLOSED
            return
        self._greeting = self._greeting % _NUMBERS + 1
        self._tries = 0
        self._send(now_ms)

    @property
    def _work(self) -> Pace:
        """How long the request that is out is worked on; its kind stands in its first bytes."""
        return self._works.setdefault(bytes(self._request[1:4]), Pace())

    def _measure(self, now_ms: int) -> None:
        """Something answers the request that is out: what it took counts, if it was sent once."""
        if self._tries == 1:
            if self._length:
                self._pace.answered(now_ms - self._since_ms, self._length)
            else:
                self._work.answered(now_ms - self._since_ms)
        self._length = 0
        self._since_ms = now_ms

    def _works_on(self, now_ms: int) -> None:
        self._tries = 1
        self._hurried = False
        self._due_ms = now_ms + self._work.wait_ms(WORK_WAIT_MS)

    def _welcomed(self, payload: bytes, now_ms: int) -> None:
        try:
            welcome = codec.decode(payload)
        except codec.CodecError:
            return
        if welcome.number != messages.WELCOME:
            return
        self.largest = welcome.uint("largest_message")
        if self._known and not welcome.uint("resumed"):
            self.forgotten = True
            self._known = False
            self._drop_request()
            self.connected(now_ms)  # open it anew
            return
        last = welcome.uint("last_number")
        pending = bool(self._request)
        if not self._known or not (last == self._number or (pending and last == self._before)):
            self.forgotten = self._known
            self._known = True
            self._number = last
            self._drop_request()
        self.lost = False
        self.state = State.IDLE
        if self._request:
            self._wait_for_answer(now_ms)

    def _answered(self, payload: bytes, now_ms: int) -> None:
        try:
            answer = codec.decode(payload)
        except codec.CodecError:
            self._hurry(now_ms)
            return
        if answer.number == messages.FAILURE and answer.uint("status") in (codes.NO_SESSION, codes.SEQUENCE):
            self.connected(now_ms)  # the reader lost us without the stream telling: its WELCOME says how far
            self.lost = now_ms >= self._end_ms
            return
        self.answer = payload
        self.lost = False  # what came in before it, damaged, may have used up the last try
        self._drop_request()
        self.state = State.ANSWERED

    def _drop_request(self) -> None:
        for held in (self._request, self._out):
            held[:] = bytes(len(held))
            held.clear()

    def _wait_for_answer(self, now_ms: int) -> None:
        self.state = State.WAITING
        self._tries = 0
        self._send(now_ms)

    def _hurry(self, now_ms: int) -> None:
        """Something was damaged on the way: send again at once, but only once in a wait."""
        if not self._hurried and self.state in _TALKING:
            self._hurried = True
            self._due_ms = now_ms
            self.poll(now_ms)
            self._hurried = True  # of the wait that has just begun

    def _send(self, now_ms: int) -> None:
        self._tries += 1
        self._hurried = False
        self._out[:] = bytes(len(self._out))
        self._out.clear()
        if self.state in (State.PROTECTING, State.PROVING):
            self._out += seal(frame.HELLO, self._greeting, self._shaking)
            self._due_ms = now_ms + GREET_WAIT_MS
        elif self.state is State.GREETING:
            resume = int(self._known)
            hello = codec.encode(
                messages.HELLO, {"session": self._name, "version": messages.VERSION, "resume": resume}
            )
            self._out += self._frame(frame.HELLO, self._greeting, hello)
            self._due_ms = now_ms + GREET_WAIT_MS
        else:
            self._out += self._frame(frame.REQUEST, self._number, self._request)
            self._length = len(self._out)
            self._since_ms = now_ms
            self._due_ms = now_ms + self._pace.wait_ms(
                ACK_WAIT_MS + BYTE_WAIT_MS * self._length, self._length
            )

    def _frame(self, kind: int, number: int, payload: bytes | bytearray) -> bytearray:
        """Make a frame, inside a record where the channel is protected."""
        if self._protection is None:
            return seal(kind, number, payload)
        return seal(frame.PROTECTED, 0, self._protection.seal(kind, number, payload))
