"""The device's codec of link messages: strict, by the table, into slots made at boot; nothing is allocated.

The accepted language is a subset of deterministic CBOR (RFC 8949 4.2.1): one definite map and nothing after
it, keys unsigned and strictly ascending, values unsigned integers, byte strings, or text of printable
ASCII, every head in its shortest form. A decoder accepts exactly what its encoder would have made.

Refusals come in this order, each only when no earlier one holds: the whole is not that language
(MALFORMED); key 0 is absent, not an unsigned integer, or no message's number (UNKNOWN_MESSAGE); a field is
missing or too many (FIELD); a value's major type is not its field's (TYPE); a value or a length is out of
its field's bounds (RANGE).
"""

from . import codes, messages
from .messages import COUNTS, FIELDS_MAX, NUMBERS, RECORD, ROWS, SECRET, TEXT, UINT, WHOLE_RECORDS
from .octets import wipe
from .port import const

_UINT = const(0)  # major types
_BSTR = const(2)
_TSTR = const(3)
_MAP = const(5)

_BIG = const(-1)  # an integer of 2**30 or more: refused everywhere, never built
_BAD = const(-2)  # not a shortest, complete head


class Message:
    """One parsed message: where its fields lie in the buffer it was parsed from; made once, used for all.

    `number`, `uint(key)`, `offset(key)` and `length(key)` hold after `parse` has returned `codes.OK`, until
    the buffer changes. `buf` is the buffer.
    """

    def __init__(self) -> None:
        self.buf: bytes | bytearray = b""
        self.number = 0
        self._at = 0
        self._end = 0
        self._major = bytearray(FIELDS_MAX + 1)  # of key 0 and the fields
        self._value = [0] * (FIELDS_MAX + 1)  # an integer's value, a string's length
        self._start = [0] * (FIELDS_MAX + 1)  # where a string's bytes begin
        self._key = [0] * (FIELDS_MAX + 1)

    def uint(self, key: int) -> int:
        """Value of an unsigned field."""
        return self._value[key]

    def offset(self, key: int) -> int:
        """Where a string field's bytes begin in `buf`."""
        return self._start[key]

    def length(self, key: int) -> int:
        """How many bytes a string field has."""
        return self._value[key]

    def parse(self, buf: bytes | bytearray, start: int, end: int) -> int:
        """Parse buf[start:end] as one whole message; return `codes.OK` or the refusal."""
        self.buf = buf
        self.number = 0
        self._at = start
        self._end = end
        entries = self._entries()
        if entries < 0:
            return codes.MALFORMED
        if entries == 0 or self._key[0] != 0 or self._major[0] != _UINT:
            return codes.UNKNOWN_MESSAGE
        number = self._value[0]
        if number == _BIG or number >= NUMBERS or ROWS[number] == 0:
            return codes.UNKNOWN_MESSAGE
        if entries != COUNTS[number] + 1:
            return codes.FIELD
        for slot in range(1, entries):
            if self._key[slot] != slot:
                return codes.FIELD
        return self._judge(number, entries)

    def _judge(self, number: int, entries: int) -> int:
        row = ROWS[number] - 1
        for slot in range(1, entries):
            if self._major[slot] != major_of(messages.field_class(row + slot)):
                return codes.TYPE
        for slot in range(1, entries):
            if not fits(row + slot, self._value[slot]):
                return codes.RANGE
        self.number = number
        return codes.OK

    def _entries(self) -> int:
        """Walk the whole map into the slots; return how many entries, or -1 when it is not our language."""
        count = self._head(_MAP)
        if count < 0:
            return -1
        before = 0
        for entry in range(count):
            key_at = self._at
            key = self._head(_UINT)
            if key == _BAD or (entry > 0 and not self._ascends(before, key_at)):
                return -1
            before = key_at
            if self._at >= self._end:
                return -1
            major = self.buf[self._at] >> 5
            if major != _UINT and major != _BSTR and major != _TSTR:
                return -1
            value = self._head(major)
            if value == _BAD:
                return -1
            start = self._at
            if major != _UINT:
                if value == _BIG or value > self._end - start:
                    return -1
                if major == _TSTR and not printable(self.buf, start, value):
                    return -1
                self._at += value
            if entry <= FIELDS_MAX:
                self._key[entry] = key
                self._major[entry] = major
                self._value[entry] = value
                self._start[entry] = start
        return count if self._at == self._end else -1

    def _head(self, major: int) -> int:
        """Take one head of this major type; return its argument, _BIG from 2**30 on, or _BAD."""
        buf = self.buf
        at = self._at
        if at >= self._end or buf[at] >> 5 != major:
            return _BAD
        short = buf[at] & 0x1F
        at += 1
        if short < 24:
            self._at = at
            return short
        if short > 27:
            return _BAD
        size = 1 << (short - 24)
        if size > self._end - at:
            return _BAD
        self._at = at + size
        if size == 1:
            return buf[at] if buf[at] >= 24 else _BAD
        half = size // 2
        if not any_set(buf, at, half):
            return _BAD  # half the size would have done
        if size == 8 or (size == 4 and buf[at] >= 0x40):
            return _BIG
        value = 0
        for i in range(at, at + size):
            value = value << 8 | buf[i]
        return value

    def _ascends(self, before: int, at: int) -> bool:
        """Tell whether the key at `at` is above the key at `before`: shortest heads sort as bytes do."""
        buf = self.buf
        size = 1 if buf[at] < 24 else 1 + (1 << (buf[at] - 24))
        for i in range(size):
            if buf[before + i] != buf[at + i]:
                return buf[before + i] < buf[at + i]
        return False


class Writer:
    """Writes one message at a time into a buffer made at boot, at a fixed place, as the table has it.

    `begin(number)`, then every field in the order of its key, then `finish()`. A call that the table does
    not allow (order, class, bounds, no room) spoils the message: `finish()` then returns 0 and nothing may
    be sent.
    """

    def __init__(self, buf: bytearray, start: int, end: int) -> None:
        self.buf = buf
        self._first = start
        self._limit = end
        self._at = start
        self._number = 0
        self._next = 0
        self._good = False

    def begin(self, number: int) -> None:
        """Start the message of this number, forgetting what was written before."""
        self._at = self._first
        self._number = number
        self._next = 1
        self._good = number < NUMBERS and ROWS[number] > 0
        if self._good:
            self._head(_MAP, COUNTS[number] + 1)
            self._head(_UINT, 0)
            self._head(_UINT, number)

    def put_uint(self, key: int, value: int) -> None:
        """Write an unsigned field."""
        if self._allows(key, _UINT, value):
            self._head(_UINT, key)
            self._head(_UINT, value)

    def put_bytes(self, key: int, source: bytes | bytearray, start: int, length: int) -> None:
        """Write a byte-string field from source[start:start + length]."""
        self._put(key, _BSTR, source, start, length)

    def put_text(self, key: int, source: bytes | bytearray, start: int, length: int) -> None:
        """Write a text field from source[start:start + length], printable ASCII."""
        if printable(source, start, length):
            self._put(key, _TSTR, source, start, length)
        else:
            self._good = False

    def refuse(self, status: int, record: int, column: int, detail: int) -> None:
        """Write a FAILURE in place of whatever was begun; numbers beyond the table's bounds are capped."""
        self.begin(messages.FAILURE)
        row = ROWS[messages.FAILURE]
        self.put_uint(1, status)
        self.put_uint(2, min(record, messages.high(row + 1)))
        self.put_uint(3, min(column, messages.high(row + 2)))
        self.put_uint(4, min(detail, messages.high(row + 3)))

    def finish(self) -> int:
        """Return where the message ends in the buffer, or 0 when it is not whole and right."""
        if not self._good or self._next != COUNTS[self._number] + 1:
            return 0
        return self._at

    def _put(self, key: int, major: int, source: bytes | bytearray, start: int, length: int) -> None:
        if not self._allows(key, major, length):
            return
        self._head(_UINT, key)
        self._head(major, length)
        at = self._at
        if not self._good or length > self._limit - at:
            self._good = False
            return
        buf = self.buf
        for i in range(length):
            buf[at + i] = source[start + i]
        self._at = at + length

    def _allows(self, key: int, major: int, value: int) -> bool:
        if not self._good or key != self._next or key > COUNTS[self._number]:
            self._good = False
            return False
        row = ROWS[self._number] - 1 + key
        self._good = major_of(messages.field_class(row)) == major and fits(row, value)
        self._next += 1
        return self._good

    def _head(self, major: int, value: int) -> None:
        size = 0 if value < 24 else 1 if value < 0x100 else 2 if value < 0x10000 else 4
        at = self._at
        if size >= self._limit - at:
            self._good = False
            return
        buf = self.buf
        if size == 0:
            buf[at] = major << 5 | value
        else:
            buf[at] = major << 5 | (24 if size == 1 else 25 if size == 2 else 26)
            for i in range(size):
                buf[at + size - i] = value >> (8 * i) & 0xFF
        self._at = at + size + 1


def major_of(field_class: int) -> int:
    """CBOR's major type of a field class of the table."""
    if field_class == UINT:
        return _UINT
    return _TSTR if field_class == TEXT else _BSTR


def fits(row: int, value: int) -> bool:
    """Tell whether a value (unsigned) or a length (strings) is within the bounds of the table's row."""
    if value < messages.low(row) or value > messages.high(row):
        return False
    return messages.field_class(row) != WHOLE_RECORDS or value % RECORD == 0


def printable(buf: bytes | bytearray, start: int, length: int) -> bool:
    """Tell whether buf[start:start + length] is printable ASCII, 20 to 7E."""
    for i in range(start, start + length):
        if buf[i] < 0x20 or buf[i] > 0x7E:
            return False
    return True


def any_set(buf: bytes | bytearray, start: int, length: int) -> bool:
    """Tell whether any byte of buf[start:start + length] is not zero."""
    for i in range(start, start + length):
        if buf[i]:
            return True
    return False


def wipe_secrets(message: Message, buf: bytearray) -> None:
    """Overwrite the secret fields of a parsed message in the buffer that it was parsed from."""
    row = ROWS[message.number] - 1
    for key in range(1, COUNTS[message.number] + 1):
        if messages.field_class(row + key) == SECRET:
            wipe(buf, message.offset(key), message.length(key))
