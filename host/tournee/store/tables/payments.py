"""Money: what returns said of each sheet's shares, where the sheet stands by it, and what is amiss: paid or
asked otherwise than computed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tournee.french import euros
from tournee.model import Outcome
from tournee.model.codes import AMC, DRE
from tournee.store.database import Database
from tournee.store.rows import PaymentRow
from tournee.store.statements import Row
from tournee.store.states import SheetState

_PAYMENTS = """SELECT sheet, received, share, outcome, asked, paid FROM payment WHERE sheet IN ({marks})
    AND past = 0 ORDER BY id"""

_BILLED_TWICE = """WITH standing AS (SELECT invoice.id, invoice.visit, invoice.number,
        (SELECT coalesce(sum(payment.paid), 0) FROM payment JOIN sheet ON sheet.id = payment.sheet
            WHERE sheet.invoice = invoice.id) AS paid
    FROM invoice WHERE visit IN (SELECT visit FROM invoice WHERE former IS NOT NULL
        AND visit IN (SELECT visit FROM invoice WHERE id IN ({marks})))
    AND EXISTS (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id
        AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused')))
    SELECT me.id, other.number FROM standing AS me JOIN standing AS other
    ON other.visit = me.visit AND other.id <> me.id WHERE me.paid > 0 OR other.paid > 0 ORDER BY other.id"""
"""The other invoices of a visit that live beside one, when either was paid."""


@dataclass(frozen=True)
class Due:
    """What a sheet can ask, in cents: a DRE its `amc`; a FSE its `amo`, and its `amc` too when no DRE stands
    beside it (`alone`: the AMO settles both shares, or contract 99).
    """

    kind: str
    amo: int
    amc: int
    alone: bool

    @cached_property
    def amounts(self) -> tuple[int, ...]:
        """Every amount that a return may say was asked by this sheet, its own share first."""
        if self.kind == DRE:
            return (self.amc,)
        both = (self.amo, self.amo + self.amc, self.amc) if self.alone else (self.amo,)
        return tuple(dict.fromkeys(amount for amount in both if amount)) or (self.amo,)

    def expected(self, payments: Iterable[PaymentRow]) -> int:
        """What is to be paid for one share.

        The amounts that these returns say were asked, each once, as far as the sheet can have asked them;
        else the share itself; less a franchise that was held back.
        """
        told, held = _franchise_apart(payments)
        asked = {payment.asked for payment in told} & set(self.amounts)
        share = min(sum(asked), max(self.amounts)) or (self.amc if told[0].share == AMC else self.amo)
        return share - held


def payment_state(payments: Iterable[PaymentRow], due: Due) -> SheetState | None:
    """The state of a sheet after these payments, whatever their order; None while nothing is decided.

    Paid: every share spoken of is paid in full. Payment refused: a share is rejected and nothing is paid.
    Partly paid: between the two. More than was asked is paid too: `anomalies` tells it.
    """
    shares = _by_share(payments)
    told, _ = _franchise_apart(payment for share in shares for payment in share)
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
    told = list(payments)
    if len(told) == 1 and told[0].paid == told[0].asked in due.amounts:
        return ()  # as nearly all are
    found: list[str] = []
    for share in _by_share(told):
        said, _ = _franchise_apart(share)
        for asked in sorted({payment.asked for payment in said} - {0, *due.amounts}):
            own = " ou ".join(f"{euros(amount)} €" for amount in due.amounts)
            found.append(f"demandé {euros(asked)} € au lieu de {own}")
        paid, expected = _sum(share), due.expected(share)
        if paid != expected and (_is_paid(share) or paid):
            found.append(f"payé {euros(paid)} € pour {euros(expected)} € demandés")
    return tuple(found)


class Payments:
    """What was paid for sheets, and why they stand where they do."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of_sheet(self, sheet_id: int) -> tuple[PaymentRow, ...]:
        """What returns said of the shares of a sheet."""
        with self._db.reading():
            return tuple(self.of_sheets([sheet_id]).get(sheet_id, ()))

    def of_sheets(self, sheets: Iterable[int]) -> dict[int, list[PaymentRow]]:
        """The same of many, by sheet."""
        found: dict[int, list[PaymentRow]] = {}
        for row in self._db.among(_PAYMENTS, sheets):
            found.setdefault(row["sheet"], []).append(_payment_row(row))
        return found

    def reasons(
        self, sheets: Sequence[Row], known: Mapping[int, list[PaymentRow]] | None = None
    ) -> dict[int, str]:
        """The last reason that a return gave for each sheet, then what is amiss in its payments.

        Rows have `id`, `invoice`, `kind`, `amo`, `amc` and `reason_sealed`; `known` are all their payments,
        where they were read already.
        """
        payments = self.of_sheets(sheet["id"] for sheet in sheets) if known is None else known
        paid = sorted({sheet["invoice"] for sheet in sheets if sheet["id"] in payments})
        beside = {
            row["invoice"]: row["sheets"]
            for row in self._db.among(
                "SELECT invoice, count(*) AS sheets FROM sheet WHERE invoice IN ({marks}) GROUP BY invoice",
                paid,
            )
        }
        twice = self.billed_twice(sheet["invoice"] for sheet in sheets)
        found = {}
        for sheet in sheets:
            told = self._db.decrypt_text(sheet["reason_sealed"], "sheet", "reason", sheet["id"])
            of_sheet = payments.get(sheet["id"], [])
            due = Due(sheet["kind"], sheet["amo"], sheet["amc"], alone=beside.get(sheet["invoice"]) == 1)
            amiss = anomalies(of_sheet, due) if of_sheet else ()
            found[sheet["id"]] = joined(told, *amiss, *map(same_visit, twice.get(sheet["invoice"], ())))
        return found

    def amiss(self, invoices: Sequence[int]) -> dict[int, str]:
        """What differs now between what these invoices asked and what returns say of it, by invoice."""
        rows = self._db.among(
            "SELECT id, invoice, kind, amo, amc FROM sheet WHERE invoice IN ({marks}) ORDER BY id", invoices
        )
        payments = self.of_sheets(row["id"] for row in rows)
        beside = Counter(row["invoice"] for row in rows)
        found: dict[int, str] = {}
        for row in rows:
            due = Due(row["kind"], row["amo"], row["amc"], alone=beside[row["invoice"]] == 1)
            told = anomalies(payments[row["id"]], due) if row["id"] in payments else ()
            found[row["invoice"]] = joined(found.get(row["invoice"], ""), *told)
        return found

    def billed_twice(self, invoices: Iterable[int]) -> dict[int, list[int]]:
        """Numbers of what else lives of the visits of these invoices where one is paid, by invoice."""
        wanted, found = set(invoices), dict[int, list[int]]()
        for row in self._db.among(_BILLED_TWICE, sorted(wanted)):
            if row["id"] in wanted:
                found.setdefault(row["id"], []).append(row["number"])
        return found


def _payment_row(row: Row) -> PaymentRow:
    return PaymentRow(
        sheet_id=row["sheet"],
        return_id=row["received"],
        share=row["share"],
        outcome=row["outcome"],
        asked=row["asked"],
        paid=row["paid"],
    )


def same_visit(number: int) -> str:
    """What is said of an invoice that another one of its visit lives beside."""
    return f"même visite que la facture {number:09} : ne doit être payée qu’une fois"


def joined(*reasons: str) -> str:
    """Reasons on one line, those that say something."""
    return " ; ".join(reason for reason in reasons if reason)


def _franchise_apart(payments: Iterable[PaymentRow]) -> tuple[list[PaymentRow], int]:
    """What is told of shares, and the cents of franchise that are left out of it."""
    told, held = [], 0
    for one in payments:
        if one.outcome == Outcome.FRANCHISE.value:
            held += one.asked
        else:
            told.append(one)
    return told, held


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
