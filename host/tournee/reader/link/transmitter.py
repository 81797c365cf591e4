"""What goes out, and how long its answer is waited for: requests, whole or in parts, and handshakes.

It alone owns the requests that are out, what is measured of the link, the deadlines and the bytes to be
written; `Conversation` tells it what the reader replied.
"""

from tournee.firmware.sesam import frame
from tournee.reader.link.congestion import Congestion
from tournee.reader.link.fragments import Fragments, FragmentStep
from tournee.reader.link.framing import Frame
from tournee.reader.link.record_layer import RecordLayer
from tournee.reader.link.retransmit_timer import HELLO_WAIT_MS, WORK_WAIT_MS, Deadlines, RetransmitTimers
from tournee.reader.link.send_window import OUT_MAX, PendingRequest, SendWindow, total_length

_TRIES_WHOLE = 5  # times that a request is sent before it is uploaded in parts,
_SHORT = 128  # unless its frame is no longer than this
_DAMAGED = 2  # times that something must come damaged before the answer is fetched in parts


class Transmitter:
    """Makes the bytes to be written and keeps their deadlines, one frame at a time."""

    def __init__(self, layer: RecordLayer) -> None:
        self._layer = layer
        self._window = SendWindow()
        self._fragments = Fragments()
        self._congestion = Congestion()
        self._timers = RetransmitTimers()
        self._deadlines = Deadlines()
        self._out = bytearray()
        self._burst = 0  # bytes of the parts that were sent last
        self._damaged = 0  # times that something came damaged while one request was in flight

    @property
    def idle(self) -> bool:
        """Whether no request is out."""
        return not self._window

    @property
    def in_flight(self) -> int:
        """Requests that have been sent, and may not have come."""
        return len(self._window.in_flight)

    @property
    def full(self) -> bool:
        """Whether what is `outgoing` is to be written before more is made."""
        return bool(self._out)

    @property
    def held_back(self) -> bool:
        """Whether there is more to send; nothing goes beside parts."""
        return not self._fragments and self._due is not None

    @property
    def pause_ms(self) -> int:
        """How long the link may pause within a frame."""
        return self._timers.pause_ms

    def may_stream(self, message: int, ahead: int) -> bool:
        """Whether a streamed request of so many bytes may be asked as well, with at most `ahead` bytes of
        frames behind the oldest."""
        window = self._window
        if not window:
            return True
        behind = window.length_behind + frame.encoded_max(message)
        room = behind <= ahead and len(window) < OUT_MAX
        return room and self._congestion.allows(window.length_not_kept)

    def best_length(self, most: int) -> int:
        """Bytes of data that a message is best given on this link, `most` at most."""
        return self._congestion.best_length(most)

    def reset_congestion(self) -> None:
        """The link may have become quicker or slower."""
        self._congestion.reset()

    def connected(self, now_ms: int) -> None:
        """There is another connection; what is out will be taken up again."""
        self._deadlines.reset()
        if self.idle:
            self._deadlines.begin(now_ms)
        self._fragments.reset()
        self._congestion.reset()

    def ask(self, message: bytes | bytearray, now_ms: int, *, streamed: bool) -> None:
        """Take one more request, and send it if it is its turn."""
        if self.idle:
            self._deadlines.begin(now_ms)
        self._window.add(message, streamed=streamed)
        self.send_next(now_ms)

    def drop(self) -> None:
        """Give up what is out."""
        self._fragments.stop()
        self._window.drop()
        self._wipe()

    def begin(self, last: int) -> None:
        """A new session, whose requests are numbered from `last` on."""
        self.drop()
        self._window.begin(last)

    def resume(self, last: int) -> bool:
        """The session goes on: `last` is the last that the reader took. False when it is none of ours."""
        return self._window.resume(last)

    def outgoing(self) -> bytearray:
        """Give what is to be written now, once."""
        out, self._out = self._out, bytearray()
        return out

    def left_ms(self, now_ms: int) -> int:
        """How long nothing but incoming bytes matters."""
        return self._deadlines.left_ms(now_ms)

    def over(self, now_ms: int) -> bool:
        """Whether the wait is over: it is `expired`, or something is to be sent again."""
        return self._deadlines.over(now_ms)

    def expired(self, now_ms: int) -> bool:
        """Whether the link has been silent too often, or too long."""
        return self._deadlines.expired(now_ms)

    def overdue(self, now_ms: int) -> bool:
        """Whether all the time that a request has is over."""
        return self._deadlines.overdue(now_ms)

    def on_activity(self, *, readable: bool) -> None:
        """Something came; `readable`: so has something that could be read, over this connection."""
        self._timers.on_activity()
        if readable:
            self._deadlines.on_activity()

    def on_claim(self) -> None:
        """Something came that anybody may have sent: the link is there, and that is all it tells."""
        self._deadlines.on_activity()

    def send_handshake(self, made: bytearray, now_ms: int) -> None:
        """Send this, and nothing else."""
        self._wipe()
        self._out += made
        self._deadlines.sent(now_ms)
        self._deadlines.until(now_ms + HELLO_WAIT_MS)

    def wait_for_work(self, now_ms: int) -> None:
        """The reader is still busy with what was asked before."""
        self._deadlines.until(now_ms + WORK_WAIT_MS)

    def welcomed(self, now_ms: int) -> None:
        """The handshake is over: send what is out."""
        self._deadlines.received()
        self.send_next(now_ms)

    def send_next(self, now_ms: int) -> None:
        """Send the next request that is due, and wait for what is in flight.

        One at a time: a slow link takes its time, in which the reader may tell what has been lost.
        """
        if self._fragments.may_upload and self._window.too_long_for_link(_TRIES_WHOLE, _SHORT):
            self._upload(now_ms)
            return
        request = self._due
        if request is not None and not self.full:
            made = self._frame(request, self._bytes_in_flight, now_ms)
            self._window.mark_sent(request)
            if request is self._window.awaited:
                self._deadlines.sent(now_ms)
            self._out += made
        self._await_reply(now_ms)

    def retransmit(self, now_ms: int) -> None:
        """No answer came in time: send the request awaited again, alone; or what is missing of it, or of its
        answer."""
        self._timers.missed(self._window.awaited)
        self._resend(now_ms)

    def received(self, now_ms: int) -> None:
        """A reply came that answers nothing."""
        in_flight = self._window.in_flight
        if in_flight:
            self._timers.received(in_flight[0], now_ms - self._deadlines.sent_ms, self._bytes_in_flight)

    def is_out(self, number: int) -> bool:
        """Whether the request of this number is out."""
        return self._window.find(number) is not None

    def acknowledged(self, number: int, now_ms: int) -> None:
        """The reader works on this request, if it is out."""
        request = self._window.find(number)
        if request is not None:
            self._timers.answered(request, now_ms)
            request.acknowledged(now_ms)
            self._deadlines.received()
            self._await_reply(now_ms)

    def answered(self, number: int, now_ms: int) -> int:
        """The answer of this request has come, which is out; return how many requests it answers for."""
        request = self._window.find(number)
        assert request is not None
        if not request.kept:
            self._timers.answered(request, now_ms)
            self._congestion.answered(request, now_ms)
        count = self._window.settle(request)
        self._fragments.stop()
        self._damaged = 0
        self._deadlines.begin(now_ms)
        self.send_next(now_ms)
        return count

    def out_of_turn(self, number: int, last: int, kept: int, now_ms: int) -> bool:
        """The reader has refused `number` for its turn, as `SendWindow.out_of_turn` says; False when this
        cannot be about our session."""
        lost = self._window.out_of_turn(number, last, kept)
        if lost is None:
            return False
        if not self._window.probing:
            if lost:
                self._congestion.lost()
            self.send_next(now_ms)
        return True

    def awaits_fragment(self, one: Frame) -> bool:
        """Whether this frame is a reply to a part."""
        return self._fragments.awaits(one)

    def take_fragment(self, one: Frame, now_ms: int) -> FragmentStep:
        """Take a reply to a part. What then is left to the caller: WHOLE, the answer is `fetched`; TAKEN or
        GONE, only WELCOME tells how far the reader is."""
        step = self._fragments.take(one)
        self.received(now_ms)
        if step is FragmentStep.TAKEN and self._window.find(one.number) is self._window.newest:
            self._fragments.fetch(one.number)
            step = FragmentStep.ONWARD
        if step is FragmentStep.WAIT:
            self._await_reply(now_ms)
        elif step is FragmentStep.ONWARD:
            self._send_missing(now_ms)
        return step

    @property
    def fetched(self) -> bytes:
        """The frame of the answer that was fetched."""
        return self._fragments.frame

    def fetch_damaged(self, now_ms: int) -> bool:
        """Something came damaged while requests are waited for: the answer to one that is alone is fetched in
        parts once that happens again. Whether that was done."""
        alone = self.in_flight == 1 and not self._fragments
        self._damaged += alone
        if not alone or self._damaged < _DAMAGED:
            return False
        self._damaged = 0
        awaited = self._window.awaited
        self._fragments.fetch(awaited.number)
        awaited.acknowledged(None)
        self._resend(now_ms)
        return True

    def fast_retransmit(self, now_ms: int, *, waiting: bool, opening: bool) -> bool:
        """Something was damaged on the way, while requests are waited for, or a session is being opened.

        What is in flight alone is to be sent again at once, but only once in a wait, or in the time that an
        answer usually takes: then the wait is over now, and True is returned. Where more is in flight, what
        comes behind will tell, and is awaited no longer than that.
        """
        in_flight = self._window.in_flight if waiting else []
        usual = self._timers.usual_ms(in_flight, self._bytes_in_flight) if in_flight else HELLO_WAIT_MS
        if self._fragments:
            self._deadlines.no_longer_than(now_ms + usual)
        elif len(in_flight) > 1:
            if self._window.mark_lost():
                self._congestion.lost()
                self.send_next(now_ms)
            else:
                self._deadlines.no_longer_than(now_ms + usual)
        elif in_flight or opening:
            return self._deadlines.cut_short(now_ms, usual)
        return False

    def fast_retransmitted(self) -> None:
        """What was in flight alone was sent again at once."""
        self._deadlines.fast_retransmit()

    @property
    def _due(self) -> PendingRequest | None:
        """The request to be sent next, if the link bears it."""
        return self._window.due(self._congestion.allows(self._bytes_in_flight))

    @property
    def _bytes_in_flight(self) -> int:
        return self._burst if self._fragments else total_length(self._window.in_flight)

    def _resend(self, now_ms: int) -> None:
        self._congestion.lost()
        self._send_missing(now_ms)

    def _send_missing(self, now_ms: int) -> None:
        """Send the next parts; where nothing passes in parts, the request awaited, alone."""
        self._wipe()
        parts = self._fragments.frames()
        if parts:
            self._send_parts(parts, now_ms)
        else:
            self._window.go_back()
            self.send_next(now_ms)

    def _upload(self, now_ms: int) -> None:
        """Send the request awaited in parts, and nothing beside it."""
        self._window.go_back()
        request = self._window.awaited
        made = self._frame(request, 0, now_ms)
        self._window.mark_sent(request)
        self._send_parts(self._fragments.upload(request.number, made), now_ms)

    def _frame(self, request: PendingRequest, in_flight: int, now_ms: int) -> bytearray:
        """Make a request's frame, to be sent where so many bytes are in flight."""
        made = self._layer.protect(frame.REQUEST, request.number, request.message)
        self._congestion.sent(len(made))
        request.sent(now_ms, len(made), in_flight + len(made))
        return made

    def _send_parts(self, parts: bytearray, now_ms: int) -> None:
        self._out += parts
        self._burst = len(parts)
        self._deadlines.sent(now_ms)
        self._await_reply(now_ms)

    def _await_reply(self, now_ms: int) -> None:
        """Wait for the next reply to what is in flight, if anything is."""
        in_flight = self._window.in_flight
        if in_flight:
            self._deadlines.until(now_ms + self._timers.wait_ms(in_flight, self._bytes_in_flight))

    def _wipe(self) -> None:
        self._out[:] = bytes(len(self._out))
        self._out.clear()
