"""A day file taken into the journal: each visit once, whatever files tell it, and corrected in place.

What a file says of one visit never stops the next. All that is taken is one step of the journal.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tournee.app.certify import splitter_of
from tournee.app.context import Office
from tournee.app.practice.attestations import by_attestations
from tournee.app.visits.imported import (
    Answer,
    ImportedDay,
    ToldVisit,
    absent_of,
    acts_of,
    days_of,
    named,
    sketch_of,
)
from tournee.app.visits.matching import Match, Matcher, Matching, Telling
from tournee.app.visits.names import patient_of
from tournee.app.visits.past import JournalPast, visit_facts
from tournee.billing.dayfile.day import (
    VISIT,
    DayError,
    JudgedOne,
    Mistake,
    ReadDay,
    ReadVisit,
    in_day,
    judge_one,
    known_before,
    read_day,
    read_document,
    where_in,
)
from tournee.billing.kept.judged import read_judged, write_judged
from tournee.billing.kept.known import Gathered, Known, Past, facts_of
from tournee.billing.kept.same_visit import content_of
from tournee.billing.visit import JudgedVisit
from tournee.errors import StoreError
from tournee.store import DayDraft, VisitDraft, VisitRow, VisitState
from tournee.tables.document import TableText

_TRIES = 10
_UNTAKEN = " ; ce que le fichier en change n’est pas pris (si c’est un autre passage, dites son heure)"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Plan:
    """What a file would change in the journal as it stands."""

    told: tuple[ToldVisit, ...]
    matching: Matching
    new: tuple[tuple[int, VisitDraft], ...]
    changed: Mapping[int, VisitDraft]


def import_day(
    office: Office, data: bytes, name: str, *, replaces: bool = False, twins: bool = False, shown: bool = True
) -> ImportedDay:
    """Take a day file's visits into the journal, and say of each what became of it.

    An AME noted of its patient bills a visit. `replaces`: one of which it is not sure whether it corrects one
    of the journal does; `twins`: it is another; not `shown`: those absent are read no further. Refused is
    contract 99 when the route splits at source or has no OCT (OCT-X-1). DayError: its head does not read.
    """
    read, document = read_day(data, name, by_attestations(office)), read_document(data, name)
    whole = tuple(one for one in read.mistakes if _rank_of(one) is None)
    if whole:
        raise DayError(name, whole)
    office.journal.known.learn()
    visits = office.journal.visits
    digest, date = hashlib.sha256(data).hexdigest(), f"{read.day:%Y%m%d}"
    for _ in range(_TRIES):
        since = visits.mark()
        plan = _Planner(office, read, document, replaces=replaces, twins=twins).plan(since)
        drafts = [draft for _, draft in plan.new]
        day = DayDraft(digest, read.carer.number, date, name, drafts, plan.changed, plan.matching.into)
        ids = visits.take(day, since, f"reprise du fichier « {name} »") if drafts or plan.changed else ()
        if ids is not None:
            return _imported(office, read, plan, ids, shown=shown)
    raise StoreError(
        "Le journal change sans cesse : ce fichier n’a pas pu être pris.",
        cause="une autre fenêtre y travaille",
        next_step="attendez qu’elle ait fini, puis recommencez.",
    )


def _imported(office: Office, read: ReadDay, plan: _Plan, ids: Sequence[int], *, shown: bool) -> ImportedDay:
    given = dict(zip((rank for rank, _ in plan.new), ids, strict=True))
    told = tuple(replace(one, id=given.get(one.rank, one.id)) for one in plan.told)
    done = ImportedDay(
        read.name,
        f"{read.day:%Y%m%d}",
        read.carer.number,
        told,
        tuple(absent_of(office.journal, row, shown=shown) for row in plan.matching.absent),
    )
    counts = Counter(one.answer.value for one in told)
    _log.info("day file: %s", ", ".join(f"{count} {answer}" for answer, count in counts.items()))
    return done


class _Planner:
    """Works out what a file would change."""

    def __init__(
        self, office: Office, read: ReadDay, document: TableText, *, replaces: bool, twins: bool
    ) -> None:
        self._office, self._read, self._document = office, read, document
        self._replaces, self._twins = replaces, twins
        self._table, self._today = office.nomenclature, office.clock().date()
        self._splitter = splitter_of(office.route)
        self._answers: dict[int, ToldVisit] = {}

    def plan(self, since: int) -> _Plan:
        """What becomes of each visit."""
        told = list(self._well_formed())
        matching = Matcher(
            self._office.journal, self._read.carer.number, f"{self._read.day:%Y%m%d}", self._read.name
        ).match(told)
        by_rank = {one.rank: one for one in told}
        changed, asked = self._decide(told, matching)
        new = {
            one.rank for one in told if one.rank not in self._answers and one.rank not in (*changed, *asked)
        }
        judged = self._judge(new | set(changed), changed)
        self._ask(asked, by_rank, matching, judged, changed)
        drafts: dict[int, VisitDraft] = {}
        for rank, one in judged.items():
            answer = Answer.CHANGED if rank in changed else Answer.NEW
            row = changed.get(rank)
            if one.mistakes:
                note = f"la visite {row.id} du journal reste comme elle était" if row else ""
                self._say(by_rank[rank], Answer.REFUSED, row, note=note, judged=one)
                continue
            self._say(by_rank[rank], answer, row, judged=one)
            visit = one.judgement.visit
            facts = visit_facts(visit, by_rank[rank].reference)
            drafts[rank] = VisitDraft(write_judged(visit), facts, outside=visit.visit.ceam is not None)
        return _Plan(
            tuple(self._answers[rank] for rank in sorted(self._answers)),
            matching,
            tuple((rank, drafts[rank]) for rank in sorted(new) if rank in drafts),
            {row.id: drafts[rank] for rank, row in changed.items() if rank in drafts},
        )

    # --- what reads ---

    def _well_formed(self) -> Iterator[Telling]:
        wrong: dict[int, list[Mistake]] = {}
        for mistake in self._read.mistakes:
            rank = _rank_of(mistake)
            if rank is not None:
                wrong.setdefault(rank, []).append(mistake)
        references: dict[str, int] = {}
        for one in self._read.visits:
            reference = one.draft.reference if one.draft else ""
            if reference in references:
                text = f"c’est déjà celle de la visite {references[reference] + 1} de ce fichier"
                wrong.setdefault(one.rank, []).append(self._mistake(one, "reference", text))
            elif reference:
                references[reference] = one.rank
            if one.draft is None or one.rank in wrong:
                self._answers[one.rank] = self._malformed(one, tuple(wrong.get(one.rank, ())))
            else:
                judged = JudgedVisit(self._read.carer.number, self._read.carer.profession, one.draft.visit)
                yield Telling(one.rank, judged, reference)

    def _mistake(self, one: ReadVisit, key: str, text: str) -> Mistake:
        path = (VISIT, one.rank, key)
        return Mistake(path, self._document.line_of(path), text)

    def _malformed(self, one: ReadVisit, mistakes: tuple[Mistake, ...]) -> ToldVisit:
        if one.draft is not None:
            judged = JudgedVisit(self._read.carer.number, self._read.carer.profession, one.draft.visit)
            who = patient_of(self._office.journal, one.draft.visit)
            named, days, acts = who, days_of(judged), acts_of(judged)
        else:
            named, acts = sketch_of(self._document.values[VISIT][one.rank])
            days = f"{self._read.day:%d/%m/%Y}"
        line = self._document.line_of((VISIT, one.rank))
        return ToldVisit(one.rank, line, Answer.REFUSED, None, named, days, acts, mistakes=mistakes)

    # --- what it is ---

    def _decide(
        self, told: Sequence[Telling], matching: Matching
    ) -> tuple[dict[int, VisitRow], dict[int, Match]]:
        """Answer for those that are known; gives those that change a row, and those to be asked about."""
        changed: dict[int, VisitRow] = {}
        asked: dict[int, Match] = {}
        for one in told:
            match = matching.matches.get(one.rank, Match())
            row = match.row
            if row is None and self._replaces and match.twin_of is None:
                row = self._only(match, changed)
            if row is not None:
                if self._changes(one, row, same=match.same, since=match.since):
                    changed[one.rank] = row
            elif (match.maybe or match.twin_of is not None) and not self._twins:
                asked[one.rank] = match
        return changed, asked

    def _only(self, match: Match, changed: Mapping[int, VisitRow]) -> VisitRow | None:
        """The one row that a visit may be, unless another of the file is it."""
        taken = {row.id for row in changed.values()}
        rows = [row for row in match.maybe if row.id not in taken]
        return rows[0] if len(rows) == 1 else None

    def _changes(self, one: Telling, row: VisitRow, *, same: bool, since: str) -> bool:
        """Whether a row of the journal is to be changed; else it is answered for."""
        if row.state is VisitState.ABANDONED and same:
            self._say(one, Answer.KNOWN, row, note="mise de côté : la rouvrir pour la facturer")
        elif row.invoice_id is not None:
            number = self._office.journal.invoices.get(row.invoice_id).number
            is_told = content_of(read_judged(row.payload)) == one.content
            other = f" ; {since}" if since else "" if is_told else _UNTAKEN
            self._say(one, Answer.BILLED, row, note=f"facture {number}{other}")
        elif row.state is VisitState.DONE:
            self._say(one, Answer.BILLED, row, note="sa facture a été refusée : la corriger, ou la rouvrir")
        elif same:
            self._say(one, Answer.KNOWN, row, note=since)
        else:
            return True
        return False

    def _ask(
        self,
        asked: Mapping[int, Match],
        told: Mapping[int, Telling],
        matching: Matching,
        judged: Mapping[int, JudgedOne],
        changed: Mapping[int, VisitRow],
    ) -> None:
        """Say what those are asked about, and what the rules say if they are others."""
        besides = {changed[rank].id for rank, one in judged.items() if rank in changed and not one.mistakes}
        around = Gathered(JournalPast(self._office.journal, besides))
        for rank, one in judged.items():
            if not one.mistakes:
                around.put(rank, self._facts(rank, one), earlier=True)
        for rank, match in asked.items():
            one = self._judge_one(rank, around)
            answer = Answer.TWIN if match.twin else Answer.DOUBT
            if match.twin_of is not None:
                note = f"comme la visite {match.twin_of + 1} de ce fichier"
            else:
                names = " ou ".join(map(named, match.maybe))
                like = "la même que" if match.twin else "une correction de"
                note = f"est-ce {like} {names}, ou un autre passage ?"
            self._say(
                told[rank],
                Answer.REFUSED if one.mistakes else answer,
                note=note,
                judged=one,
                may_be=tuple(row.id for row in match.maybe),
            )

    # --- what the rules say ---

    def _judge(self, ranks: set[int], changed: Mapping[int, VisitRow]) -> dict[int, JudgedOne]:
        """Judge these visits, each after those before it that are taken. One that would change a row and is
        refused leaves that row as it was: the others are then judged beside it.
        """
        refused: dict[int, JudgedOne] = {}
        while True:
            besides = {row.id for rank, row in changed.items() if rank in ranks and rank not in refused}
            judged = self._pass(
                in_day(self._read, ranks - set(refused)), JournalPast(self._office.journal, besides)
            )
            fallen = {rank: one for rank, one in judged.items() if rank in changed and one.mistakes}
            if not fallen:
                return {**judged, **refused}
            refused |= fallen

    def _pass(self, ranks: Sequence[int], past: JournalPast) -> dict[int, JudgedOne]:
        around = Gathered(past)
        for rank in ranks:
            facts = known_before(self._read, self._read.visits[rank], self._table)
            around.put(rank, facts, earlier=False)
        judged: dict[int, JudgedOne] = {}
        for rank in ranks:
            around.drop(rank)
            one = self._judge_one(rank, around)
            if one.mistakes and rank != ranks[-1]:  # those that come are perhaps refused themselves
                alone = self._judge_one(rank, around.earlier())
                one = one if alone.mistakes else alone
            if not one.mistakes:
                around.put(rank, self._facts(rank, one), earlier=True)
            judged[rank] = one
        return judged

    def _judge_one(self, rank: int, around: Past) -> JudgedOne:
        return judge_one(
            self._read,
            self._read.visits[rank],
            self._document,
            self._table,
            around,
            splitter=self._splitter,
            today=self._today,
            months=self._office.billable_months,
        )

    def _facts(self, rank: int, one: JudgedOne) -> tuple[Known, ...]:
        return facts_of(one.judgement.visit, where_in(self._read, self._read.visits[rank]))

    def _say(
        self,
        one: Telling,
        answer: Answer,
        row: VisitRow | None = None,
        *,
        note: str = "",
        judged: JudgedOne | None = None,
        may_be: tuple[int, ...] = (),
    ) -> None:
        invoice = row.invoice_id if row is not None else None
        self._answers[one.rank] = ToldVisit(
            one.rank,
            self._document.line_of((VISIT, one.rank)),
            answer,
            row.id if row is not None else None,
            patient_of(self._office.journal, one.visit, invoice),
            days_of(one.judged),
            acts_of(one.judged),
            one.reference,
            note,
            may_be,
            judged.mistakes if judged else (),
            judged.remarks if judged else (),
            one.visit.ceam is not None,
        )


def _rank_of(mistake: Mistake) -> int | None:
    """The visit that a mistake is in, None for one of the file's head."""
    match mistake.path:
        case (str(key), int(rank), *_) if key == VISIT:
            return rank
    return None
