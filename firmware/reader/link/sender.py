"""What the reader says: one answer, kept until the next request, and one control frame at a time.

No I/O, no allocation.
"""

from sesam import codes, frame
from sesam.cbor import Writer
from sesam.octets import copy
from sesam.port import const

_STATUS = const(2)  # bytes of a NAK's status


class Sender:
    """Makes frames where they lie, and says which bytes are to be written next: `pending()` of them in `out`,
    from `out_at`.

    `answer` and `control` are the writers of the messages that go out; `kept` is the length of the kept
    answer's frame, 0 for none. While `clear`, frames go as they are; else in records of `protection`.
    """

    def __init__(self, arena, protection):
        self._protection = protection
        self.clear = True
        self._answer = arena.frame_out
        self._control = arena.frame_control
        self._answer_at = frame.body_at(arena.message_max)
        self._control_at = frame.body_at(frame.CONTROL_MESSAGE)
        start = self._answer_at + frame.HEADER
        self.answer = Writer(self._answer, start, start + arena.message_max)
        start = self._control_at + frame.HEADER
        self.control = Writer(self._control, start, start + frame.CONTROL_MESSAGE)
        self.kept = 0
        self._answer_sent = 0
        self._answer_end = 0
        self._control_sent = 0
        self._control_end = 0
        self.out = self._control
        self.out_at = 0

    def pending(self):
        """Return how many bytes of `out`, from `out_at`, are to be written next; 0 when none are."""
        answering = self._answer_end - self._answer_sent
        if self._control_sent < self._control_end and (self._answer_sent == 0 or answering == 0):
            self.out = self._control
            self.out_at = self._control_sent
            return self._control_end - self._control_sent
        self.out = self._answer
        self.out_at = self._answer_sent
        return answering

    def sent(self, n):
        """Take note that `n` of the pending bytes have been written."""
        if self.out is self._control:
            self._control_sent += n
        else:
            self._answer_sent += n

    def keep(self, number):
        """Frame the answer that has been written, keep it and send it."""
        end = self.answer.finish()
        if end == 0:
            self.answer.refuse(codes.INCOHERENT, 0, 0, 0)
            end = self.answer.finish()
        self.kept = self._close(self._answer, self._answer_at, end, frame.ANSWER, number)
        self._answer_sent = 0
        self._answer_end = self.kept

    def drop(self):
        """Keep no answer; what is not out yet of it never will be."""
        self.kept = 0
        self._answer_sent = self._answer_end = 0

    def repeat(self):
        """Send the kept answer again, unless it is on its way."""
        if self._answer_sent == self._answer_end:
            self._answer_sent = 0
            self._answer_end = self.kept

    def part(self, number, offset, n):
        """Send `n` bytes at most of the kept answer's frame, as it was sent."""
        part = self._control
        at = self._control_at + frame.HEADER
        part[at] = self.kept >> 8
        part[at + 1] = self.kept & 0xFF
        part[at + 2] = offset >> 8
        part[at + 3] = offset & 0xFF
        at += frame.PART_HEAD
        n = min(n, self.kept - offset)
        copy(part, at, self._answer, offset, n)
        self._send(frame.PART, number, at + n)

    def pieces(self, number, reorder):
        """Say which pieces have come of the frame that comes in pieces."""
        self._send(frame.PIECES, number, reorder.tell(self._control, self._control_at + frame.HEADER))

    def taken(self, number):
        """Say that no piece is wanted."""
        self._send(frame.PIECES, number, self._control_at + frame.HEADER)

    def welcome(self, number):
        """Send what was written to `control` as the answer to a HELLO."""
        self._send(frame.WELCOME, number, self.control.finish())

    def acknowledge(self, number):
        """Say that the request is being worked on."""
        self._send(frame.ACK, number, self._control_at + frame.HEADER)

    def refuse(self, number, status, record, detail):
        """Answer a request that is not taken: the kept answer stays."""
        self.control.refuse(status, record, 0, detail)
        self._send(frame.ANSWER, number, self.control.finish())

    def refuse_frame(self, number, status):
        """NAK a frame that is no request, or that could not be read (number 0)."""
        at = self._control_at + frame.HEADER
        self._control[at] = status >> 8
        self._control[at + 1] = status & 0xFF
        self._send(frame.NAK, number, at + _STATUS)

    def _send(self, kind, number, end):
        self._control_end = self._close(self._control, self._control_at, end, kind, number)
        self._control_sent = 0

    def _close(self, buf, at, end, kind, number):
        """Make a frame of what begins at `at`, protected when the frame that it answers was; its length."""
        if self.clear:
            return frame.close(buf, at, end, kind, number)
        buf[at] = kind
        buf[at + 1] = number
        end = self._protection.protect(buf, at, end)
        return frame.close(buf, at - frame.BEFORE, end, frame.PROTECTED, 0) if end else 0
