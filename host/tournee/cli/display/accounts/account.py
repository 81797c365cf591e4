"""Accounts on the screen and for a program: what three owe, what came, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.table import Table

from tournee.cli.display import as_json as values
from tournee.cli.display.show import payments_table
from tournee.french import euros
from tournee.model import ThreeShares

if TYPE_CHECKING:
    from tournee.app.accounts.standing import VisitAccount
    from tournee.store import PatientPayment

_WHO = (("amo", "caisse"), ("amc", "mutuelle"), ("patient", "patient"))


def line_of(line: PatientPayment) -> str:
    """One line of a patient's payments."""
    day = f"{line.day[6:]}/{line.day[4:6]}/{line.day[:4]}"
    how = f"{euros(line.cents)} € {line.kind.label} {line.means.told}"
    return f"Paiement {line.id}, reçu {line.receipt} : {how} le {day}"


def owes_line(name: str, owes: int) -> str:
    """What a patient still owes."""
    who = name.title() or "Le patient"
    if owes < 0:
        return f"{who} a payé {euros(-owes)} € de trop : à rendre, ou à garder en avoir."
    return f"{who} doit encore {euros(owes)} €." if owes else f"{who} ne doit plus rien."


def account_tables(accounts: Iterable[VisitAccount]) -> Iterator[Table | str]:
    """What three owe for each visit, what came and is left; each of the patient's lines; each one's sum."""
    told = list(accounts)
    table = Table(title="Comptes", title_style="bold")
    for heading in ("Facture", "Patient", "Soins", "Total", "Caisse", "Mutuelle", "Le patient", "État"):
        right = heading in ("Total", "Caisse", "Mutuelle", "Le patient")
        table.add_column(heading, justify="right" if right else "left")
    for one in told:
        row, thing = one.row, one.thing
        if row is None:
            due = f"{euros(one.owes)}" if one.owes else ""
            table.add_row(
                f"visite {thing.id}", one.patient.title(), thing.visit.day, "", "", "", due, thing.states
            )
            continue
        cells = (_cell(due, left) for due, left in zip(row.shares, row.left, strict=True))
        table.add_row(
            row.number.lstrip("0"), row.patient.title(), thing.visit.day, euros(row.fee), *cells, thing.states
        )
    yield table
    lines = [line for one in told for line in one.lines]
    if lines:
        yield payments_table(lines)
    for patient in dict.fromkeys(one.patient for one in told):
        yield owes_line(patient, sum(one.owes for one in told if one.patient == patient))


def accounts_json(accounts: Iterable[VisitAccount]) -> dict[str, Any]:
    """The same for a program; cents."""
    told = list(accounts)
    return {
        "accounts": [
            {
                "visit": one.thing.id,
                "invoice": one.row.number if one.row else "",
                "patient": one.patient,
                "fee": one.row.fee if one.row else 0,
                "shares": (one.row.shares if one.row else ThreeShares(0, 0, 0))._asdict(),
                "paid": (one.row.paid if one.row else ThreeShares(0, 0, 0))._asdict(),
                "lost": (one.row.lost if one.row else ThreeShares(0, 0, 0))._asdict(),
                "left": (one.row.left if one.row else ThreeShares(0, 0, one.owes))._asdict(),
                "payments": [values.patient_payment(line) for line in one.lines],
            }
            for one in told
        ],
        "patient_owes": sum(one.owes for one in told),
    }


def _cell(due: int, left: int) -> str:
    """What one owes, and what of it is left."""
    if not left:
        return euros(due)
    return f"{euros(due)}\nreste {euros(left)}" if left > 0 else f"{euros(due)}\nen trop {euros(-left)}"
