"""What is still due, by who owes it and since when; what came beyond what was due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from tournee.app.accounts.paying import owes
from tournee.app.context import Office
from tournee.app.visits.european import european_records
from tournee.model.codes import AMC, AMO
from tournee.store import LedgerRow, SheetState

BANDS = ((30, "0–30 jours"), (60, "31–60 jours"), (90, "61–90 jours"))
"""Ages in days, each up to its number, and what they are called."""

OLDEST = "plus de 90 jours"


class Debtor(Enum):
    """Who owes."""

    CAISSE = "caisse"
    MUTUELLE = "mutuelle"
    PATIENT = "patient"


@dataclass(frozen=True)
class Debt:
    """What one owes for an invoice, `number` "" of care outside télétransmission: `cents`, below 0 when more
    came than was due, `days` since the invoice was made; where the sheet stands that asks for it, in French.
    `person` is the patient's number: two patients may have one name; `substitute` the RPPS number of who
    cared in the place of `ps`.
    """

    debtor: Debtor
    number: str
    visit_id: int
    ps: str
    patient: str = field(repr=False)
    person: str = field(repr=False)
    recipient: str
    care: str
    made: str
    days: int
    cents: int
    state: str
    substitute: str = ""
    invoice_id: int = 0

    @property
    def band(self) -> str:
        """How old it is."""
        return next((label for last, label in BANDS if self.days <= last), OLDEST)


def unpaid(
    office: Office, *, ps: str = "", debtor: Debtor | None = None, visits: Iterable[int] | None = None
) -> tuple[Debt, ...]:
    """All that is due and all that came beyond, oldest first; of one professional's, of one debtor's, of some
    visits and of all care outside télétransmission.
    """
    today = office.clock().date()
    found = [debt for row in office.journal.ledger.find(ps=ps, visits=visits) for debt in _debts(row, today)]
    found += _of_outside(office, ps, today)
    wanted = [one for one in found if debtor in (None, one.debtor)]
    return tuple(sorted(wanted, key=lambda one: (-one.days, one.number, one.visit_id)))


def by_debtor_and_age(debts: Iterable[Debt]) -> dict[Debtor, dict[str, int]]:
    """The sums of what is due, each debtor's by age; what came beyond is in none."""
    found = {debtor: {label: 0 for _, label in BANDS} | {OLDEST: 0} for debtor in Debtor}
    for one in debts:
        if one.cents > 0:
            found[one.debtor][one.band] += one.cents
    return found


def _debts(row: LedgerRow, today: date) -> Sequence[Debt]:
    shares = ((Debtor.CAISSE, AMO, row.left.amo), (Debtor.MUTUELLE, AMC, row.left.amc))
    told: list[tuple[Debtor, int, SheetState | None]] = [
        (debtor, cents, row.state_of(share)) for debtor, share, cents in shares if cents
    ]
    told += [(Debtor.PATIENT, row.left.patient, None)] if row.left.patient else []
    return [
        Debt(
            debtor=debtor,
            number=row.number,
            visit_id=row.visit_id,
            ps=row.ps,
            patient=row.patient,
            person=row.nir,
            recipient="" if state is None else _recipient(row, debtor),
            care=row.first_day,
            made=row.made,
            days=_age(row.made, today),
            cents=cents,
            state=_state(row, state),
            substitute=row.substitute,
            invoice_id=row.invoice_id,
        )
        for debtor, cents, state in told
    ]


def _state(row: LedgerRow, state: SheetState | None) -> str:
    if not row.counts:
        return "n’est plus dû"
    return "" if state is None else state.label


def _recipient(row: LedgerRow, debtor: Debtor) -> str:
    """By its number: the caisse of a FSE (`01-751`), the insurer of a DRE; "" where none is asked by name."""
    letter = "F" if debtor is Debtor.CAISSE else "D"
    crf = next((sheet.crf for sheet in row.sheets if sheet.crf[:1] == letter), "")
    return f"{crf[1:3]}-{crf[3:6]}" if debtor is Debtor.CAISSE and crf else crf[1:]


def _of_outside(office: Office, ps: str, today: date) -> list[Debt]:
    """What patients owe for care outside télétransmission."""
    found = []
    for record in european_records(office, ps=ps):
        cents = owes(office, record.id)
        if cents:
            day = f"{record.day:%Y%m%d}"
            found.append(
                Debt(
                    debtor=Debtor.PATIENT,
                    number="",
                    visit_id=record.id,
                    ps=record.judged.ps_number,
                    patient=record.ceam.holder,
                    person=record.ceam.person,
                    recipient="",
                    care=day,
                    made=day,
                    days=_age(day, today),
                    cents=cents,
                    state="hors télétransmission",
                )
            )
    return found


def _age(day: str, today: date) -> int:
    return max(0, (today - date.fromisoformat(day)).days)
