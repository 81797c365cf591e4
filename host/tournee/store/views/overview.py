"""Where every invoice stands: the table that a carer reads, the one a program does, and what all come to."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from tournee.model import ThreeShares, on_patient
from tournee.model.codes import DRE, FSE
from tournee.store.accounts.patient_payments import PatientPayments
from tournee.store.database import Database
from tournee.store.rows import OverviewRow, PaymentRow, Totals
from tournee.store.statements import Row, marks
from tournee.store.states import MessageState, SheetState, VisitState
from tournee.store.tables.payments import Payments

_T = TypeVar("_T")

_ATTENTION = (
    SheetState.REFUSED,
    SheetState.PAYMENT_REFUSED,
    SheetState.PARTLY_PAID,
    SheetState.MADE,
    SheetState.SEALED,
    SheetState.CERTIFIED,
    SheetState.IN_LOT,
    SheetState.SENT,
    SheetState.ACKNOWLEDGED,
    SheetState.WRITTEN_OFF,
    SheetState.ON_PATIENT,
    SheetState.PAID,
    SheetState.ABANDONED,
)
"""States of a sheet, from the one that most needs the carer's eye."""

_RANK = {state: rank for rank, state in enumerate(_ATTENTION)}
_STATES = {state.value: state for state in _ATTENTION}
_CLOSED = (SheetState.PAID, SheetState.WRITTEN_OFF, SheetState.ON_PATIENT, SheetState.ABANDONED)
_OPEN = tuple(state for state in _ATTENTION if state not in _CLOSED)

_AT_ONCE = 200
"""Invoices read at a time: of any number in the same memory, and few are read in vain for a short page."""

_SHEETS = """SELECT sheet.id, sheet.invoice, sheet.kind, sheet.state, sheet.fee, sheet.amo, sheet.amc,
    sheet.patient_sealed, sheet.reason_sealed, invoice.number, invoice.ps, invoice.substitute, invoice.visit,
    invoice.by_amo, invoice.by_amc, invoice.by_patient, day.date, visit.state AS visit_state,
    (SELECT sum(given_back) FROM cancelled_invoice WHERE invoice = sheet.invoice) AS given_back,
    lot.number AS lot, file.number AS file, file.id AS file_id
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice JOIN visit ON visit.id = invoice.visit
    JOIN day ON day.id = visit.day LEFT JOIN lot ON lot.id = sheet.lot LEFT JOIN file ON file.id = lot.file
    WHERE sheet.invoice IN ({marks}) ORDER BY sheet.invoice DESC, sheet.id"""

_MESSAGES = "SELECT id, file, subject, state, reason_sealed FROM message WHERE file IN ({marks}) ORDER BY id"

_SIBLINGS = """SELECT id, visit, number FROM invoice
    WHERE visit IN (SELECT visit FROM invoice WHERE former IS NOT NULL AND visit IN ({marks})) AND EXISTS
    (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state <> 'abandoned') ORDER BY id"""

_SINCE = """SELECT id FROM invoice WHERE visit IN (SELECT id FROM visit WHERE day IN
    (SELECT id FROM day WHERE date >= ?))"""

_IN_STATES = "SELECT invoice FROM sheet WHERE state IN ({marks})"

_BY_STATE = """SELECT state, kind, count(*) AS sheets, sum(fee) AS fee FROM sheet GROUP BY state, kind"""

_BESIDE = """SELECT sheet.state, count(*) AS sheets, sum(sheet.fee) AS fee FROM sheet WHERE sheet.kind = 'DRE'
    AND EXISTS (SELECT 1 FROM sheet AS fse WHERE fse.invoice = sheet.invoice AND fse.kind = 'FSE')
    GROUP BY sheet.state"""
"""DRE that an FSE speaks for."""

_GONE = """SELECT count(*) AS invoices, coalesce(sum(fee), 0) AS fee FROM
    (SELECT (SELECT fee FROM sheet WHERE sheet.invoice = invoice.id ORDER BY kind <> 'FSE', id LIMIT 1) AS fee
    FROM invoice WHERE id IN (SELECT id FROM invoice
        WHERE visit IN (SELECT visit FROM invoice WHERE former IS NOT NULL)
        AND EXISTS (SELECT 1 FROM invoice AS later JOIN sheet ON sheet.invoice = later.id
            WHERE later.visit = invoice.visit AND later.id > invoice.id AND sheet.state <> 'abandoned')
        UNION SELECT invoice FROM cancelled_invoice)
    AND EXISTS (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state <> 'abandoned'))
    AS gone"""
"""Invoices that another one of their visit replaces, or that their insurer gave up."""

_UNSENT = (MessageState.UNCERTAIN, MessageState.FAILED, MessageState.UNDELIVERED)


class Overview:
    """Answers without opening a record."""

    def __init__(self, db: Database, payments: Payments, patient_payments: PatientPayments) -> None:
        self._db, self._payments, self._patient_payments = db, payments, patient_payments

    def find(
        self,
        *,
        since: str = "",
        with_open: bool = False,
        ps: str = "",
        states: Collection[SheetState] = (),
        patient: str = "",
        limit: int = 0,
        before: int = 0,
    ) -> tuple[OverviewRow, ...]:
        """Where invoices stand, those made last first; an abandoned one is there too.

        Those of days from `since` (AAAAMMJJ) on, and with `with_open` also the older ones that wait for
        something and were not replaced; of one `ps`; whose row is in one of `states`; whose patient's name
        holds `patient`. `limit` (0: none) is how many at most; the next page is asked with `before`, the
        `invoice_id` of the last row of this one.
        """
        with self._db.reading():
            found = self._found(since, with_open, ps, tuple(states), patient.casefold(), limit, before)
            return tuple(islice(found, limit or None))

    def totals(self) -> Totals:
        """What all the invoices of the journal come to."""
        with self._db.reading():
            (paid,) = self._db.rows("SELECT coalesce(sum(paid), 0) AS paid FROM payment")
            (given,) = self._db.rows("SELECT coalesce(sum(given_back), 0) AS cents FROM cancelled_invoice")
            (gone,) = self._db.rows(_GONE)
            found = self._db.rows(_BY_STATE)
            beside = self._db.rows(_BESIDE) if any(row["kind"] == DRE for row in found) else []
            given_up = SheetState.ABANDONED.value
            counted = [row for row in found if row["state"] != given_up]
            spoken_for = [row for row in beside if row["state"] != given_up]
            sheets = dict.fromkeys((SheetState(row["state"]) for row in found), 0)
            for row in found:
                sheets[SheetState(row["state"])] += row["sheets"]
            return Totals(
                invoices=_sum(counted, "sheets") - _sum(spoken_for, "sheets") - gone["invoices"],
                fee=_sum(counted, "fee") - _sum(spoken_for, "fee") - gone["fee"],
                paid=paid["paid"],
                sheets=sheets,
                given_back=given["cents"],
            )

    def _found(
        self,
        since: str,
        with_open: bool,
        ps: str,
        states: tuple[SheetState, ...],
        patient: str,
        limit: int,
        before: int,
    ) -> Iterator[OverviewRow]:
        messages: dict[int, list[Row]] = {}
        all_shown = not (states or patient or with_open)  # then no id is read in vain
        wanted = self._ids(since, with_open, ps, states, before, limit if all_shown else 0)
        for ids in _by(min(_AT_ONCE, limit or _AT_ONCE), wanted):
            for row in self._of(ids, patient, messages):
                passed_on = with_open and row.replaced_by and row.date < since
                if not passed_on and (not states or row.state in states):
                    yield row

    def _ids(
        self, since: str, with_open: bool, ps: str, states: tuple[SheetState, ...], before: int, limit: int
    ) -> list[int]:
        wanted: list[tuple[str, tuple[object, ...]]] = []
        if since and with_open:
            still = f"{_SINCE} UNION {_IN_STATES.format(marks=marks(_OPEN))}"
            wanted.append((f"id IN ({still})", (since, *(state.value for state in _OPEN))))
        elif since:
            wanted.append((f"id IN ({_SINCE})", (since,)))
        if states:
            among = _IN_STATES.format(marks=marks(states))
            wanted.append((f"id IN ({among})", tuple(state.value for state in states)))
        if ps:
            wanted.append(("ps = ?", (ps,)))
        if before:
            wanted.append(("id < ?", (before,)))
        where = " WHERE " + " AND ".join(clause for clause, _ in wanted) if wanted else ""
        values = [value for _, given in wanted for value in given]
        end = f" LIMIT {int(limit)}" if limit else ""
        query = f"SELECT id FROM invoice{where} ORDER BY id DESC{end}"  # noqa: S608 (clauses of this module)
        return [int(row["id"]) for row in self._db.rows(query, *values)]

    def _of(self, ids: list[int], patient: str, messages: dict[int, list[Row]]) -> Iterator[OverviewRow]:
        """The rows of these invoices whose patient is meant; `messages` by file, kept for the next ones."""
        invoices: dict[int, list[Row]] = {}
        for sheet in self._db.among(_SHEETS, ids):
            invoices.setdefault(sheet["invoice"], []).append(sheet)
        named = {invoice: _fse(sheets) for invoice, sheets in invoices.items()}
        names = {invoice: self._patient(fse) for invoice, fse in named.items()}
        meant = [invoice for invoice, name in names.items() if patient in name.casefold()]
        sheets = [sheet for invoice in meant for sheet in invoices[invoice]]
        payments = self._payments.of_sheets(sheet["id"] for sheet in sheets)
        reasons = self._payments.reasons(sheets, payments)
        self._read_messages({sheet["file_id"] for sheet in sheets} - {None, *messages}, messages)
        siblings: dict[int, list[Row]] = {}
        for row in self._db.among(_SIBLINGS, [named[invoice]["visit"] for invoice in meant]):
            siblings.setdefault(row["visit"], []).append(row)
        counted = self._patient_payments.counted(named[invoice]["visit"] for invoice in meant)
        for invoice in meant:
            of_visit = siblings.get(named[invoice]["visit"], [])
            told = self._row(names[invoice], invoices[invoice], payments, reasons, messages, of_visit)
            by_invoice = counted.get(named[invoice]["visit"])
            given = by_invoice.given.get(invoice) if by_invoice else None
            yield replace(told, given=given) if given else told

    def _patient(self, sheet: Row) -> str:
        return self._db.decrypt_text(sheet["patient_sealed"], "sheet", "patient", sheet["id"])

    def _read_messages(self, files: set[int], messages: dict[int, list[Row]]) -> None:
        messages |= {file: [] for file in files}
        for row in self._db.among(_MESSAGES, sorted(files)):
            messages[row["file"]].append(row)

    def _row(
        self,
        name: str,
        sheets: list[Row],
        payments: dict[int, list[PaymentRow]],
        reasons: dict[int, str],
        messages: dict[int, list[Row]],
        of_visit: list[Row],
    ) -> OverviewRow:
        fse = _fse(sheets)
        states = tuple([_STATES[sheet["state"]] for sheet in sheets])
        files = [file for sheet in sheets if (file := sheet["file_id"]) is not None]
        carried = [message for file in dict.fromkeys(files) for message in messages[file]]
        why = [reason for sheet in sheets if (reason := reasons[sheet["id"]])]
        why += self._message_reasons(carried)
        shares = ThreeShares(fse["by_amo"], fse["by_amc"], fse["by_patient"])
        earlier = [f"{row['number']:09}" for row in of_visit if row["id"] < fse["invoice"]]
        later = [f"{row['number']:09}" for row in of_visit if row["id"] > fse["invoice"]]
        return OverviewRow(
            invoice_id=fse["invoice"],
            visit_id=fse["visit"],
            number=f"{fse['number']:09}",
            ps=fse["ps"],
            substitute=fse["substitute"],
            date=fse["date"],
            patient=name,
            kinds=tuple([sheet["kind"] for sheet in sheets]),
            states=states,
            fee=fse["fee"],
            amo=fse["amo"],
            amc=max([sheet["amc"] for sheet in sheets]),
            paid=sum([one.paid for sheet in sheets for one in payments.get(sheet["id"], ())]),
            state=min(states, key=_RANK.__getitem__),
            lots=_once([f"{sheet['lot']:03}" for sheet in sheets if sheet["lot"] is not None]),
            files=_once([f"{sheet['file']:06}" for sheet in sheets if sheet["file"] is not None]),
            subjects=tuple([message["subject"] for message in carried]),
            reason=" ; ".join(_once(why)),
            replaces=earlier[-1] if earlier else "",
            replaced_by=later[0] if later else "",
            set_aside=fse["visit_state"] == VisitState.ABANDONED.value,
            cancelled=fse["given_back"] is not None,
            given_back=fse["given_back"] or 0,
            shares=on_patient(shares) if SheetState.ON_PATIENT in states else shares,
        )

    def _message_reasons(self, messages: list[Row]) -> list[str]:
        """Why a message did not surely leave, while no other of its file did."""
        states = [MessageState(row["state"]) for row in messages]
        if MessageState.SENT in states:
            return []
        return [
            f"{state.label} : {self._message_reason(row)}"
            for row, state in zip(messages, states, strict=True)
            if state in _UNSENT
        ]

    def _message_reason(self, message: Row) -> str:
        return self._db.decrypt_text(message["reason_sealed"], "message", "reason", message["id"])


def _by(count: int, items: list[_T]) -> Iterator[list[_T]]:
    return (items[start : start + count] for start in range(0, len(items), count))


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(row[column] for row in rows)


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))


def _fse(sheets: list[Row]) -> Row:
    """The sheet that speaks for its invoice."""
    return next((sheet for sheet in sheets if sheet["kind"] == FSE), sheets[0])
