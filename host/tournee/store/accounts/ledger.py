"""The ledger: what three owe for each invoice, what returns and the patient say came, what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from tournee.model import Outcome, ThreeShares, on_patient
from tournee.model.codes import AMC, AMO, DRE, FSE
from tournee.store.accounts.patient_payments import NOTHING_GIVEN, Given, PatientPayments
from tournee.store.database import Database
from tournee.store.statements import Row
from tournee.store.states import SheetState, VisitState

_INVOICES = """SELECT invoice.id, invoice.number, invoice.ps, invoice.substitute, invoice.visit, invoice.made,
    invoice.by_amo, invoice.by_amc, invoice.by_patient, visit.first_day, visit.last_day, visit.state,
    day.date,
    (SELECT min(later.id) FROM invoice AS later WHERE later.visit = invoice.visit AND later.id > invoice.id
        AND EXISTS (SELECT 1 FROM sheet WHERE sheet.invoice = later.id AND sheet.state <> 'abandoned'))
        AS replaced_by,
    (SELECT coalesce(sum(given_back), 0) FROM cancelled_invoice WHERE cancelled_invoice.invoice = invoice.id)
        AS handed_back
    FROM invoice JOIN visit ON visit.id = invoice.visit JOIN day ON day.id = visit.day"""

_SHEETS = """SELECT sheet.id, sheet.invoice, sheet.kind, sheet.state, sheet.fee, sheet.amo, sheet.amc,
    sheet.crf, sheet.patient_sealed, sheet.nir_sealed, sheet_bytes.sevens_sealed IS NOT NULL AS certified
    FROM sheet JOIN sheet_bytes ON sheet_bytes.sheet = sheet.id WHERE sheet.invoice IN ({marks})
    ORDER BY sheet.id"""

_EVENTS = """SELECT at, subject_id, state FROM history WHERE subject_id IN ({marks}) AND subject = ?
    AND state IN ('abandoned', 'written_off', 'on_patient', 'paid', 'partly_paid', 'payment_refused')"""

_PAYMENTS = """SELECT sheet.invoice, payment.sheet, payment.received, payment.share, payment.outcome,
    payment.asked, payment.paid, received.taken FROM payment JOIN sheet ON sheet.id = payment.sheet
    JOIN received ON received.id = payment.received WHERE sheet.invoice IN ({marks}) ORDER BY payment.id"""


@dataclass(frozen=True)
class LedgerSheet:
    """An FSE or DRE of an invoice: where it stands, whether its card signed it."""

    id: int
    kind: str
    state: SheetState
    crf: str
    certified: bool


@dataclass(frozen=True)
class LedgerPayment:
    """What a return taken in on `day` (AAAAMMJJ) said of a share (AMO, AMC) of an invoice, in cents;
    `franchise` was held back of it.
    """

    sheet_id: int
    return_id: int
    day: str
    at: str
    share: str
    paid: int
    franchise: int


@dataclass(frozen=True)
class LedgerRow:
    """An invoice and all its money, in cents. `first_day` and `last_day` (AAAAMMJJ) are of the care, `made`
    is the invoice's day, `substitute` the RPPS number of who cared in the place of `ps`; `signed` are the
    shares as its cards signed them, `handed_back` what insurers took back by word of mouth. `given` is what
    the patient gave for the visit: it counts on its last invoice alone.
    """

    invoice_id: int
    number: str
    ps: str
    visit_id: int
    visit_state: VisitState
    made: str
    first_day: str
    last_day: str
    patient: str = field(repr=False)
    nir: str = field(repr=False)
    fee: int
    amo: int
    amc: int
    signed: ThreeShares
    sheets: tuple[LedgerSheet, ...]
    payments: tuple[LedgerPayment, ...]
    replaced_by: int = 0
    handed_back: int = 0
    substitute: str = ""
    given: Given = NOTHING_GIVEN

    @property
    def person(self) -> tuple[str, str]:
        """Who the patient is: a NIR may be a family's."""
        return self.nir, self.patient

    @cached_property
    def shares(self) -> ThreeShares:
        """What each is asked now: as signed, or the complementary share of the patient."""
        asked = any(sheet.state is SheetState.ON_PATIENT for sheet in self.sheets)
        return on_patient(self.signed) if asked else self.signed

    @cached_property
    def certified(self) -> bool:
        """Whether it ever was an invoice: signed."""
        return any(sheet.certified for sheet in self.sheets)

    @cached_property
    def counts(self) -> bool:
        """Whether something is due by it: signed, not given up, nor replaced, and its visit not set aside."""
        return (
            self.certified
            and not self.replaced_by
            and self.visit_state is not VisitState.ABANDONED
            and any(sheet.state is not SheetState.ABANDONED for sheet in self.sheets)
        )

    @cached_property
    def paid(self) -> ThreeShares:
        """What came: by returns, where a caisse's money beyond its own share is for the complementary one, as
        when it settles both, less what was handed back to them; and of the patient.
        """
        amo = sum(one.paid + one.franchise for one in self.payments if one.share != AMC)
        amc = sum(one.paid + one.franchise for one in self.payments if one.share == AMC)
        back = min(self.handed_back, max(amo, 0))
        amo, amc = amo - back, amc - (self.handed_back - back)
        beyond = max(0, min(amo - self.shares.amo, self.shares.amc - amc))
        return ThreeShares(amo - beyond, amc + beyond, self.given.given)

    @cached_property
    def lost(self) -> ThreeShares:
        """What the carer gave up of what did not come."""
        due, paid = self.shares, self.paid
        amo, amc = (max(0, due.amo - paid.amo), max(0, due.amc - paid.amc))
        return ThreeShares(
            amo if self._is_written_off(AMO) else 0, amc if self._is_written_off(AMC) else 0, self.given.lost
        )

    @cached_property
    def left(self) -> ThreeShares:
        """What is still due, below 0 where more came than was due; nothing is due by what does not count, and
        what came for it all the same is left below 0.
        """
        due = self.shares if self.counts else ThreeShares(0, 0, 0)
        came = (paid + lost for paid, lost in zip(self.paid, self.lost, strict=True))
        return ThreeShares(*(share - one for share, one in zip(due, came, strict=True)))

    def state_of(self, share: str) -> SheetState:
        """Where the sheet stands that asks for a share: an AMC's is the DRE, where there is one."""
        kind = DRE if share == AMC else FSE
        sheet = next((one for one in self.sheets if one.kind == kind), self.sheets[0])
        return sheet.state

    def _is_written_off(self, share: str) -> bool:
        return self.counts and self.state_of(share) is SheetState.WRITTEN_OFF


class Ledger:
    """Reads it; nothing of it is kept."""

    def __init__(self, db: Database, patient_payments: PatientPayments) -> None:
        self._db, self._patient_payments = db, patient_payments

    def find(self, *, ps: str = "", visits: Iterable[int] | None = None) -> tuple[LedgerRow, ...]:
        """The rows of all invoices, of one professional's or of some visits', in the order they were made."""
        with self._db.reading():
            if visits is None:
                found = self._db.where(_INVOICES, "invoice.id", {"invoice.ps = ?": ps})
            else:
                found = self._db.among(f"{_INVOICES} WHERE invoice.visit IN ({{marks}})", visits)
            invoices = sorted((one for one in found if ps in ("", one["ps"])), key=lambda one: int(one["id"]))
            ids = [one["id"] for one in invoices]
            sheets, payments = self._by_invoice(_SHEETS, ids), self._by_invoice(_PAYMENTS, ids)
            rows = [
                self._row(one, sheets[one["id"]], payments.get(one["id"], ()))
                for one in invoices
                if one["id"] in sheets
            ]
            counted = self._patient_payments.counted({one.visit_id for one in rows})
            return tuple(
                replace(one, given=counted[one.visit_id].given.get(one.invoice_id, NOTHING_GIVEN))
                if one.visit_id in counted
                else one
                for one in rows
            )

    def events(self, rows: Iterable[LedgerRow]) -> dict[str, list[tuple[str, int, str]]]:
        """What became of these invoices' sheets, and of their visits when they were set aside, by "sheet" and
        "visit": when (ISO 8601), the sheet's or the visit's id and its state, in order.
        """
        told = list(rows)
        subjects = {
            "sheet": [sheet.id for row in told for sheet in row.sheets],
            "visit": [row.visit_id for row in told if row.visit_state is VisitState.ABANDONED],
        }
        with self._db.reading():
            return {
                subject: sorted(
                    (row["at"], row["subject_id"], row["state"])
                    for row in self._db.among(_EVENTS, ids, subject)
                )
                for subject, ids in subjects.items()
            }

    def _by_invoice(self, query: str, ids: list[int]) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {}
        for row in self._db.among(query, ids):
            found.setdefault(row["invoice"], []).append(row)
        return found

    def _row(self, row: Row, sheets: list[Row], payments: Iterable[Row]) -> LedgerRow:
        first = next((sheet for sheet in sheets if sheet["kind"] == FSE), sheets[0])
        return LedgerRow(
            invoice_id=row["id"],
            number=f"{row['number']:09}",
            ps=row["ps"],
            visit_id=row["visit"],
            visit_state=VisitState(row["state"]),
            made=row["made"][:10].replace("-", ""),
            first_day=row["first_day"] or row["date"],
            last_day=row["last_day"] or row["date"],
            patient=self._db.decrypt_text(first["patient_sealed"], "sheet", "patient", first["id"]),
            nir=self._db.decrypt_text(first["nir_sealed"], "sheet", "nir", first["id"]),
            fee=first["fee"],
            amo=first["amo"],
            amc=max(sheet["amc"] for sheet in sheets),
            signed=ThreeShares(row["by_amo"], row["by_amc"], row["by_patient"]),
            sheets=tuple(map(_sheet, sheets)),
            payments=tuple(map(_payment, payments)),
            replaced_by=row["replaced_by"] or 0,
            handed_back=row["handed_back"],
            substitute=row["substitute"],
        )


def _sheet(row: Row) -> LedgerSheet:
    return LedgerSheet(row["id"], row["kind"], SheetState(row["state"]), row["crf"], bool(row["certified"]))


def _payment(row: Row) -> LedgerPayment:
    held = row["asked"] if row["outcome"] == Outcome.FRANCHISE.value else 0
    return LedgerPayment(
        *(row["sheet"], row["received"], row["taken"][:10].replace("-", ""), row["taken"]),
        *(row["share"], row["paid"], held),
    )
