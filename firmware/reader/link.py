"""The reader's end of the link: frames in, one request at a time to the service, frames out. No I/O, no
allocation.

Every rule that a client must know stands in `firmware/PROTOCOL.md`. The arena that is handed in holds, made
at boot:

    message_max     the largest CBOR message, in bytes
    frame_in        bytearray(frame.encoded_max(message_max)): the frame that comes in, then its request
    frame_out       bytearray(frame.encoded_max(message_max)): the answer; it stays, to be given again
    frame_control   bytearray(frame.encoded_max(frame.CONTROL_MESSAGE)): WELCOME, ACK, NAK, PART, refusals

The service has `handle(message, writer)`, which writes one answer or refuses, and `begin_session()`, called
when a host opens a new session: whatever the last one left under way is to be forgotten.
"""

from sesam import codes, frame, messages
from sesam.cbor import Message, Writer, wipe_secrets
from sesam.octets import copy, same, wipe
from sesam.port import const, ticks_diff

_SESSION = const(8)  # bytes of a session's name
_KEEP_ALIVE_MS = const(1000)
_NUMBERS = const(255)  # requests are numbered 1 to 255, then from 1 again: 0 stands for none yet
_STATUS = const(2)  # bytes of a NAK's status


class Link:
    """One host at a time, one request at a time, in the order of their numbers; each answer is kept until the
    next request. What the host sent ahead waits in the stream.

    `out`, `out_at` and the number that `pending()` returns say which bytes are to be written next.
    """

    def __init__(self, arena, service, ticks, protection):
        self._service = service
        self._protection = protection
        self._clear = True  # the frame that came last was not protected: neither is what answers it
        self._ticks = ticks
        self._in = arena.frame_in
        self._answer = arena.frame_out
        self._control = arena.frame_control
        self._message_max = arena.message_max
        self._receiver = frame.Receiver(
            self._in, frame.BEFORE + frame.HEADER + arena.message_max + frame.BEHIND + frame.CRC
        )
        self._message = Message()
        self._answer_at = frame.body_at(arena.message_max)
        self._control_at = frame.body_at(frame.CONTROL_MESSAGE)
        start = self._answer_at + frame.HEADER
        self._answer_writer = Writer(self._answer, start, start + arena.message_max)
        start = self._control_at + frame.HEADER
        self._control_writer = Writer(self._control, start, start + frame.CONTROL_MESSAGE)
        self._session = bytearray(_SESSION)
        self._open = False
        self._last = 0  # number of the last request taken
        self._last_crc = 0  # what tells a repeated request from another one of the same number
        self._last_length = 0
        self._kept = 0  # bytes of the kept answer's frame; 0: none
        self._taken = False  # a request waits for poll()
        self._acked = 0  # tick of the last ACK
        self._answer_sent = 0
        self._answer_end = 0
        self._control_sent = 0
        self._control_end = 0
        self.out = self._control
        self.out_at = 0

    def feed(self, buf, n, at=0):
        """Take buf[at:n] up to the end of one frame; return where to go on after `poll()`.

        While a request waits for `poll()` nothing is taken.
        """
        if self._taken:
            return at
        receiver = self._receiver
        at = receiver.feed(buf, at, n)
        state = receiver.state
        if state == frame.DAMAGED:
            self._clear = True
            self._refuse_frame(0, codes.CHECKSUM)
        else:
            state = self._admit(state)
        if state != frame.NOTHING and state != frame.DAMAGED:
            kind = self._in[0]
            number = self._in[1]
            too_long = state == frame.TOO_LONG
            if kind == frame.REQUEST:
                self._request(number, too_long)
            elif kind == frame.FETCH and self._clear:
                self._fetch(number)
            elif too_long and (kind == frame.HELLO or kind == frame.PROTECTED):
                self._refuse_frame(number, codes.OVERSIZE)
            elif kind == frame.HELLO:
                self._hello(number)
            elif kind < frame.WELCOME or (kind > frame.NAK and kind != frame.PART):
                self._refuse_frame(number, codes.PROTOCOL)
            # What only a reader sends is an echo of ourselves: answering it could go on for ever.
        return at

    def poll(self, now_ms):
        """Run the request that waits, if one does: the service writes its answer, which is then kept."""
        if not self._taken:
            return
        self._taken = False
        self._acked = now_ms
        self._service.handle(self._message, self._answer_writer)
        wipe_secrets(self._message, self._in)
        self._keep()

    def keep_alive(self):
        """Tell the host that the request is being worked on: an ACK, at most one a second."""
        now = self._ticks()
        if ticks_diff(now, self._acked) >= _KEEP_ALIVE_MS and self._control_sent == self._control_end:
            self._acked = now
            self._acknowledge()

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

    def _admit(self, state):
        """Open a protected frame where it lies, and keep out what should have been one; what is left to
        treat, `frame.NOTHING` when nothing is."""
        protection = self._protection
        kind = self._in[0]
        self._clear = True
        if protection and kind == frame.PROTECTED and state == frame.WHOLE:
            n = protection.open(self._in, frame.HEADER, self._receiver.length)
            if n < frame.HEADER:
                self._refuse_frame(0, codes.RECORD_REFUSED)
                return frame.NOTHING
            self._receiver.length = n - frame.HEADER
            self._receiver.crc = frame.crc16(self._in, 0, n)
            self._clear = False
        elif kind == frame.REQUEST and state != frame.NOTHING and protection and protection.wanted():
            self._refuse_frame(self._in[1], codes.UNPROTECTED)
            return frame.NOTHING
        if state == frame.WHOLE and self._receiver.length > self._message_max:
            return frame.TOO_LONG
        return state

    def _hello(self, number):
        message = self._message
        writer = self._control_writer
        status = message.parse(self._in, frame.HEADER, frame.HEADER + self._receiver.length)
        if status == codes.OK and message.number != messages.HELLO:
            status = self._greet(message, writer)
            if status == codes.OK:
                self._send_control(frame.WELCOME, number, writer.finish())
                return
        elif status == codes.OK and self._protection:
            if not self._clear:
                if not self._protection.names(self._in, message.offset(1)):
                    status = codes.INCOHERENT
            elif self._protection.wanted():
                status = codes.UNPROTECTED
        if status != codes.OK:
            self._refuse_frame(number, status)
            return
        resumed = self._open and same(self._session, 0, self._in, message.offset(1), _SESSION)
        if not resumed and message.uint(3) == 0:
            copy(self._session, 0, self._in, message.offset(1), _SESSION)
            self._open = True
            self._last = 0
            self._drop_answer()
            self._service.begin_session()
        writer.begin(messages.WELCOME)
        writer.put_uint(1, min(message.uint(2), messages.VERSION))
        writer.put_uint(2, self._message_max)
        writer.put_uint(3, self._last if resumed else 0)
        writer.put_uint(4, 1 if resumed else 0)
        self._send_control(frame.WELCOME, number, writer.finish())

    def _greet(self, message, writer):
        """Do one half of the protected channel's handshake; new keys end the session that was open."""
        if not self._clear or (message.number != messages.PROTECT and message.number != messages.PROVE):
            return codes.UNKNOWN_MESSAGE
        if self._protection is None:
            return codes.NO_SECRET
        status = self._protection.greet(message, writer)
        if status == codes.OK and message.number == messages.PROVE and self._open:
            self._open = False
            self._drop_answer()
            self._service.begin_session()
        return status

    def _request(self, number, too_long):
        receiver = self._receiver
        if not self._open:
            self._refuse(number, codes.NO_SESSION, 0)
        elif number == self._last % _NUMBERS + 1:
            self._last = number
            self._last_crc = receiver.crc
            self._last_length = receiver.length
            self._drop_answer()
            self._take(too_long)
        elif self._repeats(number):
            if self._answer_sent == self._answer_end:
                self._answer_sent = 0
                self._answer_end = self._kept
        else:
            self._refuse(number, codes.SEQUENCE, self._last)

    def _repeats(self, number):
        receiver = self._receiver
        return (
            self._kept > 0
            and number == self._last
            and receiver.crc == self._last_crc
            and receiver.length == self._last_length
        )

    def _take(self, too_long):
        message = self._message
        end = frame.HEADER + self._receiver.length
        status = codes.OVERSIZE if too_long else message.parse(self._in, frame.HEADER, end)
        if status == codes.OK and (messages.HELLO <= message.number):
            status = codes.UNKNOWN_MESSAGE
        if status == codes.OK:
            self._taken = True
            self._acked = self._ticks()
            if message.number != messages.RECORDS:  # whose answer comes at once
                self._acknowledge()
            return
        wipe(self._in, 0, len(self._in))  # what is refused may have been meant as a secret
        self._answer_writer.refuse(status, 0, 0, 0)
        self._keep()

    def _fetch(self, number):
        """Send a part of the kept answer's frame, as it was sent; whoever asks, nothing changes."""
        asked = self._in
        kept = self._kept
        offset = asked[frame.HEADER] << 8 | asked[frame.HEADER + 1]
        n = asked[frame.HEADER + 2]
        status = codes.OK
        if not self._open:
            status = codes.NO_SESSION
        elif number != self._last or not kept:
            status = codes.SEQUENCE
        elif self._receiver.length != frame.FETCHED or not 0 < n <= frame.PART_MAX or offset >= kept:
            status = codes.RANGE
        if status:
            self._refuse_frame(number, status)
            return
        part = self._control
        at = self._control_at + frame.HEADER
        part[at] = kept >> 8
        part[at + 1] = kept & 0xFF
        part[at + 2] = offset >> 8
        part[at + 3] = offset & 0xFF
        at += frame.PART_HEAD
        n = min(n, kept - offset)
        copy(part, at, self._answer, offset, n)
        self._send_control(frame.PART, number, at + n)

    def _keep(self):
        """Frame the answer that has been written, keep it and send it."""
        end = self._answer_writer.finish()
        if end == 0:
            self._answer_writer.refuse(codes.INCOHERENT, 0, 0, 0)
            end = self._answer_writer.finish()
        self._kept = self._close(self._answer, self._answer_at, end, frame.ANSWER, self._last)
        self._answer_sent = 0
        self._answer_end = self._kept

    def _drop_answer(self):
        """Keep no answer; what is not out yet of it never will be."""
        self._kept = 0
        self._answer_sent = self._answer_end = 0

    def _acknowledge(self):
        self._send_control(frame.ACK, self._last, self._control_at + frame.HEADER)

    def _refuse(self, number, status, detail):
        """Answer a request that is not taken: the kept answer stays."""
        self._control_writer.refuse(status, 0, 0, detail)
        self._send_control(frame.ANSWER, number, self._control_writer.finish())

    def _refuse_frame(self, number, status):
        """NAK a frame that is no request, or that could not be read (number 0)."""
        at = self._control_at + frame.HEADER
        self._control[at] = status >> 8
        self._control[at + 1] = status & 0xFF
        self._send_control(frame.NAK, number, at + _STATUS)

    def _send_control(self, kind, number, end):
        self._control_end = self._close(self._control, self._control_at, end, kind, number)
        self._control_sent = 0

    def _close(self, buf, at, end, kind, number):
        """Make a frame of what begins at `at`, protected when the frame that it answers was; its length."""
        if self._clear:
            return frame.close(buf, at, end, kind, number)
        buf[at] = kind
        buf[at + 1] = number
        end = self._protection.seal(buf, at, end)
        return frame.close(buf, at - frame.BEFORE, end, frame.PROTECTED, 0) if end else 0
