"""A practice without a reader in which a replacement bills under the number of whom she replaces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from account_life import IDENTITY, PS, SEVEN, Practice, day_file, practice

from tournee.app.practice.dossiers import Dossier
from tournee.app.replacements.contracts import add_contract
from tournee.app.visits.importing import import_day
from tournee.billing.identity import Substitute
from tournee.billing.invoice import make_invoice
from tournee.billing.kept.judged import read_judged
from tournee.billing.replacement import ReplacementSession
from tournee.billing.sheets import invoice_sheets
from tournee.model import Sheet
from tournee.practice.replacement_contract import ReplacementContract
from tournee.store import InvoiceRow, SheetState, VisitState

RPPS = "10100000040"
HERS = replace(IDENTITY, substitute=Substitute("756000030", RPPS, "FAURE", "INÈS"))
FIRST = ReplacementSession(date(2026, 11, 2), date(2026, 11, 8))
SECOND = ReplacementSession(date(2026, 11, 9), date(2026, 11, 15))
TERMS = ReplacementContract(PS, "Claire LEFEBVRE", RPPS, "Inès FAURE", (FIRST, SECOND), 8_000, 10_000)


class Replaced:
    """What a test does in that practice."""

    def __init__(self, made: Practice) -> None:
        self.practice, self.office, self.journal = made, made.office, made.office.journal
        self._days = 0

    def contract(self, told: ReplacementContract = TERMS) -> Dossier[ReplacementContract]:
        return add_contract(self.office, told)

    def bill(self, day: str, *visits, identity=HERS) -> list[InvoiceRow]:
        """Take visits of a day in, and certify them with the replacement's card, or another."""
        self._days += 1
        import_day(self.office, day_file(visits, day), f"{day}-{self._days}.toml")
        made = []
        for row in self.journal.visits.find(VisitState.PENDING):
            judged = read_judged(row.payload)

            def build(number: int, judged=judged) -> list[Sheet]:
                return invoice_sheets(make_invoice(identity, judged.typed, judged, number))

            invoice = self.journal.invoices.make(row.id, row.ps, build)
            for sheet in self.journal.invoices.get(invoice).sheets:
                if sheet.state is SheetState.MADE:
                    self.journal.invoices.certified(sheet.id, SEVEN)
            made.append(self.journal.invoices.get(invoice))
        return made


@contextmanager
def replaced(path: Path) -> Iterator[Replaced]:
    with practice(path) as made:
        yield Replaced(made)
