"""Which of two banks starts: a log of 4-byte records in two pages, read by the boot code of every board.

A record is the bank (0, 1), the bank XOR A5, 00 once it was started on trial, 00 once it was confirmed; the
newest whole one counts, none means bank 0. A bank that is not confirmed is started once; the next start takes
the other. A page that is full goes on at the start of the other one, and is then erased.
"""

from sesam.port import const

_RECORD = const(4)
_CHECK = const(0xA5)
_TRIED = const(2)  # places in a record
_CONFIRMED = const(3)
_BLANK = b"\xff\xff\xff\xff"


def _end(storage: object, base: int, record: bytearray) -> int:
    """Where the page at `base` is still blank."""
    for at in range(base, base + storage.page, _RECORD):
        storage.read(at, record)
        if record == _BLANK:
            return at
    return base + storage.page


def _page(storage: object, record: bytearray) -> int:
    """The page whose records count."""
    end = _end(storage, storage.page, record)
    if end == storage.page:
        return 0
    return storage.page if end < storage.size or _end(storage, 0, record) in (0, storage.page) else 0


def newest(storage: object, record: bytearray) -> int:
    """Fill `record` with the record that counts; return where it lies, -1 when there is none."""
    base = _page(storage, record)
    at = _end(storage, base, record)
    while at > base:
        at -= _RECORD
        storage.read(at, record)
        if record[0] < 2 and record[1] == record[0] ^ _CHECK:
            return at
    return -1


def choose(storage: object) -> int:
    """The bank to start; a trial is written down."""
    record = bytearray(_RECORD)
    at = newest(storage, record)
    if at < 0:
        return 0
    if record[_CONFIRMED] and not record[_TRIED]:
        return record[0] ^ 1
    if record[_CONFIRMED]:
        storage.write(at + _TRIED, b"\0")
    return record[0]


def confirmed(storage: object, running: int) -> bool:
    """Whether the bank that runs will start again."""
    record = bytearray(_RECORD)
    return newest(storage, record) < 0 or record[0] != running or not record[_CONFIRMED]


def confirm(storage: object, running: int) -> None:
    """Have the bank that runs start from now on."""
    record = bytearray(_RECORD)
    at = newest(storage, record)
    if at >= 0 and record[0] == running and record[_CONFIRMED]:
        storage.write(at + _CONFIRMED, b"\0")


def ask(storage: object, bank: int) -> None:
    """Have this bank tried at the next start."""
    record = bytearray(_RECORD)
    base = _page(storage, record)
    at = _end(storage, base, record)
    full = at == base + storage.page
    if full:
        at = storage.page - base
        if _end(storage, at, record) != at:
            storage.erase(at // storage.page)
    storage.write(at, bytes((bank, bank ^ _CHECK)))
    if full:
        storage.erase(base // storage.page)
