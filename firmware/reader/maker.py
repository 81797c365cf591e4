"""What a maker asks of a reader: its state, its serial number and secret, an update. Loaded when first asked.

An update goes into the bank that does not run: UPDATE brings the header, CHUNK the payload in whole words,
SWITCH the signature. What was taken is judged where it lies; then the boot code is asked to try that bank,
RESTART starts it, and CONFIRM keeps it. Until it is confirmed the other bank is left alone: it is what the
next start goes back to.
"""

import gc

from reader import VERSION
from reader.storage.boot import ask, confirm, confirmed
from reader.storage.journal import IDENTITY
from sesam import codes
from sesam.octets import copy, wipe
from sesam.port import const

_STATE = const(16)  # numbers of the messages (a test holds them to the table of `sesam.messages`)
_PROVISION = const(17)
_UPDATE = const(18)
_CHUNK = const(19)
_SWITCH = const(20)
_RESTART = const(21)
_CONFIRM = const(22)
_IMAGE = const(23)
_ANSWER = const(64)

_SERIAL = const(16)
_SECRET = const(32)
_HEADER = const(64)
_NAME_AT = const(16)
_NAME = const(16)
_DIGEST_AT = const(32)
_DIGEST = const(32)
_SIGNATURE = const(256)
_WORD = const(8)
_AROUND = const(16)  # most bytes of a CHUNK message around its data
_CHUNK_MAX = const(1024)
_DEVELOPMENT = const(1)
# DigestInfo of SHA-256 (RFC 8017 9.2)
_INFO = b"\x00\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


# What SubjectPublicKeyInfo of an RSA-2048 key has before its modulus, and its exponent 65537 (RFC 8017 A.1.1)
_BEFORE = b"\x30\x82\x01\x22\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x82\x01\x0f\x00"
_MODULUS = b"\x30\x82\x01\x0a\x02\x82\x01\x01\x00"
_EXPONENT = b"\x02\x03\x01\x00\x01"


class Maker:
    """Answers the messages 16 to 23; `handle` returns 0 or a status. `restarts` tells that the board is to
    start anew."""

    def __init__(self, arena: object, board: bytes, flash: object, journal: object, alive: object) -> None:
        self.restarts = False
        self._board = board
        self._flash = flash
        self._journal = journal
        self._alive = alive
        self._arena = arena
        self._chunk = min(_CHUNK_MAX, (arena.message_max - _AROUND) // _WORD * _WORD)
        self._serial = bytearray(_SERIAL)
        self._named = 0
        self._header = bytearray(_HEADER)
        self._next = 0  # bytes of the image that lie in the other bank; 0: no update under way
        self._end = 0  # header and payload
        self._recall_serial()

    def _recall_serial(self) -> None:
        at = self._journal.find(IDENTITY) if self._journal else 0
        if at:
            self._journal.load(at, self._serial)
            self._named = 0
            while self._named < _SERIAL and self._serial[self._named]:
                self._named += 1

    def handle(self, message: object, writer: object, count: int) -> int:
        """Answer one request; `count` signatures were made."""
        number = message.number
        if number == _STATE:
            return self._state(writer, count)
        if number == _PROVISION:
            status = self._provision(message)
        elif number == _RESTART:
            self.restarts = True
            status = 0
        elif not self._flash or not self._flash.banks:
            status = codes.NO_STORAGE
        elif number == _UPDATE:
            status = self._update(message)
        elif number == _CHUNK:
            status = self._take(message)
        elif number == _SWITCH:
            status = self._switch(message)
        elif number == _IMAGE:
            return self._image(writer)
        else:
            confirm(self._flash.boot, self._flash.running)
            status = 0
        if status:
            return status
        writer.begin(number + _ANSWER)
        if number == _PROVISION:
            writer.put_text(1, self._serial, 0, self._named)
        elif number == _UPDATE or number == _CHUNK:
            writer.put_uint(1, self._next)
            if number == _UPDATE:
                writer.put_uint(2, self._chunk)
        return 0

    def _state(self, writer: object, count: int) -> int:
        flash = self._flash
        banks = len(flash.banks) if flash else 0
        writer.begin(_STATE + _ANSWER)
        writer.put_text(1, self._serial, 0, self._named)
        writer.put_uint(2, count)
        writer.put_uint(3, 1 if self._journal else 0)
        writer.put_uint(4, banks)
        writer.put_uint(5, flash.running if banks else 0)
        writer.put_uint(6, 1 if not banks or confirmed(flash.boot, flash.running) else 0)
        writer.put_uint(7, 1 if flash and flash.production else 0)
        writer.put_uint(8, self._next)
        return 0

    def _provision(self, message: object) -> int:
        """Keep serial number and secret, once and for ever."""
        journal = self._journal
        if not journal:
            return codes.NO_STORAGE
        if self._named:
            return codes.PROVISIONED
        n = message.length(1)
        copy(self._serial, 0, message.buf, message.offset(1), n)
        if not journal.begin(IDENTITY, _SERIAL + _SECRET):
            return codes.JOURNAL
        journal.add(self._serial)
        buffer = self._arena.wire
        copy(buffer, 0, message.buf, message.offset(2), _SECRET)
        journal.add(buffer)
        wipe(buffer, 0, _SECRET)
        if not journal.end():
            return codes.JOURNAL
        self._named = n
        return 0

    # --- update ---------------------------------------------------------------------------------------------

    def _update(self, message: object) -> int:
        """Take the header of an image: go on with it, or begin with an erased bank."""
        flash = self._flash
        header = self._header
        at = message.offset(1)
        same = self._next > 0
        for i in range(_HEADER):
            if header[i] != message.buf[at + i]:
                header[i] = message.buf[at + i]
                same = False
        if same:
            return 0
        self._next = 0
        if not confirmed(flash.boot, flash.running):
            return codes.UNCONFIRMED
        status = self._judge_header()
        if status:
            return status
        bank = flash.banks[1 - flash.running]
        for page in range(bank.size // bank.page - 1, -1, -1):
            bank.erase(page)
            self._alive()
        bank.write(0, header)
        self._next = _HEADER
        return 0

    def _judge_header(self) -> int:
        header = self._header
        if header[0:5] != b"TOUR\x01" or header[5] > 1:
            return codes.IMAGE_DAMAGED
        for i in range(_NAME):
            if header[_NAME_AT + i] != (self._board[i] if i < len(self._board) else 0):
                return codes.IMAGE_BOARD
        if header[11] or header[10] > 15:  # 1 MB is more than any bank holds
            return codes.IMAGE_SIZE
        self._end = _HEADER + (header[10] << 16 | header[9] << 8 | header[8])
        if self._end % _WORD or self._end + _SIGNATURE > self._flash.banks[0].size:
            return codes.IMAGE_SIZE
        at = 0
        for part in VERSION.split(b"."):
            mine = int(part)
            theirs = header[14 - at] | (header[15] << 8 if not at else 0)
            if theirs != mine:
                if theirs < mine:
                    return codes.IMAGE_OLDER
                break
            at += 1
        if header[7] << 8 | header[6] < self._flash.counter:
            return codes.IMAGE_WITHDRAWN
        if self._flash.production and header[5] & _DEVELOPMENT:
            return codes.IMAGE_DEVELOPMENT
        return 0

    def _take(self, message: object) -> int:
        """Take the next words of the payload."""
        n = message.length(2)
        if not self._next or message.uint(1) != self._next or self._next + n > self._end:
            return codes.UPDATE_ORDER
        if n % _WORD:
            return codes.RANGE
        at = message.offset(2)
        self._flash.banks[1 - self._flash.running].write(self._next, message.buf[at : at + n])
        self._next += n
        return 0

    def _switch(self, message: object) -> int:
        """Judge the image in the other bank; a good one is tried at the next start."""
        flash = self._flash
        if not self._next or self._next < self._end:
            return codes.UPDATE_ORDER
        bank = flash.banks[1 - flash.running]
        self._next = 0
        self._sum(bank, _HEADER, self._end)
        for i in range(_DIGEST):
            if self._arena.digest[i] != self._header[_DIGEST_AT + i]:
                return codes.IMAGE_DAMAGED
        self._sum(bank, 0, self._end)
        at = message.offset(1)
        if not self._signed(message.buf, at):
            return codes.IMAGE_UNSIGNED
        bank.write(self._end, message.buf[at : at + _SIGNATURE])
        ask(flash.boot, 1 - flash.running)
        return 0

    def _image(self, writer: object) -> int:
        """Tell what the image that runs is, as it lies in its bank, and the key of the next one."""
        flash = self._flash
        bank = flash.banks[flash.running]
        head = bytearray(_WORD)
        bank.read(_WORD, head)
        end = _HEADER + (head[2] << 16 | head[1] << 8 | head[0])
        if head[3] or end > bank.size:
            return codes.IMAGE_DAMAGED
        arena = self._arena
        self._sum(bank, 0, end)
        writer.begin(_IMAGE + _ANSWER)
        writer.put_bytes(1, arena.digest, 0, _DIGEST)
        writer.put_uint(2, flash.counter)
        arena.hash.reset()
        for part in (_BEFORE, _MODULUS, flash.key, _EXPONENT):
            arena.hash.update(part, 0, len(part))
        arena.hash.digest_into(arena.digest, 0)
        writer.put_bytes(3, arena.digest, 0, _DIGEST)
        return 0

    def _sum(self, bank: object, at: int, end: int) -> None:
        """SHA-256 of what lies in the bank from `at` to `end`, of its payload."""
        buffer = self._arena.response  # a bank holds as much behind the payload: the signature
        self._arena.hash.reset()
        while at < end:
            n = min(len(buffer), end - at)
            bank.read(at, buffer)
            self._arena.hash.update(buffer, 0, n)
            at += n
            if not at % 4096:
                self._alive()
        self._arena.hash.digest_into(self._arena.digest, 0)

    def _signed(self, buf: bytearray, at: int) -> bool:
        """Whether a signature of the digest with the key of this image lies there (RSASSA-PKCS1-v1_5, RFC
        8017 8.2.2)."""
        modulus = int.from_bytes(self._flash.key, "big")
        value = int.from_bytes(buf[at : at + _SIGNATURE], "big")
        if value >= modulus:
            return False
        for _ in range(16):
            value = self._times(value, value, modulus)
        value = self._times(value, int.from_bytes(buf[at : at + _SIGNATURE], "big"), modulus)
        gc.collect()
        block = value.to_bytes(_SIGNATURE, "big")
        padding = _SIGNATURE - _DIGEST - len(_INFO) - 2
        return block == b"\x00\x01" + b"\xff" * padding + _INFO + bytes(self._arena.digest)

    def _times(self, value: int, other: int, modulus: int) -> int:
        """Their product modulo `modulus`, in as few long numbers at a time as can be: each needs room in one
        piece."""
        gc.collect()
        value *= other
        value %= modulus
        self._alive()
        return value
