"""Visits on a European card (CEAM): their records in the journal, and the care sheet for the patient.

They are outside télétransmission: no FSE, no lot, nothing asked of a caisse or an insurer here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tournee.app.context import Office
from tournee.billing.european.care_lines import care_lines
from tournee.billing.european.ceam import CareLine, Ceam
from tournee.billing.kept.judged import read_judged
from tournee.billing.visit import JudgedVisit
from tournee.documents.care_sheet import CareSheet, care_sheet_pdf
from tournee.errors import StoreError
from tournee.store import VisitRow, VisitState


@dataclass(frozen=True)
class EuropeanRecord:
    """A visit on a European card as the journal keeps it; `state` outside, or abandoned."""

    id: int
    day: date
    state: VisitState
    ceam: Ceam
    judged: JudgedVisit

    @property
    def lines(self) -> tuple[CareLine, ...]:
        """What was done, priced on its day."""
        return care_lines(self.judged)

    @property
    def total(self) -> int:
        """What the patient pays, in cents."""
        return sum(line.cents for line in self.lines)


def european_records(office: Office, *, since: str = "", ps: str = "") -> Iterator[EuropeanRecord]:
    """Those in force, the latest first: of days from `since` (AAAAMMJJ) on, of one `ps`."""
    for row in office.journal.visits.find(VisitState.OUTSIDE, since=since, ps=ps, newest_first=True):
        found = _record(row)
        if found is not None:
            yield found


def european_record(office: Office, visit_id: int) -> EuropeanRecord:
    """One record. StoreError when the visit is on no European card, or there is none."""
    rows = office.journal.visits.find(before=visit_id + 1, newest_first=True, limit=1)
    found = _record(rows[0]) if rows and rows[0].id == visit_id else None
    if found is None:
        raise StoreError(
            f"La visite {visit_id} n’est pas une visite sur carte européenne (CEAM).",
            next_step="cherchez son numéro dans la liste de celles-ci",
        )
    return found


def care_sheet(record: EuropeanRecord, carer: str = "") -> bytes:
    """The care sheet of a record as PDF, the same bytes each time; `carer`: the name to print, if any.

    StoreError for one that was set aside.
    """
    if record.state is not VisitState.OUTSIDE:
        raise StoreError(
            f"La visite {record.id} est de côté.", next_step="remettez-la d’abord parmi vos visites"
        )
    visit = record.judged.visit
    return care_sheet_pdf(
        CareSheet(
            number=record.id,
            ps_number=record.judged.ps_number,
            profession=record.judged.profession,
            carer=carer,
            ceam=record.ceam,
            prescription=visit.prescription,
            lines=record.lines,
            table=record.judged.table,
        )
    )


def _record(row: VisitRow) -> EuropeanRecord | None:
    judged = read_judged(row.payload)
    ceam = judged.visit.ceam
    return None if ceam is None else EuropeanRecord(row.id, judged.visit.day, row.state, ceam, judged)
