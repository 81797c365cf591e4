"""What is still due, on the screen and for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from tournee.app.accounts.unpaid import BANDS, OLDEST, Debt, Debtor, by_debtor_and_age
from tournee.french import euros

_LABELS = (*(label for _, label in BANDS), OLDEST)


def debts_tables(debts: Sequence[Debt]) -> Iterator[Table | str]:
    """The sums by debtor and age, then each debt, then what came beyond."""
    due, beyond = [one for one in debts if one.cents > 0], [one for one in debts if one.cents < 0]
    if not debts:
        yield "Rien n’est dû."
    if due:
        yield _sums(due)
        yield _list("Dû", due)
    if beyond:
        yield _list("Payé en trop", beyond)


def debts_json(debts: Sequence[Debt]) -> dict[str, Any]:
    """The same for a program; cents."""
    sums = by_debtor_and_age(debts)
    return {
        "debts": [
            {
                "debtor": one.debtor.value,
                "invoice": one.number,
                "visit": one.visit_id,
                "ps": one.ps,
                "patient": one.patient,
                "recipient": one.recipient,
                "care": one.care,
                "made": one.made,
                "days": one.days,
                "band": one.band,
                "cents": one.cents,
                "state": one.state,
            }
            for one in debts
        ],
        "sums": {debtor.value: list(ages.values()) for debtor, ages in sums.items()},
        "bands": list(_LABELS),
        "total": sum(sum(ages.values()) for ages in sums.values()),
    }


def _sums(debts: Sequence[Debt]) -> Table:
    table = Table(title="Ce qui est dû, en euros", title_style="bold")
    table.add_column("Débiteur")
    for label in (*_LABELS, "Total"):
        table.add_column(label, justify="right")
    sums = by_debtor_and_age(debts)
    for debtor, ages in sums.items():
        if any(ages.values()):
            cells = (euros(cents) for cents in (*ages.values(), sum(ages.values())))
            table.add_row(debtor.value, *cells)
    totals = [sum(ages[label] for ages in sums.values()) for label in _LABELS]
    table.add_row("en tout", *(euros(cents) for cents in (*totals, sum(totals))), style="bold")
    return table


def _list(title: str, debts: Sequence[Debt]) -> Table:
    table = Table(title=title, title_style="bold")
    for heading in ("Débiteur", "Facture", "Patient", "Soins", "Jours", "Montant", "État"):
        table.add_column(heading, justify="right" if heading in ("Jours", "Montant") else "left")
    for one in debts:
        who = f"{one.debtor.value} {one.recipient}".strip()
        if one.debtor is Debtor.PATIENT:
            who = one.debtor.value
        number = one.number.lstrip("0") or f"visite {one.visit_id}"
        care = f"{one.care[6:]}/{one.care[4:6]}/{one.care[:4]}"
        table.add_row(who, number, one.patient.title(), care, str(one.days), euros(abs(one.cents)), one.state)
    return table
