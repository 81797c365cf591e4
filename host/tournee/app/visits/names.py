"""Whom a visit is for, by name where it is known: told, typed, or read from the card at a visit before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tournee.billing.kept.known import read_facts
from tournee.billing.visit import Visit
from tournee.formats import records
from tournee.store import InvoiceRow, Journal, KnownRow

_BACK = timedelta(days=366)


@dataclass(frozen=True)
class Who:
    """A patient: the NIR, or a European card's own number, and the name, "" when nobody knows it."""

    number: str
    name: str

    def __bool__(self) -> bool:
        return bool(self.number or self.name)

    def __str__(self) -> str:
        return f"{self.name} (NIR {self.number})" if self.name and self.number else self.name or self.number


def patient_of(
    journal: Journal, visit: Visit, invoice_id: int | None = None, former: InvoiceRow | None = None
) -> Who:
    """Whom a visit is for; `invoice_id` is its own invoice, if it has one, `former` one that it had and that
    lives no more: it names the patient, unless the visit is another one's since.
    """
    if visit.ceam is not None:
        return Who(visit.ceam.personal_number, visit.ceam.holder)
    if visit.typed is not None:
        return Who(visit.nir, f"{visit.typed.first_name} {visit.typed.name}".title())
    if visit.name:
        return Who(visit.nir, visit.name)
    if invoice_id is None and former is not None and is_for(former, visit):
        invoice_id = former.id
    found = invoice_id or invoiced_before(journal, visit) or _refused_before(journal, visit)
    return Who(visit.nir, _billed_to(journal, found) if found else "")


def _billed_to(journal: Journal, invoice_id: int) -> str:
    return journal.invoices.get(invoice_id).sheets[0].patient.title()


def is_for(invoice: InvoiceRow, visit: Visit) -> bool:
    """Whether an invoice was made for the person of this visit."""
    sheet = invoice.sheets[0]
    start, length = records.locate("2", "naissance")
    born = sheet.records[start : start + length].decode("latin-1")
    told = born[:4] == visit.nir[1:5] if visit.born is None else born == f"{visit.born:%y%m%d}"
    return sheet.nir[: len(visit.nir)] == visit.nir and told


def invoiced_before(journal: Journal, visit: Visit) -> int | None:
    """The last live invoice of this person's, of a year."""
    return next((row.invoice_id for row in _visits_of(journal, visit) if row.invoice_id is not None), None)


def _refused_before(journal: Journal, visit: Visit) -> int | None:
    """The last invoice of this person's that lives no more, of a year: it still says the name."""
    found = (journal.lookup.invoices_of(row.id)[-1:] for row in _visits_of(journal, visit))
    invoices = (journal.invoices.get(one) for some in found for one in some)
    return next((one.id for one in invoices if is_for(one, visit)), None)


def _visits_of(journal: Journal, visit: Visit) -> Iterator[KnownRow]:
    """This person's visits within a year, the last first."""
    first, last = (visit.day - _BACK, visit.day + _BACK)
    rows = journal.known.of_person(visit.nir, f"{first:%Y%m%d}", f"{last:%Y%m%d}")
    for row in reversed(rows):
        if row.facts and any(one.person.same(visit.person) for one in read_facts(row.facts, "")):
            yield row
