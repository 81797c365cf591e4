"""A day of the journal as a day file: taken in again, it tells the same visits."""

from __future__ import annotations

from datetime import date

from tournee.app.context import Office
from tournee.app.practice.plans import day_file
from tournee.app.practice.rounds import round_of
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.kept.judged import read_judged
from tournee.errors import BillingError
from tournee.store import VisitRow, VisitState


def journal_day(office: Office, day: date, ps: str) -> bytes:
    """The day file (JSON) of what a carer's day holds, in the order it came: but for what is set aside.

    BillingError for a day of nothing, or of two who care in her place: a file has one.
    """
    found = office.journal.visits.find(ps=ps, since=f"{day:%Y%m%d}", until=f"{day:%Y%m%d}")
    rows = [row for row in found if row.state is not VisitState.ABANDONED]
    judged = [read_judged(row.payload) for row in rows]
    if not judged:
        raise BillingError(
            f"Le journal n’a aucune visite du {day:%d/%m/%Y}.",
            next_step="prenez la tournée, ou un fichier du jour",
        )
    replacements = [one.visit.replacement for one in judged]
    if any(one != replacements[0] for one in replacements):
        raise BillingError(
            f"Le {day:%d/%m/%Y}, les soins ne sont pas tous de la même personne.",
            cause="un fichier du jour n’a qu’un remplaçant",
            next_step="reprenez ces visites de leurs fichiers",
        )
    references = _references(office, day, ps, rows)
    told = [visit_table(one.visit, references.get(row.id, "")) for row, one in zip(rows, judged, strict=True)]
    return day_file(ps, judged[0].profession, day, told, replacements[0])


def _references(office: Office, day: date, ps: str, rows: list[VisitRow]) -> dict[int, str]:
    """Those of visits that plans made: a reference is kept as a hash, and cannot be given back."""
    if not any(office.journal.visits.has_reference(row.id) for row in rows):
        return {}
    stops = round_of(office, day, ps)
    return {one.visit_id: one.plan.reference(day) for one in stops if one.visit_id is not None}
