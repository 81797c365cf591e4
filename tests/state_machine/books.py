"""What every journal says of numbers and cents, and whether all of them together can be true."""

from __future__ import annotations

from dataclasses import dataclass, field

from hosts import digest
from ledger import Ledger

from tournee.app.alerts import AlertKind, alerts
from tournee.app.context import Office
from tournee.store import SheetState

WAITING = {
    SheetState.MADE,
    SheetState.CERTIFIED,
    SheetState.IN_LOT,
    SheetState.SENT,
    SheetState.ACKNOWLEDGED,
    SheetState.REFUSED,
    SheetState.PAYMENT_REFUSED,
    SheetState.PARTLY_PAID,
}
"""States that keep an invoice before the carer."""

GIVEN_UP = {SheetState.WRITTEN_OFF, SheetState.ABANDONED, SheetState.ON_PATIENT}
"""States in which nobody else is asked any more."""

_LIVE = """SELECT visit, count(*) AS invoices FROM invoice WHERE EXISTS (SELECT 1 FROM sheet
    WHERE sheet.invoice = invoice.id
    AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused', 'written_off')) GROUP BY visit"""
_NUMBERS = "SELECT number FROM invoice WHERE visit = ?"


@dataclass
class World:
    """Every number that any journal ever gave, with what it was given to."""

    given: dict[tuple[str, ...], str] = field(default_factory=dict)

    def note(self, office: Office) -> None:
        """What this journal has given; AssertionError where a number stands for something else elsewhere."""
        journal = office.journal
        for sheet in journal.invoices.sheets():
            self._give("facture", sheet.invoice, sheet.kind, content=sheet.records)
        for lot in journal.lots.find():
            self._give("lot", lot.ps, lot.number, lot.date, content=lot.body[:128] + lot.body[-128:])
        for file in journal.files.find():
            self._give("fichier", file.ps, file.name, content=file.clear)
        for message in journal.messages.find():
            self._give("compostage", message.compostage, content=message.subject.encode())

    def _give(self, *name: str, content: bytes) -> None:
        held = self.given.setdefault(name, digest(content))
        assert held == digest(content), f"{name} was given twice"


def check_visits(office: Office) -> None:
    """One live invoice a visit, unless the carer is told of two."""
    twice = [row for row in office.journal.db.rows(_LIVE) if row["invoices"] > 1]
    if not twice:
        return
    told = " ".join(f"{one.about} {one.text}" for one in alerts(office) if one.kind is AlertKind.BILLED_TWICE)
    for row in twice:
        numbers = [f"{one['number']:09}" for one in office.journal.db.rows(_NUMBERS, row["visit"])]
        assert any(number in told for number in numbers), f"visit {row['visit']} has two: {numbers}"


def check_cents(office: Office, ledger: Ledger) -> None:
    """Each cent that returns told is on an invoice or apart; what was asked is paid, waits or is given up."""
    journal = office.journal
    effects = [row for one in journal.returns.find() for row in journal.effects.of_return(one.id)]
    told_of_others = {row.effect.invoice for row in effects if not row.applied and row.effect.paid}
    for row in office.journal.overview():
        asked = max((one.asked for one in ledger.taken.get((row.ps, row.number), ())), default=0)
        cents = ledger.paid.get((row.ps, row.number), 0)
        if row.state is SheetState.PAID:
            assert row.paid == asked, f"{row.number}: {row.paid} paid of {asked}"
        elif row.state not in WAITING | GIVEN_UP:
            raise AssertionError(f"{row.number} is nowhere: {row.state}")
        if row.paid != cents:  # a copy of this journal sent it: here it is told as another's
            assert row.paid == 0 and row.number in told_of_others, f"{row.number}: {cents}, here {row.paid}"
    assert sum(row.effect.paid for row in effects) == sum(ledger.paid.values()) + ledger.apart
