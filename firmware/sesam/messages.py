"""The messages of the link, once: the device walks this table, the host, the manual and the tests parse it.

A message is one flat CBOR map. Key 0 holds the message number; keys 1, 2, 3… hold its fields, all of them,
always. Columns of `TABLE`, fixed width: name(16) number(4) key(3) class(2) low(4) high(10), then a line
feed.

The line of key 0 names the message; its class is the direction, `>` host to reader or `<` reader to host.
The other lines name a field. Class `u` is an unsigned integer in low..high (high < 2**30); the others count
bytes: `t` printable ASCII text, `b` bytes, `r` bytes that are whole 128-byte records, `s` bytes that are
secret (never logged, overwritten after use). An answer has its request's number + 64; FAILURE answers any
request.
"""

from .port import const

TABLE = b"""\
HELLO             32  0 >   -         -
session           32  1 b   8         8
version           32  2 u   1       255
resume            32  3 u   0         1
WELCOME           96  0 <   -         -
version           96  1 u   1       255
largest_message   96  2 u  64     65535
last_number       96  3 u   0       255
resumed           96  4 u   0         1
PROTECT           33  0 >   -         -
version           33  1 u   1       255
suite             33  2 u   1       255
nonce             33  3 b  16        16
session           33  4 b   8         8
PROTECTING        97  0 <   -         -
version           97  1 u   1       255
suite             97  2 u   1       255
nonce             97  3 b  16        16
proof             97  4 b  16        16
PROVE             34  0 >   -         -
proof             34  1 b  16        16
PROTECTED         98  0 <   -         -
IDENTIFY           1  0 >   -         -
IDENTITY          65  0 <   -         -
firmware          65  1 t   1        32
board             65  2 t   1        32
profile           65  3 t   1        32
heap_size         65  4 u   0 999999999
heap_used         65  5 u   0 999999999
heap_peak         65  6 u   0 999999999
slots             65  7 u   0         9
date              65  8 t   0        12
READ_PS_CARD       2  0 >   -         -
part               2  1 u   0         2
offset             2  2 u   0     65535
PS_CARD           66  0 <   -         -
offset            66  1 u   0     65535
data              66  2 b   0       512
last              66  3 u   0         1
UNLOCK             3  0 >   -         -
code               3  1 s   4         8
UNLOCKED          67  0 <   -         -
tries_left        67  1 u   0        15
READ_VITALE        4  0 >   -         -
part               4  1 u   0         2
offset             4  2 u   0     65535
VITALE            68  0 <   -         -
offset            68  1 u   0     65535
data              68  2 b   0       512
last              68  3 u   0         1
CERTIFY            5  0 >   -         -
what               5  1 u   1         3
kind               5  2 u   1         2
mode               5  3 u   0         5
CERTIFYING        69  0 <   -         -
chunk             69  1 u   1        64
window            69  2 u   1       127
RECORDS            6  0 >   -         -
first              6  1 u   0     99999
data               6  2 r 128      8192
RECORDED          70  0 <   -         -
next              70  1 u   0     99999
SIGN               7  0 >   -         -
invoices           7  1 u   1       999
total              7  2 u   0 999999999
SIGNED            71  0 <   -         -
signature         71  1 b 256       256
seal              71  2 b   0       256
digest            71  3 b  32        32
SET_DATE           8  0 >   -         -
date               8  1 t  12        12
DATE_SET          72  0 <   -         -
date              72  1 t  12        12
CARDS              9  0 >   -         -
CARDS_STATE       73  0 <   -         -
ps                73  1 u   0         2
vitale            73  2 u   0         1
ABANDON           10  0 >   -         -
ABANDONED         74  0 <   -         -
LOAD_OPPOSITION   11  0 >   -         -
offset            11  1 u   0     65535
data              11  2 b   0       512
OPPOSITION_STATE  75  0 <   -         -
size              75  1 u   1     65535
next              75  2 u   0     65535
number            75  3 u   0    999999
USE_OPPOSITION    12  0 >   -         -
number            12  1 u   1    999999
hashes            12  2 u   1        16
check             12  3 u   0     65535
OPPOSITION_USED   76  0 <   -         -
size              76  1 u   1     65535
next              76  2 u   0     65535
number            76  3 u   0    999999
CLEAR_OPPOSITION  13  0 >   -         -
serial            13  1 t   0        10
OPPOSITION_CLEAR  77  0 <   -         -
serial            77  1 t   0        10
SEAL              14  0 >   -         -
kind              14  1 u   1         2
SEALING           78  0 <   -         -
chunk             78  1 u   1        64
window            78  2 u   1       127
STATE             16  0 >   -         -
READER_STATE      80  0 <   -         -
serial            80  1 t   0        16
signatures        80  2 u   0  16777215
journal           80  3 u   0         1
banks             80  4 u   0         2
running           80  5 u   0         1
confirmed         80  6 u   0         1
production        80  7 u   0         1
taken             80  8 u   0   1048575
PROVISION         17  0 >   -         -
serial            17  1 t   1        16
secret            17  2 s  32        32
PROVISIONED       81  0 <   -         -
serial            81  1 t   1        16
UPDATE            18  0 >   -         -
header            18  1 b  64        64
UPDATING          82  0 <   -         -
next              82  1 u   0   1048575
chunk             82  2 u   8      1024
CHUNK             19  0 >   -         -
offset            19  1 u   0   1048575
data              19  2 b   8      1024
TAKEN             83  0 <   -         -
next              83  1 u   0   1048575
SWITCH            20  0 >   -         -
signature         20  1 b 256       256
SWITCHED          84  0 <   -         -
RESTART           21  0 >   -         -
RESTARTING        85  0 <   -         -
CONFIRM           22  0 >   -         -
CONFIRMED         86  0 <   -         -
IMAGE             23  0 >   -         -
IMAGE_STATE       87  0 <   -         -
digest            87  1 b  32        32
counter           87  2 u   0     65535
key               87  3 b  32        32
FAILURE          127  0 <   -         -
status           127  1 u   1     65535
record           127  2 u   0     99999
column           127  3 u   0       128
detail           127  4 u   0     65535
"""

RECORD = const(128)  # bytes of a record: a length of class `r` is a multiple of it
ANSWER = const(64)  # an answer's number is its request's plus this
NUMBERS = const(128)  # message numbers are below this
FIELDS_MAX = const(8)  # the longest message has this many fields
VERSION = const(2)  # of the protocol: what HELLO asks for and WELCOME grants

_WIDTH = const(40)
_NAME = const(16)
_NUMBER = const(17)
_KEY = const(21)
_CLASS = const(24)
_LOW = const(26)
_HIGH = const(30)
_DIGIT_0 = const(0x30)

UINT = const(0x75)  # classes, as they stand in the table
TEXT = const(0x74)
WHOLE_RECORDS = const(0x72)
SECRET = const(0x73)


def _decimal(at: int, end: int) -> int:
    value = 0
    for i in range(at, end):
        digit = TABLE[i] - _DIGIT_0
        if digit >= 0:
            value = value * 10 + digit
    return value


def _named(row: int, name: bytes) -> bool:
    start = row * _WIDTH
    return TABLE[start : start + _NAME].rstrip() == name


def low(row: int) -> int:
    """Smallest value or length that the field of this row may have."""
    return _decimal(row * _WIDTH + _LOW, row * _WIDTH + _HIGH - 1)


def high(row: int) -> int:
    """Largest value or length that the field of this row may have."""
    return _decimal(row * _WIDTH + _HIGH, row * _WIDTH + _WIDTH - 1)


def field_class(row: int) -> int:
    """Class of the field of this row, or the direction for the row of a message."""
    return TABLE[row * _WIDTH + _CLASS]


def _message(name: bytes) -> int:
    """Number of the message of this name. LookupError when there is none."""
    for row in range(len(TABLE) // _WIDTH):
        if _decimal(row * _WIDTH + _KEY, row * _WIDTH + _CLASS - 1) == 0 and _named(row, name):
            return _decimal(row * _WIDTH + _NUMBER, row * _WIDTH + _KEY - 1)
    raise LookupError(name)


def _index(counted: bool) -> bytes:
    """By message number: the row of its field 1 (0: no such message), or how many fields it has."""
    found = bytearray(NUMBERS)
    for row in range(len(TABLE) // _WIDTH):
        message = _decimal(row * _WIDTH + _NUMBER, row * _WIDTH + _KEY - 1)
        is_field = _decimal(row * _WIDTH + _KEY, row * _WIDTH + _CLASS - 1) > 0
        if is_field and counted:
            found[message] += 1
        elif not is_field and not counted:
            found[message] = row + 1
    return bytes(found)


ROWS = _index(False)
COUNTS = _index(True)

HELLO = _message(b"HELLO")
WELCOME = _message(b"WELCOME")
PROTECT = _message(b"PROTECT")
PROVE = _message(b"PROVE")
IDENTIFY = _message(b"IDENTIFY")
READ_PS_CARD = _message(b"READ_PS_CARD")
UNLOCK = _message(b"UNLOCK")
READ_VITALE = _message(b"READ_VITALE")
CERTIFY = _message(b"CERTIFY")
RECORDS = _message(b"RECORDS")
SIGN = _message(b"SIGN")
SET_DATE = _message(b"SET_DATE")
CARDS = _message(b"CARDS")
ABANDON = _message(b"ABANDON")
LOAD_OPPOSITION = _message(b"LOAD_OPPOSITION")
USE_OPPOSITION = _message(b"USE_OPPOSITION")
CLEAR_OPPOSITION = _message(b"CLEAR_OPPOSITION")
SEAL = _message(b"SEAL")
FAILURE = _message(b"FAILURE")
