"""One request, one answer: the messages of the link, each on the card or the certification it is about."""

from reader import VERSION
from reader.certification.certify import DESYNCHRONISED, SEALED, Certifier
from reader.certification.signing import SEAL, SIGNATURE, Signer
from sesam import codes, messages
from sesam.cbor import wipe_secrets
from sesam.layout import RECORD_LENGTH
from sesam.messages import ANSWER
from sesam.octets import copy, digits
from sesam.port import const

PROFILE = b"open-1"  # a simulation: bills nobody

_MAKERS = const(16)  # messages of `reader.maker`, and
_STATE = const(16)  # the one that changes nothing
_MAKERS_END = const(26)
_SLOTS = const(2)
_RECORDS_HEAD = const(16)  # most bytes of a RECORDS message around its data: heads, number, ordinal

# Keys of the fields, in the order of the table of `sesam.messages` (a test holds them to it).
_PART = const(1)  # READ_PS_CARD, READ_VITALE
_OFFSET = const(2)
_CODE = const(1)  # UNLOCK
_WHAT = const(1)  # CERTIFY
_KIND = const(2)
_MODE = const(3)
_OF_KIND = const(1)  # SEAL
_FIRST = const(1)  # RECORDS
_DATA = const(2)
_INVOICES = const(1)  # SIGN
_TOTAL = const(2)
_DATE = const(1)  # SET_DATE


class Service:
    """What the reader does. `handle` writes one answer, or refuses with a status, the record's ordinal, its
    column, a detail."""

    def __init__(
        self,
        arena: object,
        ps: object,
        vitale: object,
        heap: object,
        board: bytes,
        flash: object = None,
        opposition: object = None,
        alive: object = None,
        window: int = 1,
    ) -> None:
        self._ps = ps
        self._vitale = vitale
        self._heap = heap
        self._board = board
        self._date = arena.date
        self._dated = 0
        self._chunk = (arena.message_max - _RECORDS_HEAD) // RECORD_LENGTH
        self._window = window
        self._certifier = Certifier(arena, ps, vitale)
        self._refused = 0  # why a RECORDS was: what was sent after it is refused alike
        self._refused_detail = 0
        self.journal = None
        if flash:
            from reader.storage.journal import Journal  # boards without storage do not load it

            self.journal = Journal(flash.journal)
        self._signer = Signer(arena, ps, vitale, self.journal)
        self._makers = (arena, board, flash, self.journal, alive)
        self._maker = None
        self.restarts = False  # the board is to start anew, once the answer is out
        self._opposition = opposition
        self._detail = 0

    def begin_session(self) -> None:
        """Another host, or the same one anew: what was under way is forgotten, the code porteur has to be
        given again; what was signed last is kept."""
        self._end()
        self._ps.unlocked = False

    def handle(self, message: object, writer: object) -> None:
        """Answer one request that the codec has accepted."""
        number = message.number
        self._detail = 0
        self._ps.channel.line.ask()
        self._vitale.channel.line.ask()
        if self._refused and (number == messages.RECORDS or number == messages.SIGN):
            status = self._refused
            self._detail = self._refused_detail
        else:
            status = self._do(number, message, writer)
            if status and number == messages.RECORDS:
                self._refused = status
                self._refused_detail = self._detail
        if status:
            record = column = 0
            if number == messages.RECORDS or (number == messages.SIGN and self._refused):
                record = self._certifier.ordinal
                column = self._certifier.column
            writer.refuse(status, record, column, self._detail)
        self._heap.sample()

    def _end(self) -> None:
        """No certification is under way any more, nor was one refused."""
        self._certifier.end()
        self._refused = 0

    def _do(self, number: int, message: object, writer: object) -> int:
        """Pass the request on: calls in place, for a table of bound methods would cost half a kilobyte."""
        if number == messages.RECORDS:
            return self._records(message, writer)
        if number == messages.IDENTIFY:
            return self._identify(writer)
        if number == messages.READ_PS_CARD:
            return self._read_ps_card(message, writer)
        if number == messages.UNLOCK:
            return self._unlock(message, writer)
        if number == messages.READ_VITALE:
            return self._read_vitale(message, writer)
        if number == messages.CERTIFY:
            return self._begin(number, message.uint(_WHAT), message.uint(_KIND), message.uint(_MODE), writer)
        if number == messages.SEAL:
            return self._begin(number, SEALED, message.uint(_OF_KIND), DESYNCHRONISED, writer)
        if number == messages.SIGN:
            return self._sign(message, writer)
        if number == messages.SET_DATE:
            return self._set_date(message, writer)
        if number == messages.CARDS:
            return self._cards(writer)
        if number == messages.ABANDON:
            return self._abandon(writer)
        if self._opposition and number <= messages.CLEAR_OPPOSITION:
            status = self._opposition.answer(number, message, writer)
            self._detail = self._opposition.next if status == codes.OPPOSITION_PIECE else 0
            return status
        if _MAKERS <= number < _MAKERS_END:
            return self._ask_maker(message, writer)
        return codes.UNKNOWN_MESSAGE

    def _ask_maker(self, message: object, writer: object) -> int:
        """Answer what a maker asks; the code for it takes memory from the first time on, where a board has
        it."""
        maker = self._maker
        if not maker:
            try:
                from reader.maker import Maker
            except ImportError:
                return codes.UNKNOWN_MESSAGE
            maker = self._maker = Maker(*self._makers)
        if message.number != _STATE:
            self._end()
        status = maker.handle(message, writer, self._signer.count)
        wipe_secrets(message, message.buf)
        self.restarts = maker.restarts
        return status

    def _identify(self, writer: object) -> int:
        heap = self._heap
        heap.sample()
        writer.begin(messages.IDENTIFY + ANSWER)
        writer.put_text(1, VERSION, 0, len(VERSION))
        writer.put_text(2, self._board, 0, len(self._board))
        writer.put_text(3, PROFILE, 0, len(PROFILE))
        writer.put_uint(4, heap.size)
        writer.put_uint(5, heap.used())
        writer.put_uint(6, heap.peak)
        writer.put_uint(7, _SLOTS)
        writer.put_text(8, self._date, 0, self._dated)
        return 0

    def _read_ps_card(self, message: object, writer: object) -> int:
        status = self._ps.read(message.uint(_PART), message.uint(_OFFSET))
        return self._read(status, self._ps, message, writer)

    def _read_vitale(self, message: object, writer: object) -> int:
        status = self._vitale.read(message.uint(_PART), message.uint(_OFFSET))
        mark = self._vitale.test
        if not status and mark is not None and self._ps.current() and self._ps.test != mark:
            return codes.TEST_REAL_MIXED
        return self._read(status, self._vitale, message, writer)

    def _read(self, status: int, card: object, message: object, writer: object) -> int:
        if status:
            return self._blame(status, card)
        files = card.files
        writer.begin(message.number + ANSWER)
        writer.put_uint(1, message.uint(_OFFSET))
        writer.put_bytes(2, files.chunk, 0, files.length)
        writer.put_uint(3, 1 if files.last else 0)
        return 0

    def _blame(self, status: int, card: object) -> int:
        """Add what is known of a card's failure: its status word, or what card it is."""
        if status == codes.CARD_STATUS:
            self._detail = card.channel.sw
        elif status == codes.WRONG_CARD or status == codes.OUTDATED_CARD:
            self._detail = card.kind
        return status

    def _unlock(self, message: object, writer: object) -> int:
        ps = self._ps
        at = message.offset(_CODE)
        n = message.length(_CODE)
        status = codes.RANGE  # a code that no card can have costs no try
        if digits(message.buf, at, n) >= 0:
            status = ps.unlock(message.buf, at, n)
        wipe_secrets(message, message.buf)
        if status == codes.WRONG_CODE:
            self._detail = ps.tries
        if status:
            return self._blame(status, ps)
        writer.begin(messages.UNLOCK + ANSWER)
        writer.put_uint(1, ps.tries)
        return 0

    def _begin(self, number: int, what: int, kind: int, mode: int, writer: object) -> int:
        """CERTIFY or SEAL: the cards that take part are ready."""
        certifier = self._certifier
        ps = self._ps
        vitale = self._vitale
        self._refused = 0
        status = certifier.begin(what, kind, mode)
        if status:
            return status
        if certifier.parts & SIGNATURE:
            status = self._blame(ps.ready(), ps)
            if not status and not ps.unlocked:
                status = codes.LOCKED
        if not status and certifier.parts & SEAL:
            status = self._blame(vitale.ready(), vitale)
            if not status and ps.current() and ps.test != vitale.test:
                status = codes.TEST_REAL_MIXED
        if status:
            certifier.end()
            return status
        writer.begin(number + ANSWER)
        writer.put_uint(1, self._chunk)
        writer.put_uint(2, self._window)
        return 0

    def _still(self) -> int:
        """A certification is under way, by the cards that it began with; else the status that says not."""
        certifier = self._certifier
        if not certifier.current():
            return codes.NOT_CERTIFYING
        parts = certifier.parts
        if (not parts & SIGNATURE or self._ps.current()) and (not parts & SEAL or self._vitale.current()):
            return 0
        certifier.end()
        return codes.CARD_REMOVED

    def _records(self, message: object, writer: object) -> int:
        certifier = self._certifier
        status = self._still()
        if status:
            return status
        if message.uint(_FIRST) != certifier.ordinal:
            self._detail = certifier.ordinal
            certifier.end()
            return codes.INCOHERENT
        at = message.offset(_DATA)
        end = at + message.length(_DATA)
        while at < end:
            status = certifier.take(message.buf, at)
            if status:
                return status
            at += RECORD_LENGTH
        writer.begin(messages.RECORDS + ANSWER)
        writer.put_uint(1, certifier.ordinal)
        return 0

    def _sign(self, message: object, writer: object) -> int:
        certifier = self._certifier
        signer = self._signer
        status = self._still() or certifier.confirm(message.uint(_INVOICES), message.uint(_TOTAL))
        if not status:
            status = signer.sign(certifier.hashed, certifier.parts)
            if status == codes.CARD_STATUS:
                self._detail = signer.sw
        if status:
            return status
        writer.begin(messages.SIGN + ANSWER)
        parts = certifier.parts
        signature = signer.signature if parts & SIGNATURE else signer.seal
        writer.put_bytes(1, signature, 0, len(signature))
        writer.put_bytes(2, signer.seal, 0, len(signer.seal) if parts == SEAL | SIGNATURE else 0)
        writer.put_bytes(3, signer.digest, 0, len(signer.digest))
        return 0

    def _set_date(self, message: object, writer: object) -> int:
        buf = message.buf
        at = message.offset(_DATE)
        if not _date_ok(buf, at):
            return codes.DATE
        copy(self._date, 0, buf, at, len(self._date))
        self._dated = len(self._date)
        writer.begin(messages.SET_DATE + ANSWER)
        writer.put_text(1, self._date, 0, self._dated)
        return 0

    def _cards(self, writer: object) -> int:
        ps = self._ps
        writer.begin(messages.CARDS + ANSWER)
        present = 1 if ps.channel.present() else 0
        writer.put_uint(1, 2 if present and ps.current() and ps.unlocked else present)
        writer.put_uint(2, 1 if self._vitale.channel.present() else 0)
        return 0

    def _abandon(self, writer: object) -> int:
        self._end()
        writer.begin(messages.ABANDON + ANSWER)
        return 0


def _date_ok(buf: bytearray, at: int) -> bool:
    """Whether the 12 characters at `at` are a date and time AAAAMMJJHHMM that can be."""
    year = digits(buf, at, 4)
    month = digits(buf, at + 4, 2)
    day = digits(buf, at + 6, 2)
    hour = digits(buf, at + 8, 2)
    minute = digits(buf, at + 10, 2)
    if year < 2000 or year > 2099 or month < 1 or month > 12 or day < 1:
        return False
    longest = 30 + (month + month // 8) % 2
    if month == 2:
        longest = 28 if year % 4 else 29
    return day <= longest and 0 <= hour < 24 and 0 <= minute < 60
