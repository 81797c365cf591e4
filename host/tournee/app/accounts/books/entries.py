"""Entries of double-entry accounts, made anew each time of what the journal knows: fees of the year of the
care, receivables of three debtors, what returns and patients paid, what was given up, what the bank has.

The same journal gives the same entries in the same order. No name and no number of a patient is in them: an
auxiliary stands for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tournee.app.accounts.books.invoice_entries import Event, InvoiceLife, YearOfCare, invoice_entries
from tournee.app.accounts.books.posting import BookEntry, Side, entry
from tournee.app.context import Office
from tournee.app.visits.european import european_records
from tournee.formats import records
from tournee.model import Means, Target
from tournee.store import LedgerRow, PatientPayment, SheetState, VisitState

_MEANS = {
    Means.CASH: Side("cash"),
    Means.CHEQUE: Side("cheque"),
    Means.CARD: Side("card"),
    Means.TRANSFER: Side("bank"),
    Means.OTHER: Side("other"),
    Means.CREDIT: Side("credit"),
    Means.LOSS: Side("loss"),
}
_ORDER = ("AN", "VE", "PA", "RS", "BQ", "OD")


def entries(office: Office, ps: str = "") -> tuple[BookEntry, ...]:
    """All of them, by day, then by journal, in the order things happened; of one professional or of all."""
    made = [*_of_invoices(office, ps), *_of_outside(office, ps), *_of_patients(office, ps)]
    made += [*_of_payments_outside(office, ps), *_of_bank(office, ps)]
    return tuple(sorted(made, key=lambda one: (one.day, _ORDER.index(one.journal))))


def patient_side(office: Office, nir: str, name: str) -> Side:
    """The receivable of a patient, by an auxiliary that only the journal's key makes of the person."""
    code = office.journal.db.cipher.name(f"{nir}\0{name}".encode(), "patient's account").hex()[:10].upper()
    return Side("patient", f"P{code}", f"Patient P{code}")


def lives(office: Office, ps: str = "") -> Iterator[InvoiceLife]:
    """Every invoice that was ever certified, with what became of it."""
    rows = office.journal.ledger.find(ps=ps)
    made = {row.invoice_id: row.made for row in rows}
    events = office.journal.ledger.events(rows)
    by_sheet: dict[int, list[Event]] = {}
    for one in (Event(*told) for told in events["sheet"]):
        by_sheet.setdefault(one.sheet_id, []).append(one)
    set_aside = {one.sheet_id: one.at for one in (Event(*told) for told in events["visit"])}
    for row in rows:
        if row.certified:
            own = tuple(one for sheet in row.sheets for one in by_sheet.get(sheet.id, ()))
            ended = _ended(row, own, made, set_aside)
            yield InvoiceLife(row, _years(office, row), own, patient_side(office, *row.person), ended)


def _ended(
    row: LedgerRow, events: Iterable[Event], made: Mapping[int, str], set_aside: Mapping[int, str]
) -> str:
    if row.replaced_by:
        return made[row.replaced_by]
    if all(sheet.state is SheetState.ABANDONED for sheet in row.sheets):
        last = max((one.at for one in events if one.state == SheetState.ABANDONED.value), default=row.made)
        return _day(last)
    if row.visit_state is VisitState.ABANDONED:
        return _day(set_aside.get(row.visit_id, row.made))
    return ""


def _years(office: Office, row: LedgerRow) -> tuple[YearOfCare, ...]:
    if row.first_day[:4] == row.last_day[:4]:
        return (YearOfCare(row.last_day, row.fee, row.amo, row.amc),)
    sheet = office.journal.invoices.sheet(row.sheets[0].id)
    sums: dict[str, list[int]] = {}
    days: dict[str, str] = {}
    for at in range(0, len(sheet.records), records.RECORD_LENGTH):
        kind, said = records.decode(sheet.records[at : at + records.RECORD_LENGTH])
        if kind == "4":
            day = f"{row.last_day[:2]}{said['date']}"
            year = day[:4]
            days[year] = max(day, days.get(year, ""))
            amounts = (int(said[name]) for name in ("honoraires", "part_amo", "part_amc"))
            sums[year] = [one + more for one, more in zip(sums.get(year, [0, 0, 0]), amounts, strict=True)]
    return tuple(YearOfCare(days[year], *sums[year]) for year in sorted(sums))


def _of_invoices(office: Office, ps: str) -> Iterator[BookEntry]:
    for life in lives(office, ps):
        yield from invoice_entries(life)


def _of_outside(office: Office, ps: str) -> Iterator[BookEntry]:
    """Fees for care outside télétransmission, all of them the patient's."""
    for record in european_records(office, ps=ps):
        patient = patient_side(office, record.ceam.person, record.ceam.holder)
        day = f"{record.judged.visit.days[1]:%Y%m%d}"
        moves = ((patient, record.total), (Side("fees"), -record.total))
        made = entry("VE", day, f"Visite {record.id}", "Honoraires hors télétransmission", *moves)
        if made:
            yield made


def _of_patients(office: Office, ps: str) -> Iterator[BookEntry]:
    people = {row.invoice_id: row.person for row in office.journal.ledger.find(ps=ps)}
    outside = {one.id: (one.ceam.person, one.ceam.holder) for one in european_records(office, ps=ps)}
    for line in office.journal.patient_payments.find(ps):
        nobody = ("", f"visite {line.visit_id}")
        patient = patient_side(office, *people.get(line.invoice_id, outside.get(line.visit_id, nobody)))
        moves = ((_MEANS[line.means], line.cents), (patient, -line.cents))
        made = entry(
            *("OD" if line.means in (Means.CREDIT, Means.LOSS) else "PA", line.day, line.receipt),
            *(_said(line), *moves),
            noted=_day(line.at),
        )
        if made:
            yield made


def _said(line: PatientPayment) -> str:
    return f"{line.kind.label.capitalize()}, {line.means.label}, {line.receipt}"


def _of_payments_outside(office: Office, ps: str) -> Iterator[BookEntry]:
    """Money outside invoices, and money for what this journal does not know: both come by virements."""
    journal, days = office.journal, dict[int, str]()
    outside = [row for row in journal.effects.payments_outside() if row.effect.paid]
    unknown = [
        row
        for row in journal.effects.unmatched()
        if row.effect.paid and row.effect.ps in ("", *journal.visits.professionals())
    ]
    for row in (*outside, *unknown):
        if ps in ("", row.effect.ps):
            day = days.setdefault(row.return_id, _day(journal.returns.get(row.return_id).taken))
            known = row.applied and row.effect.target is Target.PAYMENT
            side, label = (Side("aid"), "Hors facture") if known else (Side("suspense"), "Facture inconnue")
            made = entry(
                *("RS", day, f"RSP {row.return_id}", f"{label}, retour {row.return_id}"),
                *((Side("announced"), row.effect.paid), (side, -row.effect.paid)),
            )
            if made:
                yield made


def _of_bank(office: Office, ps: str) -> Iterator[BookEntry]:
    for match in office.journal.bank.matches():
        if ps in ("", match.ps):
            moves = ((Side("bank"), match.cents), (Side("announced"), -match.cents))
            made = entry("BQ", match.day, f"Virement {match.number}", f"Virement {match.number} reçu", *moves)
            if made:
                yield made


def _day(moment: str) -> str:
    return moment[:10].replace("-", "")
