"""Where every invoice stands: the table that a carer reads, and the one a program does."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from tournee.model.codes import FSE
from tournee.store.payments import Payments
from tournee.store.rows import OverviewRow
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

_SHEETS = """SELECT sheet.id, sheet.invoice, sheet.kind, sheet.state, sheet.fee, sheet.amo, sheet.amc,
    sheet.patient_sealed, sheet.reason_sealed, invoice.number, invoice.ps, invoice.visit, day.date,
    lot.number AS lot, file.number AS file, file.id AS file_id,
    (SELECT coalesce(sum(paid), 0) FROM payment WHERE payment.sheet = sheet.id) AS paid
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice JOIN visit ON visit.id = invoice.visit
    JOIN day ON day.id = visit.day LEFT JOIN lot ON lot.id = sheet.lot LEFT JOIN file ON file.id = lot.file
    ORDER BY sheet.invoice, sheet.id"""

_UNSENT = (MessageState.UNCERTAIN, MessageState.FAILED)


class Overview(Payments):
    """The part of the journal that answers without opening a record."""

    def overview(self) -> tuple[OverviewRow, ...]:
        """Where every invoice stands, in the order they were made; an abandoned invoice is there too."""
        with self._reading():
            invoices: dict[int, list[sqlite3.Row]] = {}
            for sheet in self._rows(_SHEETS):
                invoices.setdefault(sheet["invoice"], []).append(sheet)
            messages: dict[int, list[sqlite3.Row]] = {}
            for row in self._rows("SELECT id, file, subject, state, reason_sealed FROM message ORDER BY id"):
                messages.setdefault(row["file"], []).append(row)
            visits: dict[int, list[OverviewRow]] = {}
            for sheets in invoices.values():
                of_visit = visits.setdefault(sheets[0]["visit"], [])
                of_visit.append(self._overview_row(sheets, messages))
            linked = {row.invoice_id: row for rows in visits.values() for row in _linked(rows)}
            return tuple(linked[invoice] for invoice in invoices)

    def _overview_row(self, sheets: list[sqlite3.Row], messages: dict[int, list[sqlite3.Row]]) -> OverviewRow:
        fse = next((sheet for sheet in sheets if sheet["kind"] == FSE), sheets[0])
        states = tuple(SheetState(sheet["state"]) for sheet in sheets)
        files = _once(sheet["file_id"] for sheet in sheets if sheet["file_id"] is not None)
        carried = [message for file in files for message in messages.get(file, [])]
        return OverviewRow(
            fse["invoice"],
            f"{fse['number']:09}",
            fse["ps"],
            fse["date"],
            self._unseal(fse["patient_sealed"], "sheet", "patient", fse["id"]).decode(),
            tuple(sheet["kind"] for sheet in sheets),
            states,
            fse["fee"],
            fse["amo"],
            max(sheet["amc"] for sheet in sheets),
            sum(sheet["paid"] for sheet in sheets),
            min(states, key=_ATTENTION.index),
            _once(f"{sheet['lot']:03}" for sheet in sheets if sheet["lot"] is not None),
            _once(f"{sheet['file']:06}" for sheet in sheets if sheet["file"] is not None),
            tuple(message["subject"] for message in carried),
            " ; ".join(_once([*self._sheet_reasons(sheets), *self._message_reasons(carried)])),
        )

    def _sheet_reasons(self, sheets: list[sqlite3.Row]) -> list[str]:
        return [reason for reason in map(self._sheet_reason, sheets) if reason]

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


def _linked(rows: list[OverviewRow]) -> list[OverviewRow]:
    """The invoices of one visit, each with those before and after it, but for those given up."""
    kept = [row for row in rows if row.state is not SheetState.ABANDONED]
    linked = []
    for row in rows:
        before = [one.number for one in kept if one.invoice_id < row.invoice_id]
        after = [one.number for one in kept if one.invoice_id > row.invoice_id]
        linked.append(
            replace(row, replaces=before[-1] if before else "", replaced_by=after[0] if after else "")
        )
    return linked


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))
