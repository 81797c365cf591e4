"""What goes out, and how long its answer is waited for: requests, whole or in parts, and greetings."""

from tournee.firmware.sesam import frame
from tournee.reader.link.congestion import Flow
from tournee.reader.link.deadlines import Wait
from tournee.reader.link.fragments import Parts
from tournee.reader.link.record_layer import Envelope
from tournee.reader.link.retransmit_timer import GREET_WAIT_MS, Waits
from tournee.reader.link.send_window import Flight, Request, burden_of

_IN_VAIN = 5  # times that a request is sent before it is handed over in parts,
_SHORT = 128  # unless its frame is no longer than this


class Sending:
    """The bytes to be written in `out`, made of what `flight` and `parts` have to send."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self.flight = Flight()  # the requests that are out
        self.parts = Parts()  # an answer or a request that passes part by part
        self.flow = Flow()
        self.waits = Waits()
        self.wait = Wait()
        self.out = bytearray()
        self._volley = 0  # bytes of the parts that were sent last

    @property
    def full(self) -> bool:
        """Whether `out` is to be written before more is made."""
        return bool(self.out)

    def outgoing(self) -> bytearray:
        """Give what is to be written now, once."""
        out, self.out = self.out, bytearray()
        return out

    def launch(self, now_ms: int) -> None:
        """Send the next that the flight has to send, and wait for what is under way.

        One at a time: a slow link takes its time, in which the reader may tell what has been lost.
        """
        if self.parts.may_hand and self.flight.in_vain(_IN_VAIN, _SHORT):
            self._hand_over(now_ms)
            return
        request = self._due
        if request is not None and not self.full:
            made = self._frame(request, self._burden, now_ms)
            self.flight.leaves(request)
            if request is self.flight.awaited:
                self.wait.sent(now_ms)
            self.out += made
        self.await_word(now_ms)

    @property
    def held_back(self) -> bool:
        """Whether there is more to launch; nothing goes beside parts."""
        return not self.parts and self._due is not None

    @property
    def _due(self) -> Request | None:
        """What the flight has to send next, if the link holds it."""
        return self.flight.due(self.flow.holds(self._burden))

    def again(self, now_ms: int) -> None:
        """What was sent is lost: send the request awaited again, alone; or what is missing of it, or of its
        answer."""
        self.flow.lost()
        self.go_on(now_ms)

    def go_on(self, now_ms: int) -> None:
        """Send the next parts; where nothing passes in parts, the request awaited, alone."""
        self._wipe()
        parts = self.parts.turn()
        if parts:
            self._launch_parts(parts, now_ms)
        else:
            self._envelope.sent()
            self.flight.go_back()
            self.launch(now_ms)

    def greet(self, made: bytearray, now_ms: int) -> None:
        """Send this, and nothing else."""
        self._wipe()
        self.out += made
        self._envelope.sent()
        self.wait.sent(now_ms)
        self.wait.until(now_ms + GREET_WAIT_MS)

    def await_word(self, now_ms: int) -> None:
        """Wait for the next word on what is under way, if anything is."""
        if self.flight.under_way:
            self.wait.until(now_ms + self.waits.wait_ms(self.flight.under_way, self._burden))

    def heard(self, now_ms: int) -> None:
        """A word came that answers nothing."""
        if self.flight.under_way:
            self.waits.heard(self.flight.under_way[0], now_ms - self.wait.sent_ms, self._burden)

    @property
    def usual_ms(self) -> int:
        """How long that word usually takes; something is under way."""
        return self.waits.usual_ms(self.flight.under_way, self._burden)

    @property
    def _burden(self) -> int:
        return self._volley if self.parts else burden_of(self.flight.under_way)

    def drop(self) -> None:
        """Give up what is out."""
        self.parts.stop()
        self.flight.drop()
        self._wipe()

    def _hand_over(self, now_ms: int) -> None:
        """Send the request awaited in parts, and nothing beside it."""
        self.flight.go_back()
        request = self.flight.awaited
        made = self._frame(request, 0, now_ms)
        self.flight.leaves(request)
        self._launch_parts(self.parts.hand(request.number, made), now_ms)

    def _frame(self, request: Request, out: int, now_ms: int) -> bytearray:
        """Make a request's frame, to be sent where `out` bytes are out."""
        made = self._envelope.seal(frame.REQUEST, request.number, request.message)
        self.flow.sent(len(made))
        request.sent(now_ms, len(made), out + len(made))
        return made

    def _launch_parts(self, parts: bytearray, now_ms: int) -> None:
        self.out += parts
        self._volley = len(parts)
        self.wait.sent(now_ms)
        self.await_word(now_ms)

    def _wipe(self) -> None:
        self.out[:] = bytes(len(self.out))
        self.out.clear()
