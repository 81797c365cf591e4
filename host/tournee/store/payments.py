"""Money: where a sheet stands by what returns said of its shares, and what is amiss: paid or asked otherwise
than computed.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from tournee.french import euros
from tournee.model import Outcome
from tournee.model.codes import AMC, DRE
from tournee.store.ledger import Ledger
from tournee.store.rows import PaymentRow
from tournee.store.states import SheetState


@dataclass(frozen=True)
class Due:
    """What a sheet can ask, in cents: a DRE its `amc`; a FSE its `amo`, and its `amc` too when no DRE stands
    beside it (`alone`: the AMO settles both shares, or contract 99).
    """

    kind: str
    amo: int
    amc: int
    alone: bool

    @property
    def amounts(self) -> tuple[int, ...]:
        """Every amount that a return may say was asked by this sheet, its own share first."""
        if self.kind == DRE:
            return (self.amc,)
        both = (self.amo, self.amo + self.amc, self.amc) if self.alone else (self.amo,)
        return tuple(dict.fromkeys(amount for amount in both if amount)) or (self.amo,)

    def expected(self, payments: Iterable[PaymentRow]) -> int:
        """What is to be paid for one share.

        The amounts that these returns say were asked, each once, as far as the sheet can have asked them;
        else the share itself.
        """
        told = list(payments)
        asked = {payment.asked for payment in told} & set(self.amounts)
        return min(sum(asked), max(self.amounts)) or (self.amc if told[0].share == AMC else self.amo)


def payment_state(payments: Iterable[PaymentRow], due: Due) -> SheetState | None:
    """The state of a sheet after these payments, whatever their order; None while nothing is decided.

    Paid: every share spoken of is paid in full. Payment refused: a share is rejected and nothing is paid.
    Partly paid: between the two. More than was asked is paid too: `anomalies` tells it.
    """
    shares = _by_share(payments)
    told = [payment for share in shares for payment in share]
    if all(payment.outcome == Outcome.DEFERRED.value for payment in told):
        return None
    if all(_is_paid(share) and _sum(share) >= due.expected(share) for share in shares):
        return SheetState.PAID
    if _sum(told) > 0:
        return SheetState.PARTLY_PAID
    lost = any(payment.outcome == Outcome.REJECTED.value or payment.paid < 0 for payment in told)
    return SheetState.PAYMENT_REFUSED if lost else None


def anomalies(payments: Iterable[PaymentRow], due: Due) -> tuple[str, ...]:
    """What a carer must look into, in French: asked is not what the sheet asks, or paid what was asked."""
    found: list[str] = []
    for share in _by_share(payments):
        own = " ou ".join(f"{euros(amount)} €" for amount in due.amounts)
        for asked in sorted({payment.asked for payment in share} - {0, *due.amounts}):
            found.append(f"demandé {euros(asked)} € au lieu de {own}")
        paid, expected = _sum(share), due.expected(share)
        if paid != expected and (_is_paid(share) or paid):
            found.append(f"payé {euros(paid)} € pour {euros(expected)} € demandés")
    return tuple(found)


_BILLED_TWICE = """WITH standing AS (SELECT invoice.id, invoice.number,
        (SELECT coalesce(sum(payment.paid), 0) FROM payment JOIN sheet ON sheet.id = payment.sheet
            WHERE sheet.invoice = invoice.id) AS paid
    FROM invoice WHERE visit = (SELECT visit FROM invoice WHERE id = ?1) AND EXISTS (SELECT 1 FROM sheet
        WHERE sheet.invoice = invoice.id AND state NOT IN ('abandoned', 'refused', 'payment_refused')))
    SELECT other.number FROM standing AS me JOIN standing AS other ON other.id <> me.id
    WHERE me.id = ?1 AND (me.paid > 0 OR other.paid > 0) ORDER BY other.id"""
"""The other invoices of a visit that live beside one, when either was paid."""


class Payments(Ledger):
    """The part of the journal that knows what was paid for a sheet, and why it stands where it does."""

    def _payments(self, sheet: int) -> tuple[PaymentRow, ...]:
        rows = self._rows("SELECT * FROM payment WHERE sheet = ? ORDER BY id", sheet)
        return tuple(
            PaymentRow(sheet, row["received"], row["share"], row["outcome"], row["asked"], row["paid"])
            for row in rows
        )

    def _due(self, sheet: sqlite3.Row) -> Due:
        beside = self._rows(
            "SELECT 1 FROM sheet WHERE invoice = ? AND id <> ?", sheet["invoice"], sheet["id"]
        )
        return Due(sheet["kind"], sheet["amo"], sheet["amc"], alone=not beside)

    def _anomalies(self, sheet: sqlite3.Row) -> tuple[str, ...]:
        payments = self._payments(sheet["id"])
        amiss = anomalies(payments, self._due(sheet)) if payments else ()
        return (*amiss, *self._billed_twice(sheet["invoice"]))

    def _billed_twice(self, invoice: int) -> list[str]:
        """What else lives of a visit of which an invoice is paid, be it this one or the other."""
        numbers = [row["number"] for row in self._rows(_BILLED_TWICE, invoice)]
        return [
            f"même visite que la facture {number:09} : ne doit être payée qu’une fois" for number in numbers
        ]

    def _sheet_reason(self, sheet: sqlite3.Row) -> str:
        """The last reason a return gave, then what is amiss in its payments: nothing unless the row says that
        it is `judged`, that there are payments or another invoice of the visit.
        """
        told = self._unseal(sheet["reason_sealed"], "sheet", "reason", sheet["id"]).decode()
        amiss = self._anomalies(sheet) if sheet["judged"] else ()
        return " ; ".join(part for part in (told, *amiss) if part)


def _by_share(payments: Iterable[PaymentRow]) -> list[list[PaymentRow]]:
    shares: dict[str, list[PaymentRow]] = {}
    for payment in payments:
        shares.setdefault(payment.share, []).append(payment)
    return [shares[name] for name in sorted(shares)]


def _is_paid(share: list[PaymentRow]) -> bool:
    """Whether a return says it is paid; a share may be only rejected or deferred."""
    return any(payment.outcome == Outcome.PAID.value for payment in share)


def _sum(share: list[PaymentRow]) -> int:
    return sum(payment.paid for payment in share)
