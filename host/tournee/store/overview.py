"""Where every invoice stands: the table that a carer reads, the one a program does, and what all come to."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from tournee.model.codes import FSE
from tournee.store.payments import Due, Payments, anomalies
from tournee.store.rows import OverviewRow, PaymentRow, Totals
from tournee.store.states import MessageState, SheetState

_T = TypeVar("_T")

_ATTENTION = (
    SheetState.REFUSED,
    SheetState.PAYMENT_REFUSED,
    SheetState.PARTLY_PAID,
    SheetState.MADE,
    SheetState.CERTIFIED,
    SheetState.IN_LOT,
    SheetState.SENT,
    SheetState.ACKNOWLEDGED,
    SheetState.PAID,
    SheetState.ABANDONED,
)
"""States of a sheet, from the one that most needs the carer's eye."""

_OPEN = tuple(state for state in _ATTENTION if state not in (SheetState.PAID, SheetState.ABANDONED))

_AT_ONCE = 200
"""Invoices read at a time: of any number in the same memory, and few are read in vain for a short page."""

_SHEETS = """SELECT sheet.id, sheet.invoice, sheet.kind, sheet.state, sheet.fee, sheet.amo, sheet.amc,
    sheet.patient_sealed, sheet.reason_sealed, invoice.number, invoice.ps, invoice.visit, day.date,
    lot.number AS lot, file.number AS file, file.id AS file_id
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice JOIN visit ON visit.id = invoice.visit
    JOIN day ON day.id = visit.day LEFT JOIN lot ON lot.id = sheet.lot LEFT JOIN file ON file.id = lot.file
    WHERE sheet.invoice IN ({marks}) ORDER BY sheet.invoice DESC, sheet.id"""

_PAYMENTS = (
    "SELECT sheet, received, share, outcome, asked, paid FROM payment WHERE sheet IN ({marks}) ORDER BY id"
)

_MESSAGES = "SELECT id, file, subject, state, reason_sealed FROM message WHERE file IN ({marks}) ORDER BY id"

_SIBLINGS = """SELECT id, visit, number FROM invoice WHERE visit IN ({marks}) AND EXISTS
    (SELECT 1 FROM sheet WHERE sheet.invoice = invoice.id AND sheet.state <> 'abandoned') ORDER BY id"""

_SINCE = """SELECT invoice.id FROM day JOIN visit ON visit.day = day.id
    JOIN invoice ON invoice.visit = visit.id WHERE day.date >= ?"""

_IN_STATES = "SELECT invoice FROM sheet WHERE state IN ({marks})"

_COUNTED = """SELECT count(*) AS invoices, coalesce(sum(fee), 0) AS fee FROM
    (SELECT (SELECT fee FROM sheet WHERE sheet.invoice = last.id ORDER BY kind <> 'FSE', id LIMIT 1) AS fee
    FROM (SELECT max(sheet.invoice) AS id FROM sheet JOIN invoice ON invoice.id = sheet.invoice
        WHERE sheet.state <> 'abandoned' GROUP BY invoice.visit) AS last)"""

_UNSENT = (MessageState.UNCERTAIN, MessageState.FAILED)


class Overview(Payments):
    """The part of the journal that answers without opening a record."""

    def overview(
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
        with self._reading():
            found = self._overview_rows(since, with_open, ps, tuple(states), patient.casefold(), before)
            return tuple(islice(found, limit or None))

    def totals(self) -> Totals:
        """What all the invoices of the journal come to."""
        with self._reading():
            (counted,) = self._rows(_COUNTED)
            (paid,) = self._rows("SELECT coalesce(sum(paid), 0) AS paid FROM payment")
            states = self._rows("SELECT state, count(*) AS sheets FROM sheet GROUP BY state")
            return Totals(
                counted["invoices"],
                counted["fee"],
                paid["paid"],
                {SheetState(row["state"]): row["sheets"] for row in states},
            )

    def _overview_rows(
        self, since: str, with_open: bool, ps: str, states: tuple[SheetState, ...], patient: str, before: int
    ) -> Iterator[OverviewRow]:
        messages: dict[int, list[sqlite3.Row]] = {}
        for ids in _by(_AT_ONCE, self._overview_ids(since, with_open, ps, states, before)):
            for row in self._overview_of(ids, patient, messages):
                passed_on = with_open and row.replaced_by and row.date < since
                if not passed_on and (not states or row.state in states):
                    yield row

    def _overview_ids(
        self, since: str, with_open: bool, ps: str, states: tuple[SheetState, ...], before: int
    ) -> list[int]:
        wanted: list[tuple[str, tuple[object, ...]]] = []
        if since and with_open:
            still = f"{_SINCE} UNION {_IN_STATES.format(marks=_marks(_OPEN))}"
            wanted.append((f"id IN ({still})", (since, *(state.value for state in _OPEN))))
        elif since:
            wanted.append((f"id IN ({_SINCE})", (since,)))
        if states:
            among = _IN_STATES.format(marks=_marks(states))
            wanted.append((f"id IN ({among})", tuple(state.value for state in states)))
        if ps:
            wanted.append(("ps = ?", (ps,)))
        if before:
            wanted.append(("id < ?", (before,)))
        where = " WHERE " + " AND ".join(clause for clause, _ in wanted) if wanted else ""
        values = [value for _, given in wanted for value in given]
        query = f"SELECT id FROM invoice{where} ORDER BY id DESC"  # noqa: S608 (clauses of this module)
        return [int(row["id"]) for row in self._rows(query, *values)]

    def _overview_of(
        self, ids: list[int], patient: str, messages: dict[int, list[sqlite3.Row]]
    ) -> Iterator[OverviewRow]:
        """The rows of these invoices whose patient is meant; `messages` by file, kept for the next ones."""
        invoices: dict[int, list[sqlite3.Row]] = {}
        for sheet in self._among(_SHEETS, ids):
            invoices.setdefault(sheet["invoice"], []).append(sheet)
        payments: dict[int, list[PaymentRow]] = {}
        for row in self._among(_PAYMENTS, [sheet["id"] for sheets in invoices.values() for sheet in sheets]):
            payments.setdefault(row["sheet"], []).append(PaymentRow(*row))
        files = {sheet["file_id"] for sheets in invoices.values() for sheet in sheets} - {None, *messages}
        messages |= {file: [] for file in files}
        for row in self._among(_MESSAGES, sorted(files)):
            messages[row["file"]].append(row)
        siblings: dict[int, list[sqlite3.Row]] = {}
        for row in self._among(_SIBLINGS, sorted({sheets[0]["visit"] for sheets in invoices.values()})):
            siblings.setdefault(row["visit"], []).append(row)
        for sheets in invoices.values():
            fse = next((sheet for sheet in sheets if sheet["kind"] == FSE), sheets[0])
            name = self._unseal(fse["patient_sealed"], "sheet", "patient", fse["id"]).decode()
            if patient in name.casefold():
                of_visit = siblings.get(fse["visit"], [])
                yield self._overview_row(name, fse, sheets, payments, messages, of_visit)

    def _overview_row(
        self,
        name: str,
        fse: sqlite3.Row,
        sheets: list[sqlite3.Row],
        payments: dict[int, list[PaymentRow]],
        messages: dict[int, list[sqlite3.Row]],
        of_visit: list[sqlite3.Row],
    ) -> OverviewRow:
        invoice = fse["invoice"]
        states = tuple(SheetState(sheet["state"]) for sheet in sheets)
        files = _once(sheet["file_id"] for sheet in sheets if sheet["file_id"] is not None)
        carried = [message for file in files for message in messages[file]]
        told = [payment for sheet in sheets for payment in payments.get(sheet["id"], ())]
        twice = self._billed_twice(invoice) if len(of_visit) > 1 else []
        reasons = [self._reason_of(sheet, sheets, payments, twice) for sheet in sheets]
        earlier = [f"{row['number']:09}" for row in of_visit if row["id"] < invoice]
        later = [f"{row['number']:09}" for row in of_visit if row["id"] > invoice]
        return OverviewRow(
            invoice,
            f"{fse['number']:09}",
            fse["ps"],
            fse["date"],
            name,
            tuple(sheet["kind"] for sheet in sheets),
            states,
            fse["fee"],
            fse["amo"],
            max(sheet["amc"] for sheet in sheets),
            sum(payment.paid for payment in told),
            min(states, key=_ATTENTION.index),
            _once(f"{sheet['lot']:03}" for sheet in sheets if sheet["lot"] is not None),
            _once(f"{sheet['file']:06}" for sheet in sheets if sheet["file"] is not None),
            tuple(message["subject"] for message in carried),
            " ; ".join(_once([*filter(None, reasons), *self._message_reasons(carried)])),
            earlier[-1] if earlier else "",
            later[0] if later else "",
        )

    def _reason_of(
        self,
        sheet: sqlite3.Row,
        sheets: list[sqlite3.Row],
        payments: dict[int, list[PaymentRow]],
        twice: list[str],
    ) -> str:
        """What `_sheet_reason` says, of what was read already."""
        told = self._unseal(sheet["reason_sealed"], "sheet", "reason", sheet["id"]).decode()
        paid = payments.get(sheet["id"])
        due = Due(sheet["kind"], sheet["amo"], sheet["amc"], alone=len(sheets) == 1)
        amiss = anomalies(paid, due) if paid else ()
        return " ; ".join(part for part in (told, *amiss, *twice) if part)

    def _message_reasons(self, messages: list[sqlite3.Row]) -> list[str]:
        """Why a message did not surely leave, while no other of its file did."""
        states = [MessageState(row["state"]) for row in messages]
        if MessageState.SENT in states:
            return []
        return [
            f"{state.label} : {self._unseal(row['reason_sealed'], 'message', 'reason', row['id']).decode()}"
            for row, state in zip(messages, states, strict=True)
            if state in _UNSENT
        ]


def _by(count: int, items: list[_T]) -> Iterator[list[_T]]:
    return (items[start : start + count] for start in range(0, len(items), count))


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))


def _marks(items: Collection[object]) -> str:
    return ", ".join("?" * len(items))
