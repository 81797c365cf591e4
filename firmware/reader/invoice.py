"""The rules of one invoice, record by record as it passes: 2, 2A, 4, 4E, 5 (profile, Records; Certification 2; OCT-X, OCT-EF)."""

from sesam import codes
from sesam.port import const

from reader.columns import column, number, same

LINES = const(999)  # most acts of an invoice: 5 39+3

_ISSUER = column("2", "emetteur")
_NIR = column("2", "nir")
_KEY = column("2", "cle")
_RANK = column("2", "rang")
_NUMBER = column("2", "facture")
_THIRD_PARTY = column("2", "tiers_payant")
_CONTRACT = column("2", "type_contrat")
_INSURER = column("2", "numero_amc")
_MORE_INSURER = column("2A", "numero_amc")
_EXTRA_NUMBER = column("4E", "facture")
_FEE = column("4", "honoraires")
_AMO = column("4", "part_amo")
_AMC = column("4", "part_amc")
_LINES = column("5", "lignes")
_ALL_FEE = column("5", "honoraires")
_ALL_AMO = column("5", "part_amo")
_ALL_AMC = column("5", "part_amc")
_PAID = column("5", "paye_assure")

_SPLIT = const(99)  # contract type: the OCT may split
_BY_AMO = const(1)  # bits of group 1410 field 1: a third party pays the AMO share, the complementary share
_BY_AMC = const(2)


class Invoice:
    """One invoice's running sums. Each method takes the record at `at` and returns 0 or a status; `column` is then its column.

    `head` keeps the columns 1–38 of the record 2, which every record of the invoice repeats (4E: without the rank), `insurer`
    its AMC number.
    """

    def __init__(self, head: bytearray, insurer: bytearray) -> None:
        self.head = head
        self.column = 0
        self.number = 0
        self.lines = 0
        self.fee = 0  # cents, as the two shares
        self.amo = 0
        self.amc = 0
        self._third_party = 0
        self._insurer = insurer

    def refuse(self, status: int, field: int) -> int:
        """Note the column of a refusal and return its status."""
        self.column = (field >> 8) + 1
        return status

    def open(self, buf: bytearray, at: int, issuer: object, patient: object, dre: bool) -> int:
        """Record 2. `issuer.bills` and, unless None, `patient.holds` judge the numbers."""
        head = self.head
        for i in range(len(head)):
            head[i] = buf[at + i]
        for i in range(len(self._insurer)):
            self._insurer[i] = buf[at + (_INSURER >> 8) + i]
        self.number = number(buf, at, _NUMBER)
        self.lines = self.fee = self.amo = self.amc = 0
        self._third_party = number(buf, at, _THIRD_PARTY)
        if not issuer.bills(buf, at + (_ISSUER >> 8)):
            return self.refuse(codes.ISSUER, _ISSUER)
        if patient is not None and not patient.holds(buf, at + (_NIR >> 8)):
            return self.refuse(codes.PATIENT, _NIR)
        if number(buf, at, _CONTRACT) == _SPLIT:
            if dre:  # OCT-X-1: no FSE and DRE of the same invoice
                return self.refuse(codes.EXCLUSION, _CONTRACT)
            if self._third_party & _BY_AMC:  # OCT-EF-3
                return self.refuse(codes.EXCLUSION, _THIRD_PARTY)
        return 0

    def insurer(self, buf: bytearray, at: int) -> int:
        """Record 2A: it names the complementary insurer of the record 2."""
        status = self.same_invoice(buf, at, _NUMBER)
        if not status and not same(buf, at + (_MORE_INSURER >> 8), self._insurer, 0, _MORE_INSURER & 255):
            status = self.refuse(codes.NUMBER, _MORE_INSURER)
        return status

    def act(self, buf: bytearray, at: int) -> int:
        """Record 4: one more line."""
        if self.lines == LINES:
            return self.refuse(codes.LIMIT, _FEE)
        self.lines += 1
        self.fee += number(buf, at, _FEE)
        self.amo += number(buf, at, _AMO)
        self.amc += number(buf, at, _AMC)
        return self.same_invoice(buf, at, _NUMBER)

    def rpps(self, buf: bytearray, at: int) -> int:
        """Record 4E: it has no rank, its invoice number stands three columns earlier."""
        return self.same_invoice(buf, at, _EXTRA_NUMBER)

    def close(self, buf: bytearray, at: int) -> int:
        """Record 5: count and totals are those of the lines; 74+8 is what no third party pays (group 1410)."""
        status = self.same_invoice(buf, at, _NUMBER)
        if status:
            return status
        if number(buf, at, _LINES) != self.lines:
            return self.refuse(codes.COUNT, _LINES)
        if number(buf, at, _ALL_FEE) != self.fee:
            return self.refuse(codes.TOTAL, _ALL_FEE)
        if number(buf, at, _ALL_AMO) != self.amo:
            return self.refuse(codes.TOTAL, _ALL_AMO)
        if number(buf, at, _ALL_AMC) != self.amc:
            return self.refuse(codes.TOTAL, _ALL_AMC)
        paid = self.fee
        if self._third_party & _BY_AMO:
            paid -= self.amo
        if self._third_party & _BY_AMC:
            paid -= self.amc
        if number(buf, at, _PAID) != paid:
            return self.refuse(codes.TOTAL, _PAID)
        return 0

    def same_invoice(self, buf: bytearray, at: int, number_column: int) -> int:
        """Issuer, patient and invoice number are those of the record 2."""
        if not self._repeats(buf, at, _ISSUER, _ISSUER):
            return self.refuse(codes.ISSUER, _ISSUER)
        if not self._repeats(buf, at, _NIR, _NIR):
            return self.refuse(codes.PATIENT, _NIR)
        if not self._repeats(buf, at, _KEY, _KEY):
            return self.refuse(codes.PATIENT, _KEY)
        if number_column == _NUMBER and not self._repeats(buf, at, _RANK, _RANK):
            return self.refuse(codes.PATIENT, _RANK)
        if not self._repeats(buf, at, number_column, _NUMBER):
            return self.refuse(codes.NUMBER, number_column)
        return 0

    def _repeats(self, buf: bytearray, at: int, field: int, kept: int) -> bool:
        return same(buf, at + (field >> 8), self.head, kept >> 8, kept & 255)
