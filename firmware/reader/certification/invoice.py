"""The rules of one invoice, record by record as it passes: 2, 2R, 2A, 4, 4E, 5.

Profile, Records and Certification 2; OCT-X and OCT-EF.
"""

from reader.certification.fields import columns, number
from sesam import codes
from sesam.octets import copy, digits, filled_with, same
from sesam.port import const

_HEAD = columns("2", "emetteur nir cle rang facture tiers_payant type_contrat numero_amc")
_ISSUER = const(0)
_NIR = const(1)
_KEY = const(2)
_RANK = const(3)
_NUMBER = const(4)
_THIRD_PARTY = const(5)
_CONTRACT = const(6)
_INSURER = const(7)

_MORE = columns("2A", "numero_amc tp_complementaire montant_complementaire")
_ASKED = const(1)  # in _MORE
_AMOUNT = const(2)
_EXTRA = columns("4E", "facture")
_REPLACED = columns("2R", "remplacant signature")
_SIGNS = const(1)  # in _REPLACED
_ACT = columns("4", "honoraires part_amo part_amc date mode_traitement")
_DATE = const(3)
_TREATMENT = const(4)
_END = columns("5", "honoraires part_amo part_amc lignes paye_assure")
_FEE = const(0)  # in _ACT and _END
_AMO = const(1)
_AMC = const(2)
_LINES = const(3)  # in _END
_PAID = const(4)

_LINES_MAX = const(999)  # 5 39+3
_SPLIT = const(99)  # contract type: the OCT may split
_BY_AMO = const(1)  # bits of group 1410 field 1: a third party pays the AMO share, the complementary share
_BY_AMC = const(2)
_VISIT = const(2)  # securing mode (domain 1.7), in which the place of care is told,
_ELSEWHERE = const(2)  # 1 at home, or this
_ZERO = const(48)
_TODAY_AT = const(2)  # AAMMJJ in AAAAMMJJHHMM
_TODAY_LENGTH = const(6)


class Invoice:
    """One invoice's running sums. Each method takes the record at `at` and returns 0 or a status, with
    `column`.

    `head` keeps the columns 1–38 of the record 2, which every record of the invoice repeats (4E: without the
    rank), `insurer` its AMC number. `_today` is the reader's date, AAAAMMJJHHMM, or no digits.
    """

    def __init__(self, arena: object) -> None:
        self.head = arena.head
        self.insurer = arena.insurer
        self._today = arena.date
        self.column = 0
        self.number = 0
        self.lines = 0
        self.fee = 0  # cents, as the two shares
        self.amo = 0
        self.amc = 0
        self.third = 0  # group 1410 field 1
        self.replaced = 0  # 1: the card of the issuer's replacement signs
        self._asked = 0  # cents of the complementary share that group 1321 asks for; -1: a 2A must tell

    def refuse(self, status: int, column: int) -> int:
        """Note the column of a refusal and return its status."""
        self.column = (column >> 8) + 1
        return status

    def open(self, buf: bytearray, at: int, patient: object, dre: bool) -> int:
        """Record 2. Unless it is None, `patient.holds` judges whose it is."""
        copy(self.head, 0, buf, at, len(self.head))
        copy(self.insurer, 0, buf, at + (_HEAD[_INSURER] >> 8), len(self.insurer))
        self.number = number(buf, at, _HEAD[_NUMBER])
        self.third = number(buf, at, _HEAD[_THIRD_PARTY])
        self.lines = self.fee = self.amo = self.amc = self.replaced = 0
        contract = number(buf, at, _HEAD[_CONTRACT])
        insured = contract > 0 or not filled_with(self.insurer, 0, len(self.insurer), _ZERO)
        self._asked = -1 if insured else 0
        if patient is not None and not patient.holds(buf, at + (_HEAD[_NIR] >> 8)):
            return self.refuse(codes.PATIENT, _HEAD[_NIR])
        if contract == _SPLIT:
            if dre:  # OCT-X-1: no FSE and DRE of the same invoice
                return self.refuse(codes.EXCLUSION, _HEAD[_CONTRACT])
            if self.third & _BY_AMC:  # OCT-EF-3
                return self.refuse(codes.EXCLUSION, _HEAD[_THIRD_PARTY])
        return 0

    def replacement(self, buf: bytearray, at: int, card: object, foreign: bool, one: bool) -> int:
        """Record 2R: another one than the issuer. Where the issuer's number is `foreign` to the card that
        signs, it names that card; else that card signs what the replacement does not, one by one."""
        status = self._belongs(buf, at, _HEAD[_NUMBER])
        named = _REPLACED[0]
        self.replaced = number(buf, at, _REPLACED[_SIGNS])
        if status:
            return status
        if same(buf, at + (named >> 8), self.head, _HEAD[_ISSUER] >> 8, named & 255):
            return self.refuse(codes.ISSUER, named)
        if foreign and not card.bills(buf, at + (named >> 8), True):
            return self.refuse(codes.ISSUER, named)
        if one and self.replaced != foreign:
            return self.refuse(codes.ISSUER, _REPLACED[_SIGNS])
        return 0

    def more(self, buf: bytearray, at: int) -> int:
        """Record 2A: it names the complementary insurer of the record 2, and asks for nothing or for an
        amount."""
        status = self._belongs(buf, at, _HEAD[_NUMBER])
        if not status and not same(buf, at + (_MORE[0] >> 8), self.insurer, 0, len(self.insurer)):
            status = self.refuse(codes.NUMBER, _MORE[0])
        self._asked = number(buf, at, _MORE[_AMOUNT])
        if not status and self._asked and not number(buf, at, _MORE[_ASKED]):
            status = self.refuse(codes.TOTAL, _MORE[_AMOUNT])
        return status

    def act(self, buf: bytearray, at: int, mode: int) -> int:
        """Record 4: one more line, not of a day to come; the 2A that group 1321 calls for has passed. A visit
        says where it was."""
        if self._asked < 0:
            return self.refuse(codes.ORDER, 0)
        if self.lines == _LINES_MAX:
            return self.refuse(codes.LIMIT, 0)
        self.lines += 1
        self.fee += number(buf, at, _ACT[_FEE])
        self.amo += number(buf, at, _ACT[_AMO])
        self.amc += number(buf, at, _ACT[_AMC])
        today = digits(self._today, _TODAY_AT, _TODAY_LENGTH)  # -1: the clock is not set
        if 0 <= today < number(buf, at, _ACT[_DATE]):
            return self.refuse(codes.DATE, _ACT[_DATE])
        if mode == _VISIT and not 0 < number(buf, at, _ACT[_TREATMENT]) <= _ELSEWHERE:
            return self.refuse(codes.MODE, _ACT[_TREATMENT])
        return self._belongs(buf, at, _HEAD[_NUMBER])

    def rpps(self, buf: bytearray, at: int) -> int:
        """Record 4E: it has no rank, and its invoice number stands three columns earlier."""
        return self._belongs(buf, at, _EXTRA[0])

    def close(self, buf: bytearray, at: int) -> int:
        """Record 5: count and totals are those of the lines; 74+8 is what no third party pays (group
        1410)."""
        status = self._belongs(buf, at, _HEAD[_NUMBER])
        if status:
            return status
        if number(buf, at, _END[_LINES]) != self.lines:
            return self.refuse(codes.COUNT, _END[_LINES])
        if number(buf, at, _END[_FEE]) != self.fee:
            return self.refuse(codes.TOTAL, _END[_FEE])
        if number(buf, at, _END[_AMO]) != self.amo:
            return self.refuse(codes.TOTAL, _END[_AMO])
        if number(buf, at, _END[_AMC]) != self.amc or self._asked > self.amc:
            return self.refuse(codes.TOTAL, _END[_AMC])
        paid = self.fee
        if self.third & _BY_AMO:
            paid -= self.amo
        if self.third & _BY_AMC:
            paid -= self.amc
        if number(buf, at, _END[_PAID]) != paid:
            return self.refuse(codes.TOTAL, _END[_PAID])
        return 0

    def _belongs(self, buf: bytearray, at: int, column: int) -> int:
        """Issuer, patient and invoice number (in `column`) are those of the record 2."""
        if not self._same(buf, at, _HEAD[_ISSUER]):
            return self.refuse(codes.ISSUER, _HEAD[_ISSUER])
        if not self._same(buf, at, _HEAD[_NIR]):
            return self.refuse(codes.PATIENT, _HEAD[_NIR])
        if not self._same(buf, at, _HEAD[_KEY]):
            return self.refuse(codes.PATIENT, _HEAD[_KEY])
        if column == _HEAD[_NUMBER] and not self._same(buf, at, _HEAD[_RANK]):
            return self.refuse(codes.PATIENT, _HEAD[_RANK])
        if number(buf, at, column) != self.number:
            return self.refuse(codes.NUMBER, column)
        return 0

    def _same(self, buf: bytearray, at: int, column: int) -> bool:
        return same(buf, at + (column >> 8), self.head, column >> 8, column & 255)
