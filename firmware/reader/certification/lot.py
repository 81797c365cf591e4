"""The rules of a lot around its invoices: 1, 6 and the certificates 7 (profile, Records, CRF, Certification
2)."""

from reader.certification.fields import columns, number
from sesam import codes
from sesam.octets import copy, same, wipe
from sesam.port import const

_HEAD = columns("1", "emetteur lot categorie securisation crf organisme")
_ISSUER = const(0)  # in _HEAD, _END and _SEAL
_LOT = const(1)  # in _HEAD and _END
_CATEGORY = const(2)
_MODE = const(3)
_CRF = const(4)
_RECIPIENT = const(5)

_FOR = columns("2", "regime caisse numero_amc facture")
_REGIME = const(0)
_OFFICE = const(1)
_INSURER = const(2)
_NUMBER = const(3)

_END = columns("6", "emetteur lot factures actes total part_amo part_amc")
_INVOICES = const(2)
_ACTS = const(3)
_FEE = const(4)
_AMO = const(5)
_AMC = const(6)

_SEAL = columns("7", "emetteur facture genre rang sur cle_id algorithme")
_OF_INVOICE = const(1)
_KIND = const(2)
_RANK = const(3)
_OF = const(4)
_KEY_ID = const(5)
_ALGORITHM = const(6)

_VISIT = const(2)  # modes in which the Vitale card seals every invoice: from this (domain 1.7)
_SECURED = const(3)  # in which the service of the patient's phone may seal in its place
_DESYNCHRONISED = const(4)  # to this one
_PARTS = const(4)  # 344 characters of Base64 by 96
_P = const(80)
_V = const(86)
_A = const(65)  # in one part, by another algorithm
_LETTERS = b"FD"  # first letter of category and of CRF: FSE, DRE
_REGIME_AT = const(1)  # in a CRF, from zero: F régime caisse centre, or D AMC number
_OFFICE_AT = const(3)
_INSURER_AT = const(1)


class Lot:
    """One lot's running sums. Each method takes the record at `at` and returns 0 or a status, with
    `column`."""

    def __init__(self, arena: object) -> None:
        self.column = 0
        self.invoices = 0
        self.acts = 0
        self.fee = 0  # cents, as the two shares
        self.amo = 0
        self.amc = 0
        self.number = 0
        self.dre = False
        self.mode = 0
        self._issuer = arena.issuer
        self._crf = arena.crf
        self._numbers = arena.numbers
        self._key_id = arena.key_id
        self._signer_ids = arena.signer_ids  # the key of the PS, and of who replaces her
        self._kind = 0  # of the certificate that passes
        self._rank = 0
        self._seen = 0  # bit 0: a whole P, bit 1: a whole V or A

    def refuse(self, status: int, column: int) -> int:
        """Note the column of a refusal and return its status."""
        self.column = (column >> 8) + 1
        return status

    def begin(self, mode: int, dre: bool) -> None:
        """Begin a lot, or a single invoice, in this securing mode."""
        self.invoices = self.acts = self.fee = self.amo = self.amc = 0
        self.mode = mode
        self.dre = dre

    def open(self, buf: bytearray, at: int) -> int:
        """Record 1: of the kind and mode that the host announced."""
        if number(buf, at, _HEAD[_MODE]) != self.mode:
            return self.refuse(codes.MODE, _HEAD[_MODE])
        if buf[at + (_HEAD[_CATEGORY] >> 8)] != _LETTERS[self.dre]:
            return self.refuse(codes.MODE, _HEAD[_CATEGORY])
        if buf[at + (_HEAD[_CRF] >> 8)] != _LETTERS[self.dre]:
            return self.refuse(codes.CRF, _HEAD[_CRF])
        if self.dre and number(buf, at, _HEAD[_RECIPIENT]):  # an insurer's number does not fit there
            return self.refuse(codes.CRF, _HEAD[_RECIPIENT])
        self.number = number(buf, at, _HEAD[_LOT])
        wipe(self._signer_ids, 0, len(self._signer_ids))
        copy(self._issuer, 0, buf, at + (_HEAD[_ISSUER] >> 8), len(self._issuer))
        copy(self._crf, 0, buf, at + (_HEAD[_CRF] >> 8), len(self._crf))
        return 0

    def bills(self, buf: bytearray, at: int) -> bool:
        """Whether the 9 digits at `at` are the lot's issuer: its invoices have no other."""
        return same(buf, at, self._issuer, 0, len(self._issuer))

    def admit(self, buf: bytearray, at: int) -> int:
        """Record 2: the lot's issuer bills it, it goes to the lot's recipient, and its number is new in the
        lot."""
        if self.dre:
            if not self._same(buf, at, _FOR[_INSURER], _INSURER_AT):
                return self.refuse(codes.CRF, _FOR[_INSURER])
        elif not self._same(buf, at, _FOR[_REGIME], _REGIME_AT):
            return self.refuse(codes.CRF, _FOR[_REGIME])
        elif not self._same(buf, at, _FOR[_OFFICE], _OFFICE_AT):
            return self.refuse(codes.CRF, _FOR[_OFFICE])
        numbers = self._numbers
        if self.invoices == len(numbers):
            return self.refuse(codes.LIMIT, _FOR[_NUMBER])
        new = number(buf, at, _FOR[_NUMBER])
        for i in range(self.invoices):
            if numbers[i] == new:
                return self.refuse(codes.NUMBER, _FOR[_NUMBER])
        if not self.bills(buf, at + (_HEAD[_ISSUER] >> 8)):
            return self.refuse(codes.ISSUER, _HEAD[_ISSUER])
        numbers[self.invoices] = new
        self._seen = 0
        self._rank = 0
        return 0

    def _same(self, buf: bytearray, at: int, column: int, other_at: int) -> bool:
        return same(buf, at + (column >> 8), self._crf, other_at, column & 255)

    def add(self, invoice: object) -> None:
        """Record 5 has closed this invoice."""
        self.invoices += 1
        self.acts += invoice.lines
        self.fee += invoice.fee
        self.amo += invoice.amo
        self.amc += invoice.amc

    def certificate(self, buf: bytearray, at: int, invoice: int, replaced: int) -> int:
        """Record 7: the next part of a signature (P), or where the mode has one of a seal (V or A), of the
        invoice just closed, `replaced` as that has it."""
        if not self.bills(buf, at + (_SEAL[_ISSUER] >> 8)):
            return self.refuse(codes.ISSUER, _SEAL[_ISSUER])
        if number(buf, at, _SEAL[_OF_INVOICE]) != invoice:
            return self.refuse(codes.NUMBER, _SEAL[_OF_INVOICE])
        kind = buf[at + (_SEAL[_KIND] >> 8)]
        rank = number(buf, at, _SEAL[_RANK])
        key_at = at + (_SEAL[_KEY_ID] >> 8)
        bit = self._bit(kind)
        if rank == 1:
            if self._rank or not bit or self._seen & bit:
                return self.refuse(codes.CERTIFICATE, _SEAL[_KIND])
            self._kind = kind
            copy(self._key_id, 0, buf, key_at, len(self._key_id))
            if kind == _P and not self._same_signer(replaced * len(self._key_id)):
                return self.refuse(codes.CERTIFICATE, _SEAL[_KEY_ID])
        elif kind != self._kind:
            return self.refuse(codes.CERTIFICATE, _SEAL[_KIND])
        elif not same(buf, key_at, self._key_id, 0, len(self._key_id)):
            return self.refuse(codes.CERTIFICATE, _SEAL[_KEY_ID])
        if rank != self._rank + 1:
            return self.refuse(codes.CERTIFICATE, _SEAL[_RANK])
        parts = 1 if kind == _A else _PARTS
        if number(buf, at, _SEAL[_OF]) != parts:
            return self.refuse(codes.CERTIFICATE, _SEAL[_OF])
        if number(buf, at, _SEAL[_ALGORITHM]) != 1 + (kind == _A):
            return self.refuse(codes.CERTIFICATE, _SEAL[_ALGORITHM])
        self._rank = rank
        if rank == parts:
            self._seen |= bit
            self._rank = 0
        return 0

    def _same_signer(self, at: int) -> bool:
        """Whether the key that passes is that of the lot's first such invoice: one PS's card signed all hers,
        and one all her replacement's."""
        if not self._signer_ids[at]:
            copy(self._signer_ids, at, self._key_id, 0, len(self._key_id))
        return same(self._signer_ids, at, self._key_id, 0, len(self._key_id))

    def _bit(self, kind: int) -> int:
        """The bit of a kind of certificate, 0 when the mode has none such."""
        if kind == _P:
            return 1
        if kind == _A:
            return 2 if self.mode == _SECURED else 0
        return 2 if kind == _V and _VISIT <= self.mode <= _DESYNCHRONISED else 0

    def certified(self) -> int:
        """A record 2 or 6 follows: the invoice before has all its certificates, whole."""
        if self._rank or self._seen != self._bit(_P) | self._bit(_V):
            return self.refuse(codes.CERTIFICATE, 0)
        return 0

    def close(self, buf: bytearray, at: int) -> int:
        """Record 6: issuer, lot number, counts and totals are what was read."""
        if not self.bills(buf, at + (_END[_ISSUER] >> 8)):
            return self.refuse(codes.ISSUER, _END[_ISSUER])
        if number(buf, at, _END[_LOT]) != self.number:
            return self.refuse(codes.NUMBER, _END[_LOT])
        if number(buf, at, _END[_INVOICES]) != self.invoices:
            return self.refuse(codes.COUNT, _END[_INVOICES])
        if number(buf, at, _END[_ACTS]) != self.acts:
            return self.refuse(codes.COUNT, _END[_ACTS])
        if number(buf, at, _END[_FEE]) != self.fee:
            return self.refuse(codes.TOTAL, _END[_FEE])
        if number(buf, at, _END[_AMO]) != self.amo:
            return self.refuse(codes.TOTAL, _END[_AMO])
        if number(buf, at, _END[_AMC]) != self.amc:
            return self.refuse(codes.TOTAL, _END[_AMC])
        return 0
