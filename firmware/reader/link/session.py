"""The reader's end of the link: frames in, one request at a time to the service, frames out. No I/O, no
allocation.

Every rule that a client must know stands in `firmware/PROTOCOL.md`. The arena that is handed in holds, made
at boot:

    message_max     the largest CBOR message, in bytes
    frame_in        bytearray(frame.encoded_max(message_max)): the frame that comes in, then its request
    frame_out       bytearray(frame.encoded_max(message_max)): the answer; it stays, to be given again
    frame_control   bytearray(frame.encoded_max(frame.CONTROL_MESSAGE)): WELCOME, ACK, NAK, PART, refusals

The service has `handle(message, writer)`, which writes one answer or refuses, and `begin_session()`, called
when a host opens a new session: whatever the last one left under way is to be forgotten. `reorder` holds
what cannot be taken yet (see `reader.link.reorder_buffer`), where the board has room for it.
"""

from reader.link.sender import Sender
from sesam import codes, frame, messages
from sesam.cbor import Message, wipe_secrets
from sesam.octets import copy, same, wipe
from sesam.port import const, ticks_diff

_SESSION = const(8)  # bytes of a session's name
_KEEP_ALIVE_MS = const(1000)


class Link:
    """One host at a time, one request at a time, in the order of their numbers; each answer is kept until the
    next request. What the host sent ahead waits in the stream, and behind one that was lost in `reorder`.

    `sender` says which bytes are to be written next.
    """

    def __init__(self, arena, service, ticks, protection, reorder=None):
        self._service = service
        self._protection = protection
        self._reorder = reorder
        self.sender = Sender(arena, protection)
        self._ticks = ticks
        self._in = arena.frame_in
        self._message_max = arena.message_max
        self._receiver = frame.Receiver(
            self._in, frame.BEFORE + frame.HEADER + arena.message_max + frame.BEHIND + frame.CRC
        )
        self._message = Message()
        self._session = bytearray(_SESSION)
        self._open = False
        self._last = 0  # number of the last request taken
        self._last_crc = 0  # what tells a repeated request from another one of the same number
        self._last_length = 0
        self._taken = False  # a request waits for poll()
        self._acked = 0  # tick of the last ACK

    def feed(self, buf, n, at=0):
        """Take buf[at:n] up to the end of one frame; return where to go on after `poll()`.

        While a request waits for `poll()` nothing is taken.
        """
        if self._taken:
            return at
        at = self._receiver.feed(buf, at, n)
        self._treat(self._receiver.state)
        return at

    def _treat(self, state):
        """Do what the frame says that lies in `_in`."""
        if state == frame.DAMAGED:
            self.sender.clear = True
            self.sender.refuse_frame(0, codes.CHECKSUM)
        else:
            state = self._admit(state)
        if state != frame.NOTHING and state != frame.DAMAGED:
            kind = self._in[0]
            number = self._in[1]
            too_long = state == frame.TOO_LONG
            if kind == frame.REQUEST:
                self._request(number, too_long)
            elif self.sender.clear and (kind == frame.FETCH or (kind == frame.PIECE and self._reorder)):
                self._in_parts(kind, number)
            elif too_long and (kind == frame.HELLO or kind == frame.PROTECTED):
                self.sender.refuse_frame(number, codes.OVERSIZE)
            elif kind == frame.HELLO:
                self._hello(number)
            elif kind < frame.WELCOME or (kind > frame.NAK and kind != frame.PART and kind != frame.PIECES):
                self.sender.refuse_frame(number, codes.PROTOCOL)
            # What only a reader sends is an echo of ourselves: answering it could go on for ever.

    def poll(self, now_ms):
        """Run the request that waits, if one does: the service writes its answer, which is then kept; and
        those kept for their turn that it has come to, whose answer answers for it."""
        while self._taken:
            self._taken = False
            self._acked = now_ms
            self._service.handle(self._message, self.sender.answer)
            wipe_secrets(self._message, self._in)
            self.sender.keep(self._last)
            self._go_on()

    def keep_alive(self):
        """Tell the host that the request is being worked on: an ACK, at most one a second."""
        now = self._ticks()
        if ticks_diff(now, self._acked) >= _KEEP_ALIVE_MS and not self.sender.pending():
            self._acked = now
            self.sender.acknowledge(self._last)

    def _admit(self, state):
        """Open a protected frame where it lies, and keep out what should have been one; what is left to
        treat, `frame.NOTHING` when nothing is."""
        protection = self._protection
        kind = self._in[0]
        self.sender.clear = True
        if protection and kind == frame.PROTECTED and state == frame.WHOLE:
            n = protection.open(self._in, frame.HEADER, self._receiver.length)
            if n < frame.HEADER:
                self.sender.refuse_frame(0, codes.RECORD_REFUSED)
                return frame.NOTHING
            self._receiver.length = n - frame.HEADER
            self._receiver.crc = frame.crc16(self._in, 0, n)
            self.sender.clear = False
        elif kind == frame.REQUEST and state != frame.NOTHING and protection and protection.wanted():
            self.sender.refuse_frame(self._in[1], codes.UNPROTECTED)
            return frame.NOTHING
        if state == frame.WHOLE and self._receiver.length > self._message_max:
            return frame.TOO_LONG
        return state

    def _hello(self, number):
        message = self._message
        writer = self.sender.control
        status = message.parse(self._in, frame.HEADER, frame.HEADER + self._receiver.length)
        if status == codes.OK and message.number != messages.HELLO:
            status = self._greet(message, writer)
            if status == codes.OK:
                self.sender.welcome(number)
                return
        elif status == codes.OK and self._protection:
            if not self.sender.clear:
                if not self._protection.names(self._in, message.offset(1)):
                    status = codes.INCOHERENT
            elif self._protection.wanted():
                status = codes.UNPROTECTED
        if status != codes.OK:
            self.sender.refuse_frame(number, status)
            return
        if self._reorder:
            self._reorder.drop_pieces()
        resumed = self._open and same(self._session, 0, self._in, message.offset(1), _SESSION)
        if not resumed and message.uint(3) == 0:
            copy(self._session, 0, self._in, message.offset(1), _SESSION)
            self._open = True
            self._last = 0
            self._forget()
        writer.begin(messages.WELCOME)
        writer.put_uint(1, min(message.uint(2), messages.VERSION))
        writer.put_uint(2, self._message_max)
        writer.put_uint(3, self._last if resumed else 0)
        writer.put_uint(4, 1 if resumed else 0)
        self.sender.welcome(number)

    def _forget(self):
        """Another session: nothing is kept of the last one."""
        self.sender.drop()
        self._drop_reordered()
        self._service.begin_session()

    def _greet(self, message, writer):
        """Do one half of the protected channel's handshake; new keys end the session that was open."""
        if not self.sender.clear or (message.number != messages.PROTECT and message.number != messages.PROVE):
            return codes.UNKNOWN_MESSAGE
        if self._protection is None:
            return codes.NO_SECRET
        status = self._protection.greet(message, writer)
        if status == codes.OK and message.number == messages.PROVE and self._open:
            self._open = False
            self._forget()
        return status

    def _request(self, number, too_long):
        receiver = self._receiver
        if not self._open:
            self.sender.refuse(number, codes.NO_SESSION, 0, 0)
        elif number == self._last % frame.NUMBERS + 1:
            self._last = number
            self._last_crc = receiver.crc
            self._last_length = receiver.length
            self.sender.drop()
            self._take(too_long)
        elif self._repeats(number):
            self.sender.repeat()
        else:
            kept = 0
            if self._reorder:
                if not too_long:
                    self._reorder.put(self._in, frame.HEADER + receiver.length, self._last)
                kept = self._reorder.behind(self._last)
            self.sender.refuse(number, codes.SEQUENCE, kept, self._last)

    def _go_on(self):
        """Take the next request, if it came before its turn."""
        reorder = self._reorder
        n = reorder.take(self._last % frame.NUMBERS + 1, self._in) if reorder else 0
        if n:
            self._receiver.length = n - frame.HEADER
            self._receiver.crc = frame.crc16(self._in, 0, n)
            self._request(self._in[1], False)

    def _drop_reordered(self):
        if self._reorder:
            self._reorder.drop()

    def _repeats(self, number):
        receiver = self._receiver
        return (
            self.sender.kept > 0
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
        one_of_many = status == codes.OK and message.number == messages.RECORDS
        if not one_of_many:
            self._drop_reordered()
        if status == codes.OK:
            self._taken = True
            self._acked = self._ticks()
            if not one_of_many:  # the others are answered at once
                self.sender.acknowledge(self._last)
            return
        wipe(self._in, 0, len(self._in))  # what is refused may have been meant as a secret
        self.sender.answer.refuse(status, 0, 0, 0)
        self.sender.keep(self._last)

    def _in_parts(self, kind, number):
        """A long frame on a bad link, ours or the host's, comes in parts: in clear, and whoever asks."""
        status = codes.SEQUENCE
        if not self._open:
            status = codes.NO_SESSION
        elif kind == frame.FETCH:
            if number == self._last:
                status = self._fetch(number)
        elif number == self._last % frame.NUMBERS + 1:
            status = self._piece(number)
        elif number and (self._last - number) % frame.NUMBERS <= frame.FARTHEST:
            status = codes.OK
            self.sender.taken(number)  # maybe with some that were kept
        if status:
            self.sender.refuse_frame(number, status)

    def _fetch(self, number):
        """Send a part of the kept answer's frame, as it was sent; nothing changes."""
        asked = self._in
        kept = self.sender.kept
        offset = asked[frame.HEADER] << 8 | asked[frame.HEADER + 1]
        n = asked[frame.HEADER + 2]
        if not kept:
            return codes.SEQUENCE
        if self._receiver.length != frame.FETCHED or not 0 < n <= frame.PART_MAX or offset >= kept:
            return codes.RANGE
        self.sender.part(number, offset, n)
        return codes.OK

    def _piece(self, number):
        """Take a piece of the next request's frame; once that is whole, treat it as if it had come so."""
        reorder = self._reorder
        receiver = self._receiver
        status = reorder.piece(number, self._in, frame.HEADER, receiver.length)
        wipe(self._in, 0, frame.HEADER + receiver.length)  # it may have held a secret
        if status:
            return status
        if not reorder.whole():
            self.sender.pieces(number, reorder)
            return codes.OK
        receiver.feed(reorder.store, 0, reorder.length)
        if receiver.state == frame.NOTHING:
            receiver.feed(b"\0", 0, 1)  # what is no frame ends here
        reorder.drop()
        kind = self._in[0]
        wanted = kind == frame.REQUEST or kind == frame.PROTECTED
        self._treat(receiver.state if wanted else frame.DAMAGED)
        return codes.OK
