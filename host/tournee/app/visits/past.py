"""The visits that the journal holds, as the rules look at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from tournee.billing.judging import facts_before
from tournee.billing.kept.judged import read_judged
from tournee.billing.kept.known import Known, facts_of, read_many, write_facts
from tournee.billing.kept.same_visit import content_of
from tournee.billing.nomenclature.table import packaged
from tournee.billing.rules.case import carer_of
from tournee.billing.visit import JudgedVisit, Person
from tournee.store import Journal, KnownRow, VisitFacts, VisitState


def visit_facts(judged: JudgedVisit, reference: str = "") -> VisitFacts:
    """What the journal keeps of a visit for those that come after it."""
    visit = judged.visit
    if judged.lines:
        known = facts_of(judged, "")
    else:  # of a version before, which priced at the patient's
        known = facts_before(visit, carer_of(judged.ps_number, judged.profession), packaged(), "")
    first, last = visit.days
    return VisitFacts(
        visit.person.nir,
        f"{first:%Y%m%d}",
        f"{last:%Y%m%d}",
        write_facts(known),
        reference=reference,
        content=content_of(judged),
    )


def facts_of_payload(payload: bytes) -> VisitFacts:
    """The same of a visit as a journal of before kept it. BillingError."""
    return visit_facts(read_judged(payload))


class JournalPast:
    """Looks other visits up in a journal; `besides`: the ids of those that are judged themselves."""

    def __init__(self, journal: Journal, besides: Collection[int] = ()) -> None:
        self._journal = journal
        self._besides = besides
        self._asked: tuple[str, str, str] | None = None
        self._rows: Sequence[KnownRow] = ()
        self._read_before: dict[int, tuple[Known, ...]] = {}

    def of_person(
        self, person: Person, first: date, last: date, codes: Sequence[str] = ()
    ) -> Sequence[Known]:
        """The passages of a person from one day to another."""
        rows = self._of_number(person.nir, f"{first:%Y%m%d}", f"{last:%Y%m%d}")
        if first == last:
            day = f'"{first.isoformat()}"'.encode()
            rows = [row for row in rows if day in row.facts]
        if codes:
            marks = [f'"{code}"'.encode() for code in codes]
            rows = [row for row in rows if any(mark in row.facts for mark in marks)]
        return [one for one in self._read(rows) if first <= one.day <= last and one.person.same(person)]

    def of_carer(self, ps: str, day: date) -> Sequence[Known]:
        """The passages of a carer on a day."""
        rows = self._journal.known.of_carer(ps, f"{day:%Y%m%d}", f"{day:%Y%m%d}")
        return [one for one in self._read(rows) if one.day == day]

    def _read(self, rows: Iterable[KnownRow]) -> list[Known]:
        known = [
            row
            for row in rows
            if (row.counts or row.state is VisitState.OUTSIDE) and row.facts and row.id not in self._besides
        ]
        new = [row for row in known if row.id not in self._read_before]
        read = read_many([row.facts for row in new], list(map(_where, new)))
        self._read_before |= zip((row.id for row in new), read, strict=True)
        return [one for row in known for one in self._read_before[row.id]]

    def _of_number(self, nir: str, first: str, last: str) -> Sequence[KnownRow]:
        """The rows of an insured person; those asked for last are at hand: a visit has many rules."""
        if self._asked is None or not (
            self._asked[0] == nir and self._asked[1] <= first and last <= self._asked[2]
        ):
            self._rows = self._journal.known.of_person(nir, first, last)
            self._asked = (nir, first, last)
        return self._rows


def _where(row: KnownRow) -> str:
    day = f"{row.first_day[6:]}/{row.first_day[4:6]}/{row.first_day[:4]}"
    billed = " (déjà facturée)" if row.invoice_id is not None else ""
    return f"la visite {row.id} du journal, du {day}{billed}"
