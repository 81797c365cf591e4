"""Certification: records checked one by one as they are streamed, added up and hashed; memory does not follow the lot.

What is signed is what was read: of an invoice its records from 2 to 5, of a lot all from 1 to 6, certificates of its
invoices included (profile, Record 7 and Certification in the reader).
"""

from sesam import codes
from sesam.layout import KINDS, RECORD_LENGTH, check, class_at, kind_of
from sesam.port import const

from reader.invoice import Invoice
from reader.lot import SECURED, Lot

INVOICE = 1  # what CERTIFY may ask for
LOT = 2
FSE = 1
DRE = 2
MODES = (1, SECURED, 5)  # no Vitale card, secured, degraded (domain 1.7)

_START = const(0)  # what was read last: a kind's place in KINDS, plus one
_1 = KINDS.index("1") + 1
_2 = KINDS.index("2") + 1
_2A = KINDS.index("2A") + 1
_4 = KINDS.index("4") + 1
_4E = KINDS.index("4E") + 1
_5 = KINDS.index("5") + 1
_6 = KINDS.index("6") + 1
_7 = KINDS.index("7") + 1

_KEY_CLASSES = b"BCR"  # classes of fields that end in a control key


def _order(whole: str) -> list:
    """Bits of what may follow what, by what was read last, from lines such as `4: 4 4E 5`."""
    bits = [0] * (len(KINDS) + 1)
    for line in whole.split(","):
        before, after = line.split(":")
        before = before.strip()
        place = KINDS.index(before) + 1 if before else _START
        for kind in after.split():
            bits[place] |= 1 << KINDS.index(kind) + 1
    return bits


_ORDERS = (
    _order(":2, 2: 2A 4, 2A: 4, 4: 4 4E 5, 4E: 4 5"),
    _order(":1, 1: 2, 2: 2A 4, 2A: 4, 4: 4 4E 5, 4E: 4 5, 5: 7, 7: 7 2 6"),
)
_LAST = (_5, _6)


class Certifier:
    """One certification at a time: `begin`, `take` for every record, `confirm`; then `hashed` holds what is to be signed.

    `ps.bills(buf, at)` and `patient.holds(buf, at)` say whose records these may be. After a refusal `ordinal` and `column`
    name the place, and nothing is under way any more.
    """

    def __init__(self, arena: object, ps: object, patient: object) -> None:
        self.hashed = arena.hash
        self.invoice = Invoice(arena.head, arena.insurer)
        self.lot = Lot(arena)
        self._ps = ps
        self._patient = patient
        self._what = 0  # INVOICE, LOT, or 0: nothing under way
        self._dre = False
        self.sealed = False  # the Vitale card takes part
        self._last = _START
        self.ordinal = 0  # of the next record, from 0
        self.column = 0

    def begin(self, what: int, kind: int, mode: int) -> int:
        """Start anew; return 0 or MODE."""
        self._what = 0
        self.ordinal = 0
        self.column = 0
        if mode not in MODES:
            return codes.MODE
        self._what = what
        self._dre = kind == DRE
        self.sealed = what == INVOICE and mode == SECURED
        self._last = _START
        self.lot.clear(mode)
        self.hashed.reset()
        return 0

    def end(self) -> None:
        """Nothing is under way any more."""
        self._what = 0

    def under_way(self) -> bool:
        """Whether records are awaited, or a signature."""
        return self._what != 0

    def take(self, buf: bytearray, at: int) -> int:
        """Check, add up and hash the record at `at`; return 0 or a status, with `column`."""
        self.column = 0
        kind = kind_of(buf, at)
        if kind < 0:
            return self._refuse(codes.LAYOUT, 1)
        if not _ORDERS[self._what - 1][self._last] >> kind + 1 & 1:
            return self._refuse(codes.ORDER, 1)
        column = check(buf, at, kind)
        if column:
            return self._refuse(self._fault(kind, column), column)
        status = self._rule(kind + 1, buf, at)
        if status:
            return self._refuse(status, self.column)
        self.hashed.update(buf, at, RECORD_LENGTH)
        self._last = kind + 1
        self.ordinal += 1
        return 0

    def confirm(self, invoices: int, total: int) -> int:
        """End of the stream: whole, and the count and total (cents) that the user saw; return 0 or a status."""
        if self._last != _LAST[self._what - 1]:
            return self._refuse(codes.ORDER, 0)
        if invoices != self.lot.invoices or total != self.lot.fee:
            return self._refuse(codes.CONFIRMATION, 0)
        self._what = 0
        return 0

    def _refuse(self, status: int, column: int) -> int:
        self._what = 0
        self.column = column
        return status

    def _fault(self, kind: int, column: int) -> int:
        letter = class_at(kind, column)
        for i in range(len(_KEY_CLASSES)):
            if letter == _KEY_CLASSES[i]:
                return codes.KEY
        return codes.LAYOUT

    def _rule(self, kind: int, buf: bytearray, at: int) -> int:
        invoice = self.invoice
        lot = self.lot
        if kind == _2:
            status = self._invoice(buf, at)
        elif kind == _2A:
            status = self._of(invoice, invoice.insurer(buf, at))
        elif kind == _4:
            status = self._of(invoice, invoice.act(buf, at))
        elif kind == _4E:
            status = self._of(invoice, invoice.rpps(buf, at))
        elif kind == _5:
            status = self._of(invoice, invoice.close(buf, at))
            if not status:
                lot.add(invoice)
        elif kind == _7:
            status = self._of(lot, lot.certificate(buf, at, invoice))
        elif kind == _1:
            status = self._of(lot, lot.open(buf, at, self._ps, self._dre))
        else:
            status = self._of(lot, lot.certified() or lot.close(buf, at))
        return status

    def _invoice(self, buf: bytearray, at: int) -> int:
        """Record 2: after a certified invoice, for the lot's recipient, then by the rules of invoices."""
        invoice = self.invoice
        lot = self.lot
        if self._what == INVOICE:
            patient = self._patient if self.sealed else None
            return self._of(invoice, invoice.open(buf, at, self._ps, patient, self._dre))
        status = 0
        if self._last == _7:
            status = lot.certified()
        status = self._of(lot, status or lot.belongs(buf, at))
        return status or self._of(invoice, invoice.open(buf, at, lot, None, self._dre))

    def _of(self, judge: object, status: int) -> int:
        """Take over the column of the one that refused."""
        self.column = judge.column if status else 0
        return status
