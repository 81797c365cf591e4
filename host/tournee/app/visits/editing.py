"""A visit of the journal told anew: read by the day file's own reader, judged with the journal behind it.

What was accepted before and is not changed is not refused now, and keeps its price: the rules judge what is
new. Nothing is written by what is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tournee.app.certify import splitter_of
from tournee.app.context import Office
from tournee.app.finding import Thing, thing_of
from tournee.app.visits.degraded import identity_before
from tournee.app.visits.past import JournalPast, visit_facts
from tournee.app.visits.retelling import Edit, Merged, Table, differences, merge, person_of
from tournee.billing.breach import Remark
from tournee.billing.dayfile.day import (
    DAY,
    VISIT,
    DayError,
    JudgedOne,
    Mistake,
    judge_one,
    read_day,
    read_document,
)
from tournee.billing.dayfile.writing import visit_table
from tournee.billing.kept.judged import read_judged, write_judged
from tournee.billing.kept.known import Known, Past
from tournee.billing.kept.same_visit import billed_alike, content_of, priced_alike, shared_passage
from tournee.billing.visit import JudgedVisit, Person, Visit
from tournee.errors import BillingError, StoreError
from tournee.store import SheetState, VisitDraft, VisitRow, VisitState

_NAME = "visite.json"
_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
_WHOLE = {"nom", "prenom", "regime", "caisse", "centre"}  # of a patient typed by hand
_SIGNED = (SheetState.SEALED, SheetState.CERTIFIED)
_HEAD_KEYS = 2  # `visite` and its rank: of one visit they say nothing


class EditError(BillingError):
    """What is said anew is refused; `mistakes` tells each, at its place in the visit."""

    def __init__(self, row: VisitRow, mistakes: Sequence[Mistake]) -> None:
        count = f"{len(mistakes)} erreur{'s' if len(mistakes) > 1 else ''}"
        told = [f"- {mistake}" for mistake in mistakes]
        super().__init__(
            "\n".join((f"La visite {row.id} reste comme elle était : {count}.", *told)),
            next_step="dites autrement ce qui est refusé, et recommencez",
        )
        self.mistakes = tuple(mistakes)


class NothingChangesError(BillingError):
    """What is told anew is what there is."""


class UnchangedError(NothingChangesError):
    """EditOptions so, what was refused would be billed again as it was."""


class TwinError(BillingError):
    """EditOptions so, a visit would be as another one of the journal."""


@dataclass(frozen=True)
class Retold:
    """A visit as it is told anew, judged: what changed of what the journal has, a line each; what went with
    another patient.
    """

    row: VisitRow
    before: JudgedVisit
    after: JudgedVisit
    changes: tuple[str, ...]
    gone: tuple[str, ...]
    remarks: tuple[Remark, ...]
    reference: str = ""

    @property
    def draft(self) -> VisitDraft:
        """What the journal is to keep of it."""
        facts = visit_facts(self.after, self.reference)
        return VisitDraft(write_judged(self.after), facts, outside=self.after.visit.ceam is not None)

    @property
    def is_as_it_was(self) -> bool:
        """Whether it says what the journal has."""
        told, had = self.after.visit, self.before.visit
        return told.day == had.day and visit_table(told) == visit_table(had)

    @property
    def bills_the_same(self) -> bool:
        """Whether an invoice by card is the same as before, to the byte."""
        typed = self.after.visit.typed or self.before.visit.typed
        return not typed and billed_alike(self.after, self.before)

    @property
    def why(self) -> str:
        """What changed, on one line."""
        return " ; ".join(self.changes) or "corrigée"

    @property
    def date(self) -> str:
        """Its day, AAAAMMJJ."""
        return f"{self.after.visit.day:%Y%m%d}"


@dataclass(frozen=True)
class Edited:
    """A visit that was put right, as it is now; the number of the invoice that was lost for it, if any."""

    thing: Thing
    retold: Retold
    lost: str = ""


def edit_visit(
    office: Office,
    visit_id: int,
    change: Edit,
    *,
    reason: str = "",
    twins: bool = False,
    same: bool = False,
) -> Edited:
    """Put right a visit of which nothing is in a lot. An invoice of it is given up, its number lost, unless
    nothing changes of what it bills.

    EditError where it does not read or breaks a rule, TwinError where it would be as another visit and
    `twins` does not say that it is one more; BillingError where nothing changes; StoreError when it is set
    aside, in a lot, or was changed meanwhile.
    """
    thing = thing_of(office, visit_id)
    require_editable(thing)
    told = retell(office, thing.visit.row, change, twins=twins, same=same)
    row, what, lost = thing.visit.row, (told.draft, told.date, reason or told.why), ""
    is_signed = thing.invoice is not None and all(one.state in _SIGNED for one in thing.invoice.sheets)
    if row.state is VisitState.DONE and is_signed and told.bills_the_same:
        office.journal.corrections.note(visit_id, row.payload, *what)
    else:
        lost = office.journal.corrections.edit(visit_id, row.payload, *what)
    return Edited(thing_of(office, visit_id), told, lost)


def retell(
    office: Office,
    row: VisitRow,
    change: Edit,
    *,
    base: bytes = b"",
    twins: bool = False,
    same: bool = False,
) -> Retold:
    """What a visit is when this is changed in it, judged anew; nothing is written. Errors as of `edit_visit`;
    with `same` it may stay as it is, or be as it was refused. `base`: what it is to be already, if not as the
    journal has it; told back to that, it is taken.
    """
    had = read_judged(row.payload)
    before = read_judged(base) if base else had
    merged = merge(visit_table(before.visit), before.visit.day, change)
    _fill_identity(office, before.visit, merged.table)
    one, reference = _judged(office, row, before, merged)
    after = one.judgement.visit
    for known in (had, before):
        if known.lines and priced_alike(known, after):
            after = replace(after, lines=known.lines, table=known.table)
            break
    days = (f"{had.visit.day:%d/%m/%Y}", f"{after.visit.day:%d/%m/%Y}")
    changes = differences(visit_table(had.visit), merged.table, days)
    told = Retold(row, had, after, changes, merged.gone, one.remarks, reference)
    if base and row.invoice_id is not None and told.is_as_it_was:
        return told
    if not same:
        _refuse_unchanged(office, row, had, before, after)
    if not twins:
        _refuse_twin(office, row, before, after)
    return told


def require_editable(thing: Thing) -> None:
    """StoreError for a visit that is set aside, or of which something is in a lot or left."""
    row = thing.visit.row
    if row.state is VisitState.ABANDONED:
        raise StoreError(
            f"La visite {row.id} est mise de côté.", next_step="rouvrez-la, puis changez-la.", remedy="reopen"
        )
    if row.invoice_id is not None and thing.lots:
        raise StoreError(
            f"La visite {row.id} est facturée, et sa facture {thing.number} est dans le lot "
            f"{' et '.join(thing.lots)} ({thing.states}).",
            next_step="si le lot n’est pas certifié, défaites-le ; sinon, corrigez la facture",
            remedy="correct",
        )
    if row.state is VisitState.DONE and row.invoice_id is None:
        raise StoreError(
            f"La facture de la visite {row.id} a été refusée.",
            next_step="corrigez la facture : la visite sera facturée de nouveau, sous un autre numéro",
            remedy="correct",
        )


def _fill_identity(office: Office, visit: Visit, table: Table) -> None:
    """Say of a patient who is now typed by hand what the last invoice says, where nothing else does."""
    hand = table.get("patient")
    if not isinstance(hand, dict) or "mode" not in hand or hand.keys() >= _WHOLE:
        return
    person = person_of(table)
    known = identity_before(
        office, replace(visit, nir=person.nir, born=person.born, birth_rank=person.rank, typed=None)
    )
    organisme = known.organisme
    told = {
        "nom": known.name,
        "prenom": known.first_name,
        "regime": organisme[:2],
        "caisse": organisme[2:5],
        "centre": organisme[5:],
    }
    table["patient"] = {key: value for key, value in told.items() if value} | hand
    for key, value in (("cle", known.key), ("naissance", f"{known.born}" if known.born else "")):
        if value:
            table.setdefault(key, value)


def _judged(office: Office, row: VisitRow, before: JudgedVisit, merged: Merged) -> tuple[JudgedOne, str]:
    """The visit of this table, judged, and its reference; EditError with what is new in it and refused."""
    one, reference, wrong = _judge(office, row, before, merged)
    if one is not None and wrong:
        as_it_was = Merged(visit_table(before.visit), f"{before.visit.day}")
        known = {(told.rule, told.text) for told in _judge(office, row, before, as_it_was)[2]}
        wrong = [told for told in wrong if (told.rule, told.text) not in known]
    if one is None or wrong:
        raise EditError(row, wrong)
    return one, reference


def _judge(
    office: Office, row: VisitRow, before: JudgedVisit, merged: Merged
) -> tuple[JudgedOne | None, str, list[Mistake]]:
    """A table read and judged: None where its form is wrong; its mistakes, at their places in the visit."""
    head = {"date": merged.day, "ps": before.ps_number, "profession": before.profession}
    data = json.dumps({DAY: head, VISIT: [merged.table]}).encode()
    try:
        read = read_day(data, _NAME)
    except DayError as error:
        return None, "", _in_visit(error.mistakes)
    (visit,) = read.visits
    if visit.draft is None or read.mistakes:
        return None, "", _in_visit(read.mistakes)
    by_whom = replace(visit.draft.visit, replacement=before.visit.replacement)
    visit = replace(visit, draft=replace(visit.draft, visit=by_whom))
    one = judge_one(
        read,
        visit,
        read_document(data, _NAME),
        office.nomenclature,
        _InOrder(JournalPast(office.journal, [row.id]), by_whom),
        splitter=splitter_of(office.route),
        today=office.clock().date(),
        months=office.billable_months,
    )
    return one, visit.draft.reference if visit.draft else "", _in_visit(one.mistakes)


def _in_visit(mistakes: Sequence[Mistake]) -> list[Mistake]:
    return [
        replace(one, path=one.path[_HEAD_KEYS:] or one.path) if one.path[:1] == (VISIT,) else one
        for one in mistakes
    ]


class _InOrder:
    """The journal around a visit of the past: what the carer did later that day came after it."""

    def __init__(self, beyond: Past, visit: Visit) -> None:
        self._beyond = beyond
        told = [(one.day, one.minute) for one in visit.passages if one.minute is not None]
        self._at = dict(sorted(told, reverse=True))

    def of_person(
        self, person: Person, first: date, last: date, codes: Sequence[str] = ()
    ) -> Sequence[Known]:
        """All that stands of a person, whenever it was: what is billed is not refused for this one."""
        return self._beyond.of_person(person, first, last, codes)

    def of_carer(self, ps: str, day: date) -> Sequence[Known]:
        """The passages of a carer on a day, each before or after."""
        at = self._at.get(day)
        return [
            one._replace(earlier=at is None or one.minute is None or one.minute <= at)
            for one in self._beyond.of_carer(ps, day)
        ]


def _refuse_unchanged(
    office: Office, row: VisitRow, had: JudgedVisit, before: JudgedVisit, after: JudgedVisit
) -> None:
    """NothingChangesError where nothing changes of what was told before; UnchangedError where what was
    refused, as the journal has it or had, would be billed as it was.
    """
    invoices = office.journal.invoices.get_all(office.journal.lookup.invoices_of(row.id))
    refused = [one for one in invoices if any(sheet.state in _REFUSED for sheet in one.sheets)]
    content = content_of(after)
    former = {known.id for known in office.journal.known.by_former_content(row.ps, content)}
    again = row.id in former or (row.invoice_id is None and content == content_of(had))
    if refused and again:
        raise UnchangedError(
            f"La visite {row.id} a déjà été refusée ainsi (facture {refused[-1].number}) : rien de ce qui "
            "compte n’y change.",
            next_step="changez ce que dit le motif du refus ; ou dites qu’elle repart telle quelle",
            remedy="as-is",
        )
    if write_judged(after) == write_judged(before):
        raise NothingChangesError(
            f"La visite {row.id} est déjà ainsi : rien ne change.", next_step="dites ce qui change."
        )


def _refuse_twin(office: Office, row: VisitRow, before: JudgedVisit, after: JudgedVisit) -> None:
    """TwinError where a visit becomes as another of the journal: the same patient, day, passage and acts."""
    person, (first, last) = after.visit.person, after.visit.days
    known = office.journal.known.of_person(person.nir, f"{first:%Y%m%d}", f"{last:%Y%m%d}")
    for one in known:
        if one.id == row.id or not one.counts:
            continue
        other = office.journal.visits.get(one.id)
        visit = read_judged(other.payload).visit
        if other.ps != row.ps or not visit.person.same(person):
            continue
        was = visit.person.same(before.visit.person) and shared_passage(before.visit, visit, same_acts=True)
        if shared_passage(after.visit, visit, same_acts=True) and not was:
            raise TwinError(
                f"La visite {row.id} serait la même que la visite {other.id} du journal : même patient, même "
                "jour, mêmes actes.",
                cause="cette visite est peut-être déjà facturée",
                next_step="si c’est un autre passage, dites son heure, ou que c’est une jumelle ; sinon, "
                "annulez l’une des deux",
                remedy="twin",
            )
