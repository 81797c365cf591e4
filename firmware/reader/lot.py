"""The rules of a lot around its invoices: 1, 6 and the certificates 7 (profile, Records, CRF, Certification 2)."""

from sesam import codes
from sesam.port import const

from reader.columns import column, number, same

_ISSUER = column("1", "emetteur")
_LOT = column("1", "lot")
_CATEGORY = column("1", "categorie")
_MODE = column("1", "securisation")
_CRF = column("1", "crf")

_REGIME = column("2", "regime")
_OFFICE = column("2", "caisse")
_INSURER = column("2", "numero_amc")
_NUMBER = column("2", "facture")

_END_ISSUER = column("6", "emetteur")
_INVOICES = column("6", "factures")
_ACTS = column("6", "actes")
_FEE = column("6", "total")
_AMO = column("6", "part_amo")
_AMC = column("6", "part_amc")
_END_LOT = column("6", "lot")

_SEAL_ISSUER = column("7", "emetteur")
_SEAL_NUMBER = column("7", "facture")
_KIND = column("7", "genre")
_RANK = column("7", "rang")
_OF = column("7", "sur")
_KEY_ID = column("7", "cle_id")

SECURED = const(3)  # mode: the Vitale card seals every invoice (domain 1.7)
_PIECES = const(4)  # 344 characters of Base64 by 96
_P = ord("P")
_V = ord("V")
_LETTERS = b"FD"  # first letter of category and CRF
_REGIME_AT = const(1)  # columns of a CRF, from zero: F régime caisse centre, or D AMC number
_OFFICE_AT = const(3)
_INSURER_AT = const(1)


class Lot:
    """One lot's running sums. Each method takes the record at `at` and returns 0 or a status; `column` is then its column."""

    def __init__(self, arena: object) -> None:
        self.column = 0
        self.invoices = 0
        self.acts = 0
        self.fee = 0  # cents, as the two shares
        self.amo = 0
        self.amc = 0
        self.number = 0
        self.dre = False
        self._issuer = arena.lot_issuer
        self._crf = arena.crf
        self._numbers = arena.numbers
        self._key_id = arena.key_id
        self._mode = 0
        self._kind = 0  # of the certificate that passes
        self._rank = 0
        self._seen = 0  # bit 0 a whole P, bit 1 a whole V

    def refuse(self, status: int, field: int) -> int:
        """Note the column of a refusal and return its status."""
        self.column = (field >> 8) + 1
        return status

    def clear(self, mode: int) -> None:
        """Begin a lot, or a single invoice, in this securing mode."""
        self.invoices = self.acts = self.fee = self.amo = self.amc = 0
        self._mode = mode
        self._rank = 0
        self._seen = 0

    def open(self, buf: bytearray, at: int, issuer: object, dre: bool) -> int:
        """Record 1: issued by the card's holder (`issuer.bills`), of the kind and mode that the host announced."""
        if not issuer.bills(buf, at + (_ISSUER >> 8)):
            return self.refuse(codes.ISSUER, _ISSUER)
        if number(buf, at, _MODE) != self._mode:
            return self.refuse(codes.MODE, _MODE)
        if buf[at + (_CATEGORY >> 8)] != _LETTERS[dre]:
            return self.refuse(codes.MODE, _CATEGORY)
        if buf[at + (_CRF >> 8)] != _LETTERS[dre]:
            return self.refuse(codes.CRF, _CRF)
        self.number = number(buf, at, _LOT)
        self.dre = dre
        for i in range(len(self._issuer)):
            self._issuer[i] = buf[at + (_ISSUER >> 8) + i]
        for i in range(len(self._crf)):
            self._crf[i] = buf[at + (_CRF >> 8) + i]
        return 0

    def bills(self, buf: bytearray, at: int) -> bool:
        """Whether the 9 digits at `at` are the lot's issuer: its invoices have no other."""
        return same(buf, at, self._issuer, 0, len(self._issuer))

    def belongs(self, buf: bytearray, at: int) -> int:
        """Record 2: it goes to the lot's recipient, and its number is new in the lot."""
        crf = self._crf
        if self.dre:
            if not same(buf, at + (_INSURER >> 8), crf, _INSURER_AT, _INSURER & 255):
                return self.refuse(codes.CRF, _INSURER)
        elif not same(buf, at + (_REGIME >> 8), crf, _REGIME_AT, _REGIME & 255):
            return self.refuse(codes.CRF, _REGIME)
        elif not same(buf, at + (_OFFICE >> 8), crf, _OFFICE_AT, _OFFICE & 255):
            return self.refuse(codes.CRF, _OFFICE)
        numbers = self._numbers
        if self.invoices == len(numbers):
            return self.refuse(codes.LIMIT, _NUMBER)
        new = number(buf, at, _NUMBER)
        for i in range(self.invoices):
            if numbers[i] == new:
                return self.refuse(codes.NUMBER, _NUMBER)
        numbers[self.invoices] = new
        self._seen = 0
        self._rank = 0
        return 0

    def add(self, invoice: object) -> None:
        """Record 5 has closed this invoice."""
        self.invoices += 1
        self.acts += invoice.lines
        self.fee += invoice.fee
        self.amo += invoice.amo
        self.amc += invoice.amc

    def certificate(self, buf: bytearray, at: int, invoice: object) -> int:
        """Record 7: the next piece of a signature (P), or in mode 03 of a seal (V), of the invoice just closed."""
        if not self.bills(buf, at + (_SEAL_ISSUER >> 8)):
            return self.refuse(codes.ISSUER, _SEAL_ISSUER)
        if number(buf, at, _SEAL_NUMBER) != invoice.number:
            return self.refuse(codes.NUMBER, _SEAL_NUMBER)
        kind = buf[at + (_KIND >> 8)]
        rank = number(buf, at, _RANK)
        key_at = at + (_KEY_ID >> 8)
        if rank == 1:
            if self._rank or self._seen & self._bit(kind) or not self._bit(kind):
                return self.refuse(codes.CERTIFICATE, _KIND)
            self._kind = kind
            for i in range(len(self._key_id)):
                self._key_id[i] = buf[key_at + i]
        elif kind != self._kind:
            return self.refuse(codes.CERTIFICATE, _KIND)
        elif not same(buf, key_at, self._key_id, 0, len(self._key_id)):
            return self.refuse(codes.CERTIFICATE, _KEY_ID)
        if rank != self._rank + 1:
            return self.refuse(codes.CERTIFICATE, _RANK)
        if number(buf, at, _OF) != _PIECES:
            return self.refuse(codes.CERTIFICATE, _OF)
        self._rank = rank
        if rank == _PIECES:
            self._seen |= self._bit(kind)
            self._rank = 0
        return 0

    def _bit(self, kind: int) -> int:
        """The bit of a kind of certificate, 0 when the mode has none such."""
        if kind == _P:
            return 1
        return 2 if kind == _V and self._mode == SECURED else 0

    def certified(self) -> int:
        """A record 2 or 6 follows: the invoice before has all its certificates, whole."""
        wanted = 3 if self._mode == SECURED else 1
        if self._rank or self._seen != wanted:
            return self.refuse(codes.CERTIFICATE, _KIND)
        return 0

    def close(self, buf: bytearray, at: int) -> int:
        """Record 6: issuer, lot number, counts and totals are what was read."""
        if not self.bills(buf, at + (_END_ISSUER >> 8)):
            return self.refuse(codes.ISSUER, _END_ISSUER)
        if number(buf, at, _END_LOT) != self.number:
            return self.refuse(codes.NUMBER, _END_LOT)
        if number(buf, at, _INVOICES) != self.invoices:
            return self.refuse(codes.COUNT, _INVOICES)
        if number(buf, at, _ACTS) != self.acts:
            return self.refuse(codes.COUNT, _ACTS)
        if number(buf, at, _FEE) != self.fee:
            return self.refuse(codes.TOTAL, _FEE)
        if number(buf, at, _AMO) != self.amo:
            return self.refuse(codes.TOTAL, _AMO)
        if number(buf, at, _AMC) != self.amc:
            return self.refuse(codes.TOTAL, _AMC)
        return 0
