"""A statement of rétrocession for others: PDF, CSV, plain values. No patient is named in any of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from tournee.app.replacements.billed import TwoKinds
from tournee.app.replacements.counted import RetrocessionLine
from tournee.app.replacements.statements import RetrocessionStatement
from tournee.documents.retrocession import RetrocessionPaper, RetrocessionRow, retrocession_pdf
from tournee.french import euros
from tournee.practice.replacement_contract import WHOLE, ReplacementContract, RetrocessionTerms

COLUMNS = (
    *("facture", "session", "mois", "soins", "report"),
    *("facture_soins", "facture_deplacements", "encaisse_soins", "encaisse_deplacements", "refuse"),
)
"""Of the CSV (RFC 4180, UTF-8 with its mark, `;`): amounts with a comma, days AAAA-MM-JJ."""

_BOM = "\ufeff"


def percent(hundredths: int) -> str:
    """`80 %`, `72,5 %`."""
    whole, rest = divmod(hundredths, WHOLE // 100)
    return f"{whole},{rest:02}".rstrip("0").rstrip(",") + " %" if rest else f"{whole} %"


def month_said(month: str) -> str:
    """`11/2026`."""
    return f"{month[4:]}/{month[:4]}"


def owed_said(told: RetrocessionStatement) -> str:
    """Who owes whom, in French."""
    contract = told.contract
    first, second = (contract.replaced_name, contract.name)
    if told.due < 0:
        first, second = second, first
    return f"{first} doit à {second}"


def reckoning(told: RetrocessionStatement) -> tuple[tuple[str, int], ...]:
    """How what is owed is reckoned: labels and cents."""
    rows: list[tuple[str, int]] = []
    for one in told.shares:
        since = "" if one.terms == told.contract.terms else "Conditions d’avant : "
        rows += [
            (f"{since}Soins ({one.terms.basis})", one.money.care),
            (f"{since}Déplacements ({one.terms.basis})", one.money.travel),
            (f"{since}Part de {told.contract.name} : {terms_said(one.terms)}", one.part),
        ]
    return (*rows, *((f"Frais : {label}", -cents) for label, cents in told.costs), ("Rétrocession", told.due))


def terms_said(terms: ReplacementContract | RetrocessionTerms) -> str:
    """`80 % des soins, 100 % des déplacements`."""
    care = f"{percent(terms.care)} des soins" if terms.care else "soins non compris"
    travel = f"{percent(terms.travel)} des déplacements" if terms.travel else "déplacements non compris"
    return f"{care}, {travel}"


def statement_pdf(told: RetrocessionStatement) -> bytes:
    """The statement as PDF."""
    contract = told.contract
    session = next((one for one in contract.sessions if one.first == told.session), None)
    return retrocession_pdf(
        RetrocessionPaper(
            title=f"Relevé n° {told.number}, {month_said(told.month)}",
            heading=(
                ("Remplacé(e)", f"{contract.replaced_name}, n° {contract.replaced}"),
                ("Remplaçant(e)", f"{contract.name}, RPPS {contract.rpps}"),
                ("Session", str(session) if session else f"du {told.session:%d/%m/%Y}"),
                ("Conditions", f"{terms_said(contract)}, sur ce qui est {contract.basis}"),
            ),
            rows=tuple(
                RetrocessionRow(one.invoice, line_days(one), one.billed.cents, one.refused, one.came.cents)
                for one in told.lines
            ),
            totals=(told.billed.cents, told.refused, told.came.cents),
            reckoning=reckoning(told),
            owed=owed_said(told),
            signed=f"{told.signed:%d/%m/%Y}" if told.signed else "",
            replaced=contract.replaced_name,
            replacement=contract.name,
        )
    )


def statement_csv(told: RetrocessionStatement) -> bytes:
    """Its lines, then what is owed, as CSV."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for one in told.lines:
        money = (one.billed.care, one.billed.travel, one.came.care, one.came.travel, one.refused)
        days = ",".join(day.isoformat() for day in one.days)
        head = (one.invoice, one.session.isoformat(), one.month, days, "oui" if one.carried else "non")
        rows.writerow([*head, *map(_comma, money)])
    for label, cents in reckoning(told):
        rows.writerow([label, *[""] * (len(COLUMNS) - 2), _comma(cents)])
    return (_BOM + text.getvalue()).encode()


def statement_values(told: RetrocessionStatement) -> dict[str, Any]:
    """The same as plain values; amounts are cents."""
    return {
        "number": told.number,
        "replaced": told.contract.replaced,
        "replaced_name": told.contract.replaced_name,
        "rpps": told.contract.rpps,
        "name": told.contract.name,
        "session": told.session.isoformat(),
        "month": told.month,
        "signed": told.signed.isoformat() if told.signed else None,
        "basis": told.contract.basis,
        "care_hundredths": told.contract.care,
        "travel_hundredths": told.contract.travel,
        "billed": _money(told.billed),
        "came": _money(told.came),
        "refused_cents": told.refused,
        "part_of_billed_cents": told.of_billed,
        "part_of_came_cents": told.of_came,
        "costs": [{"label": label, "cents": cents} for label, cents in told.costs],
        "due_cents": told.due,
        "lines": [
            {
                "invoice": one.invoice,
                "session": one.session.isoformat(),
                "month": one.month,
                "days": [day.isoformat() for day in one.days],
                "carried": one.carried,
                "billed": _money(one.billed),
                "came": _money(one.came),
                "refused_cents": one.refused,
                "care_hundredths": one.terms.care,
                "travel_hundredths": one.terms.travel,
                "basis": one.terms.basis,
            }
            for one in told.lines
        ],
    }


def _money(told: TwoKinds) -> dict[str, int]:
    return {"care_cents": told.care, "travel_cents": told.travel, "cents": told.cents}


def line_days(one: RetrocessionLine) -> str:
    """When a line is of: its days, or its month where a statement of before has kept none; `report`."""
    said = days_said(one.days)
    return f"{said or month_said(one.month)}, report" if one.carried else said or month_said(one.month)


def days_said(days: Sequence[date]) -> str:
    """`07/11/2026`, or the first and the last with how many."""
    if not days:
        return ""
    first = f"{days[0]:%d/%m/%Y}"
    return first if len(days) == 1 else f"{first} au {days[-1]:%d/%m/%Y} ({len(days)} jours)"


def _comma(cents: int) -> str:
    return euros(cents).replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
