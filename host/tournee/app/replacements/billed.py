"""What a replacement billed under the number of whom she replaces, by session and month, and what came of it.

It is read off the signed records: each line has its day, so an invoice of several days is split among the
sessions and months that they are in, and so is its money, to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from tournee.app.context import Office
from tournee.billing.pricing.items import TRAVEL
from tournee.formats import records
from tournee.model.codes import AMC, AMO, FSE
from tournee.practice.replacement_contract import ReplacementContract
from tournee.store import LedgerRow, SheetRow, SheetState

_RECORD = 128
_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)


@dataclass(frozen=True)
class TwoKinds:
    """Cents of care (acts and majorations) and of travel."""

    care: int = 0
    travel: int = 0

    def __add__(self, other: TwoKinds) -> TwoKinds:
        return TwoKinds(self.care + other.care, self.travel + other.travel)

    def __sub__(self, other: TwoKinds) -> TwoKinds:
        return TwoKinds(self.care - other.care, self.travel - other.travel)

    @property
    def cents(self) -> int:
        """Both."""
        return self.care + self.travel


NOTHING = TwoKinds()


@dataclass(frozen=True)
class BilledPart:
    """What one invoice holds for one session (its first day; None: a day of no session) and month (AAAAMM).

    `came` is what insurers and the patient paid of it, `refused` what an insurer refused and nobody asked
    anew, in cents.
    """

    invoice: str
    session: date | None
    month: str
    days: tuple[date, ...]
    billed: TwoKinds
    came: TwoKinds
    refused: int

    @property
    def key(self) -> tuple[str, date | None, str]:
        """Which part of which invoice."""
        return self.invoice, self.session, self.month


def billed_parts(office: Office, contract: ReplacementContract) -> tuple[BilledPart, ...]:
    """All that was billed under the replaced number with the replacement's card, in the order it was made.

    An invoice that was given up or replaced bills nothing; what came for it stays in `came`.
    """
    sheets: dict[int, SheetRow] = {}
    for sheet in office.journal.invoices.sheets(ps=contract.replaced, substitute=contract.rpps):
        if sheet.kind == FSE or sheet.invoice_id not in sheets:
            sheets[sheet.invoice_id] = sheet
    visits = {one.visit_id for one in office.journal.invoices.get_all(list(sheets))}
    rows = office.journal.ledger.find(ps=contract.replaced, visits=visits)
    return tuple(
        part
        for row in rows
        if row.invoice_id in sheets and row.certified
        for part in _parts(contract, row, sheets[row.invoice_id])
    )


def _parts(contract: ReplacementContract, row: LedgerRow, sheet: SheetRow) -> list[BilledPart]:
    fees: dict[tuple[date | None, str], TwoKinds] = defaultdict(TwoKinds)
    days: dict[tuple[date | None, str], set[date]] = defaultdict(set)
    for day, code, cents in _lines(sheet.records):
        session = contract.session_of(day)
        key = session.first if session else None, f"{day:%Y%m}"
        fees[key] += TwoKinds(travel=cents) if code in TRAVEL else TwoKinds(cents)
        days[key].add(day)
    refused = _refused(row)
    weights = [weight for told in fees.values() for weight in (told.care, told.travel)]
    came = iter(shared_out(sum(row.paid), weights))
    lost = iter(shared_out(refused, weights))
    made = []
    for key, told in fees.items():
        got = TwoKinds(next(came), next(came))
        gone = next(lost) + next(lost)
        billed = told if row.counts else NOTHING
        made.append(BilledPart(row.number, *key, tuple(sorted(days[key])), billed, got, gone))
    return made


def _lines(body: bytes) -> list[tuple[date, str, int]]:
    """Day, code and fee of each act of an invoice's records."""
    found = []
    for at in range(0, len(body), _RECORD):
        kind, values = records.decode(body[at : at + _RECORD], at)
        if kind == "4":
            day = datetime.strptime(str(values["date"]), "%y%m%d").date()
            found.append((day, str(values["acte"]).strip(), int(values["honoraires"])))
    return found


def _refused(row: LedgerRow) -> int:
    """What insurers refused and is due no more by them, in cents."""
    if not row.counts:
        return 0
    left = row.left
    refused = left.amo if row.state_of(AMO) in _REFUSED else 0
    return max(0, refused) + (max(0, left.amc) if row.state_of(AMC) in _REFUSED else 0)


def shared_out(cents: int, weights: list[int]) -> list[int]:
    """A sum in parts by these weights, none below 0, that add up to it; all in the first where they are 0."""
    whole = sum(weights)
    if not whole:
        return [cents, *[0] * (len(weights) - 1)] if weights else []
    done, before, made = 0, 0, []
    for weight in weights:
        done += weight
        upto = cents * done // whole
        made.append(upto - before)
        before = upto
    return made
