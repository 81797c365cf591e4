"""Whose account is meant, and how it stands: what three owe for each of a patient's visits, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tournee.app.accounts.paying import owes
from tournee.app.context import Office
from tournee.app.finding import Sought, Thing, find_thing, find_things
from tournee.store import LedgerRow, PatientPayment, VisitState


@dataclass(frozen=True)
class VisitAccount:
    """One visit: its invoice's money, None before it has one or of care outside télétransmission; the
    patient's lines, and what is left for the patient to give, in cents, below 0 to give back.
    """

    thing: Thing
    row: LedgerRow | None
    lines: tuple[PatientPayment, ...]
    owes: int
    patient: str = field(repr=False)


def visit_meant(
    office: Office, words: str | Sequence[str], ps: str = "", *, to_give_back: bool = False
) -> Thing:
    """The one visit that these words name; of several, the one for which the patient owes something, or is to
    be given something back. StoreError, AmbiguousError as of `find_thing`.
    """

    def fits(one: Thing) -> bool:
        left = owes(office, one.id) if _is_billed(one) else 0
        return left < 0 if to_give_back else left > 0

    return find_thing(office, words, sought=Sought.INVOICE, ps=ps, fits=fits)


def accounts_of(office: Office, words: str | Sequence[str], ps: str = "") -> tuple[VisitAccount, ...]:
    """The accounts of all visits that these words may be, in their order. StoreError when there is none."""
    things = find_things(office, words, sought=Sought.INVOICE, ps=ps)
    visits = [one.id for one in things]
    found = office.journal.ledger.find(visits=visits)
    rows = {row.visit_id: row for row in sorted(found, key=lambda row: (row.counts, row.invoice_id))}
    lines: dict[int, list[PatientPayment]] = {}
    for line in office.journal.patient_payments.of_visits(visits):
        lines.setdefault(line.visit_id, []).append(line)
    return tuple(
        VisitAccount(
            one,
            rows.get(one.id),
            tuple(lines.get(one.id, ())),
            owes(office, one.id) if _is_billed(one) else 0,
            one.visit.who.name,
        )
        for one in things
    )


def _is_billed(one: Thing) -> bool:
    return bool(one.invoices) or one.visit.row.state in (VisitState.OUTSIDE, VisitState.ABANDONED)
