"""Certification: records checked one by one as they stream in, added up and hashed; memory does not follow
the lot.

What is signed is what was read: of an invoice its records from 2 to 5, of a lot all from 1 to 6, certificates
of its invoices included (profile, Record 7 and Certification in the reader). An assertion is no invoice: what
is signed for it begins as no record does, and is short.
"""

from reader.certification.invoice import Invoice
from reader.certification.lot import Lot
from reader.certification.signing import SEAL, SIGNATURE
from sesam import codes
from sesam.layout import KINDS, RECORD_LENGTH, check, class_at, kind_of
from sesam.octets import same
from sesam.port import const

_INVOICE = const(1)  # what CERTIFY asks for
_LOT = const(2)
_ASSERTED = const(3)
SEALED = const(4)  # what SEAL does
_DRE = const(2)  # its kind; 1 is FSE
_VISIT = const(2)  # modes in which both cards take part at once (domain 1.7)
_SECURED = const(3)
DESYNCHRONISED = const(4)  # the one in which Vitale seals, and the PS's card signs later
_MODES = const(5)  # from 1, without a Vitale card, to 5, degraded
_ISSUER = const(2)  # column of every record
_OPENS = b"<ds:SignedInfo "  # what an assertion's signature is over; no record begins so
_ASSERTED_MAX = const(8)  # pieces of 128 bytes

_1 = const(1)  # kinds by their place in KINDS, plus one (a test holds them to it); 0: nothing read yet
_2 = const(2)
_2R = const(3)
_2A = const(4)
_4 = const(5)
_4E = const(6)
_5 = const(7)
_6 = const(8)
_7 = const(9)


def _order(lines: str) -> bytes:
    """Bits of the kinds that may follow, in two bytes, the high one first, by the kind read last; from lines
    such as `4: 4 4E 5`."""
    bits = bytearray(2 * (len(KINDS) + 1))
    for line in lines.split(","):
        before, after = line.split(":")
        at = 2 * KINDS.index(before.strip()) + 2
        for kind in after.split():
            bit = 1 << KINDS.index(kind) + 1
            bits[at] |= bit >> 8
            bits[at + 1] |= bit & 255
    bits[1] = 2  # a lot begins with its 1; an invoice as if one had passed, and ends with its 5
    return bytes(bits)


_ORDER = _order("1: 2, 2: 2R 2A 4, 2R: 2A 4, 2A: 4, 4: 4 4E 5, 4E: 4 5, 5: 7, 7: 7 2 6")


class Certifier:
    """One certification at a time: `begin`, `take` for every record, `confirm`; then `hashed` is what is to
    be signed, by the cards of `parts`.

    `ps.bills(buf, at)` and `patient.holds(buf, at)` say whose records these may be.
    After a refusal `ordinal` and `column` name the place, and nothing is under way any more.
    """

    def __init__(self, arena: object, ps: object, patient: object) -> None:
        self.hashed = arena.hash
        self.invoice = Invoice(arena)
        self.lot = Lot(arena)
        self.parts = 0
        self.ordinal = 0  # of the next record, from 0
        self.column = 0
        self._ps = ps
        self._patient = patient
        self._what = 0  # 0: nothing under way
        self._last = 0
        self._foreign = False  # the issuer is not the holder of the card that signs: a 2R must name that

    def begin(self, what: int, kind: int, mode: int) -> int:
        """Start anew; return 0 or MODE."""
        self.end()
        self.ordinal = 0
        if not 0 < mode <= _MODES:
            return codes.MODE
        self._what = what
        self._last = 0 if what == _LOT else _1
        self.parts = SEAL if what == SEALED else SIGNATURE
        if what == _INVOICE and _VISIT <= mode <= _SECURED:
            self.parts = SEAL | SIGNATURE
        self.lot.begin(mode, kind == _DRE)
        self.hashed.reset()
        return 0

    def end(self) -> None:
        """Nothing is under way any more."""
        self._what = 0
        self.column = 0

    def current(self) -> bool:
        """Whether records are awaited, or a signature."""
        return self._what != 0

    def take(self, buf: bytearray, at: int) -> int:
        """Check, add up and hash the record at `at`; return 0 or a status."""
        if self._what == _ASSERTED:
            return self._assert(buf, at)
        kind = kind_of(buf, at)
        if self._foreign and self._last == _2 and kind + 1 != _2R:
            self.ordinal -= 1 if self._what != _LOT or self.lot.invoices else 2  # the 2, or the lot's 1
            return self._refuse(codes.ISSUER, _ISSUER)
        if kind < 0:
            return self._refuse(codes.LAYOUT, 1)
        at_last = 2 * self._last
        bits = _ORDER[at_last] << 8 | _ORDER[at_last + 1]
        if not bits >> kind + 1 & 1 or (self._last == _5 and self._what != _LOT):
            return self._refuse(codes.ORDER, 1)
        column = check(buf, at, kind)
        if column:
            letter = class_at(kind, column)
            keyed = letter == 66 or letter == 67 or letter == 82  # B, C, R end in a control key
            return self._refuse(codes.KEY if keyed else codes.LAYOUT, column)
        status = self._rule(kind + 1, buf, at)
        if status:
            return self._refuse(status, self.column)
        self.hashed.update(buf, at, RECORD_LENGTH)
        self._last = kind + 1
        self.ordinal += 1
        return 0

    def _assert(self, buf: bytearray, at: int) -> int:
        """Hash a piece of what an assertion's signature is over; return 0 or a status."""
        first = not self.ordinal
        if self.ordinal == _ASSERTED_MAX or (first and not same(buf, at, _OPENS, 0, len(_OPENS))):
            return self._refuse(codes.LAYOUT, 1)
        self.hashed.update(buf, at, RECORD_LENGTH)
        self._last = _5
        self.lot.invoices = 1
        self.ordinal += 1
        return 0

    def confirm(self, invoices: int, total: int) -> int:
        """End of the stream: it is whole, and what the user confirmed, count and total in cents; return 0 or
        a status."""
        status = 0
        if self._last != (_6 if self._what == _LOT else _5):
            status = codes.ORDER
        elif invoices != self.lot.invoices or total != self.lot.fee:
            status = codes.CONFIRMATION
        self.end()
        return status

    def _refuse(self, status: int, column: int) -> int:
        self.end()
        self.column = column
        return status

    def _rule(self, kind: int, buf: bytearray, at: int) -> int:
        invoice = self.invoice
        if kind == _4:
            status = invoice.act(buf, at, self.lot.mode)
        elif kind == _4E:
            status = invoice.rpps(buf, at)
        elif kind == _2A:
            status = invoice.more(buf, at)
        elif kind == _2R:
            one = self._what == _INVOICE
            status = invoice.replacement(buf, at, self._ps, self._foreign, one)
        elif kind == _5:
            status = invoice.close(buf, at)
            if not status:
                self.lot.add(invoice)
        elif kind == _2 and self._what != _LOT:
            self._foreign = self.parts & SIGNATURE and not self._ps.bills(buf, at + _ISSUER - 1)
            status = invoice.open(buf, at, self._patient if self.parts & SEAL else None, self.lot.dre)
        else:
            return self._rule_of_lot(kind, buf, at)
        self.column = invoice.column
        return status

    def _rule_of_lot(self, kind: int, buf: bytearray, at: int) -> int:
        lot = self.lot
        status = lot.certified() if self._last == _7 and kind != _7 else 0
        if status:
            self.column = 1
            return status
        if kind == _7:
            status = lot.certificate(buf, at, self.invoice.number, self.invoice.replaced)
        elif kind == _1:
            self._foreign = not self._ps.bills(buf, at + _ISSUER - 1)
            status = lot.open(buf, at)
        elif kind == _6:
            status = lot.close(buf, at)
        else:
            status = lot.admit(buf, at)
        self.column = lot.column
        if not status and kind == _2:
            status = self.invoice.open(buf, at, None, lot.dre)
            self.column = self.invoice.column
        return status
