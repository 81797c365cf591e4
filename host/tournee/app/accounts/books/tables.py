"""What an accountant reads in a spreadsheet: every entry, or what came in, as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from tournee.app.accounts.books.chart import journal_label
from tournee.app.accounts.books.entries import entries, lives, patient_side
from tournee.app.context import Office
from tournee.app.visits.european import european_records
from tournee.model import Means
from tournee.model.codes import AMC

ENTRY_COLUMNS = (
    *("date", "exercice", "journal", "libelle_journal", "compte", "libelle_compte", "auxiliaire", "piece"),
    *("date_piece", "libelle", "debit", "credit"),
)
RECEIPT_COLUMNS = (
    *(
        "date",
        "exercice",
        "professionnel",
        "facture",
        "soins",
        "exercice_soins",
        "de",
        "organisme",
        "patient",
    ),
    *("moyen", "piece", "montant", "banque"),
)
SEMICOLON, COMMA = ";", ","
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"

Row = Sequence[str | int]
"""Cells; an int is an amount in cents."""


def entries_csv(
    office: Office, *, ps: str = "", since: str = "", until: str = "", separator: str = SEMICOLON
) -> tuple[bytes, int]:
    """All entries of days between two (AAAAMMJJ), a line a posting, and how many lines there are."""
    rows = [
        (
            *(_day(one.day), one.day[:4], one.journal, journal_label(one.journal)),
            *(posting.account.number, posting.account.label, posting.auxiliary),
            *(one.voucher, _day(one.voucher_day), one.label, posting.debit, posting.credit),
        )
        for one in entries(office, ps)
        if since <= one.day <= (until or one.day)
        for posting in one.postings
    ]
    return _csv(ENTRY_COLUMNS, rows, separator), len(rows)


def receipts_csv(
    office: Office, *, ps: str = "", since: str = "", until: str = "", separator: str = SEMICOLON
) -> tuple[bytes, int, int]:
    """What came in on days between two, and was given back, a line a payment, with the year it came in and
    that of the care: how many lines there are, and what they come to in cents.
    """
    found = [one for one in _receipts(office, ps) if since <= one[0] <= (until or one[0])]
    found.sort(key=lambda one: one[0])
    rows = [row for _, row in found]
    return _csv(RECEIPT_COLUMNS, rows, separator), len(rows), sum(int(row[11]) for row in rows)


def _receipts(office: Office, ps: str) -> Iterator[tuple[str, Row]]:
    came = {(one.return_id, one.number): one.day for one in office.journal.bank.matches()}
    by_return: dict[int, set[str]] = {}
    for (return_id, _), day in came.items():
        by_return.setdefault(return_id, set()).add(day)
    known, outside = dict[int, tuple[str, str]](), dict[int, tuple[str, str]]()
    for life in lives(office, ps):
        row = life.row
        known[row.invoice_id] = (row.last_day, life.patient.auxiliary)
        for one in row.payments:
            if one.paid:
                whom, side = ("mutuelle", life.mutuelle) if one.share == AMC else ("caisse", life.caisse)
                bank = by_return.get(one.return_id, set())
                yield (
                    one.day,
                    (
                        *(
                            _day(one.day),
                            one.day[:4],
                            row.ps,
                            row.number,
                            _day(row.last_day),
                            row.last_day[:4],
                        ),
                        *(
                            whom,
                            side.auxiliary,
                            life.patient.auxiliary,
                            "virement",
                            f"RSP {one.return_id}",
                            one.paid,
                        ),
                        _day(next(iter(bank))) if len(bank) == 1 else "",
                    ),
                )
        if row.handed_back:
            on = life.handed_back_on
            what = (row.ps, row.number, _day(row.last_day), row.last_day[:4])
            by = ("caisse", life.caisse.auxiliary, life.patient.auxiliary)
            money = ("virement", "rendu à l’organisme", -row.handed_back, "")
            yield on, (_day(on), on[:4], *what, *by, *money)
    for record in european_records(office, ps=ps):
        side = patient_side(office, record.ceam.person, record.ceam.holder)
        outside[record.id] = (f"{record.judged.visit.days[1]:%Y%m%d}", side.auxiliary)
    for line in office.journal.patient_payments.find(ps):
        if line.means not in (Means.CREDIT, Means.LOSS):
            care, who = known.get(line.invoice_id, outside.get(line.visit_id, (line.day, "")))
            yield (
                line.day,
                (
                    *(_day(line.day), line.day[:4], line.ps, line.number, _day(care), care[:4]),
                    *("patient", "", who, line.means.label, line.receipt, line.cents, ""),
                ),
            )
    for told in (*office.journal.effects.payments_outside(), *office.journal.effects.unmatched()):
        effect = told.effect
        if effect.paid and effect.ps in ((ps,) if ps else ("", *office.journal.visits.professionals())):
            day = office.journal.returns.get(told.return_id).taken[:10].replace("-", "")
            yield (
                day,
                (
                    *(_day(day), day[:4], effect.ps, effect.invoice, "", "", "caisse", "", "", "virement"),
                    *(f"RSP {told.return_id}", effect.paid, ""),
                ),
            )


def _csv(columns: Sequence[str], rows: Sequence[Row], separator: str) -> bytes:
    """The file: UTF-8 with its mark, for spreadsheets; CR LF; amounts with a comma beside `;` alone."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(columns)
    decimal = "," if separator == SEMICOLON else "."
    writer.writerows([[_cell(cell, decimal) for cell in row] for row in rows])
    return (_BOM + out.getvalue()).encode("utf-8")


def _cell(cell: str | int, decimal: str) -> str:
    if isinstance(cell, int):
        return f"{'-' if cell < 0 else ''}{abs(cell) // 100}{decimal}{abs(cell) % 100:02}"
    return defused(cell)


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _day(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else ""
