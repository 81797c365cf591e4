"""What the journal knows of visits together: of a person, of a carer's days, by what an editor calls them.

Facts come from their months; where a visit stands, and its invoice, from what is in clear. In a journal of
before there are none: its visits are read when somebody asks for the first time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

from tournee.errors import StoreError, TourneeError
from tournee.store.database import Database
from tournee.store.inserts import VisitFacts
from tournee.store.statements import Row
from tournee.store.states import VisitState
from tournee.store.tables.person_months import PersonMonths

FactsOf = Callable[[bytes], VisitFacts]
"""Works out of a visit's payload what the rules need of it; TourneeError for one that it cannot read."""

_log = logging.getLogger(__name__)
_AT_ONCE = 500  # old visits read in one step: others may write in between
_UNREADABLE = VisitFacts("", "00000000", "00000000", b"")

_KNOWN = "SELECT id, first_day, state, invoice, person_month FROM visit WHERE "

_OF_PERSON = f"""{_KNOWN} person_month IN
    (SELECT id FROM person_month WHERE person = ? AND month <= ? AND last_day >= ?)
    AND first_day <= ? AND last_day >= ?"""  # noqa: S608

_OF_CARER = f"""{_KNOWN} ps = ? AND first_day BETWEEN ? AND ? UNION ALL
    {_KNOWN} ps = ? AND last_day >= ? AND first_day < ? AND last_day > first_day"""
"""Those that begin within these days, and those of several days that began before."""

_TWINS = f"""{_KNOWN} person_month = (SELECT id FROM person_month WHERE person = ? AND month = ?)
    AND first_day = ? AND last_day = ? AND ps = ?"""  # noqa: S608

_FORMERLY = "ps = ? AND id IN (SELECT visit FROM former_content WHERE content = ?)"

_UNREAD = "SELECT id, payload_sealed FROM visit WHERE person_month IS NULL LIMIT ?"


class KnownRow(NamedTuple):
    """What the rules need to know of a visit: the first of its days (AAAAMMJJ), where it stands, its live
    invoice's id, if any, and `facts` as billing wrote them.
    """

    id: int
    first_day: str
    state: VisitState
    invoice_id: int | None
    facts: bytes

    @property
    def counts(self) -> bool:
        """Whether its acts count: it is billed or is to be. One that was set aside does not, nor one all of
        whose invoices were refused or given up, until it is reopened.
        """
        return self.state is VisitState.PENDING or self.invoice_id is not None

    def __repr__(self) -> str:
        return f"KnownRow(id={self.id}, state={self.state}, invoice_id={self.invoice_id})"


_BY_DAY = itemgetter(1, 0)
_VISIT_STATES = {state.value: state for state in VisitState}


class KnownVisits:
    """Finds visits and says what the rules need of them.

    `facts_of` reads the visits that were taken in without their facts, when somebody asks for those.
    """

    def __init__(self, db: Database, months: PersonMonths, facts_of: FactsOf | None = None) -> None:
        self._db, self._months, self._facts_of = db, months, facts_of

    def of_person(self, nir: str, first: str, last: str) -> tuple[KnownRow, ...]:
        """All visits under an insured person's NIR, whoever made them, that have a passage between two days
        (AAAAMMJJ, both included), by their first day and id.

        StoreError when visits have to be read first and nobody can; they are in steps of their own, so that
        this is not to be asked within one.
        """
        self.learn()
        if not nir:
            return ()
        person = self._months.person(nir)
        return self._known(_OF_PERSON, person, last[:6], first, last, first)

    def of_carer(self, ps: str, first: str, last: str) -> tuple[KnownRow, ...]:
        """The same of all visits of a professional."""
        self.learn()
        return self._known(_OF_CARER, ps, first, last, ps, first, first)

    def by_reference(self, ps: str, reference: str) -> KnownRow | None:
        """The visit that an editor's reference names among those of a PS, if any."""
        found = self._known(f"{_KNOWN} ps = ? AND reference = ?", ps, self._months.reference(reference))
        return found[0] if found else None

    def by_content(self, ps: str, content: bytes) -> tuple[KnownRow, ...]:
        """Visits of a PS with this very content: told before, or twins that were taken in as such."""
        self.learn()
        return self._known(f"{_KNOWN} ps = ? AND content = ?", ps, self._months.content(content))

    def by_former_content(self, ps: str, content: bytes) -> tuple[KnownRow, ...]:
        """Visits of a PS that were told so before they were put right by hand."""
        self.learn()
        return self._known(f"{_KNOWN} {_FORMERLY}", ps, self._months.content(content))

    def twins(self, ps: str, nir: str, first: str, last: str) -> tuple[KnownRow, ...]:
        """Visits of a PS to this insured person with the same first and last day: by their facts their caller
        tells whether passages and acts are the same too.
        """
        self.learn()
        return self._known(_TWINS, self._months.person(nir), first[:6], first, last, ps) if nir else ()

    def learn(self) -> None:
        """Read the visits whose facts were never worked out: of a journal of before, or given without.

        Some at a time, each time in one step: cut short, it goes on where it stopped. One that cannot be read
        is nobody's from then on. It does nothing, at once, where all are known.
        """
        while self._db.tuples(_UNREAD.replace("payload_sealed", "day"), 1):
            if self._facts_of is None:
                raise StoreError(
                    "Des visites de ce journal n’ont pas encore été lues par les règles.",
                    next_step="importez un jour ou calculez un prix : elles le seront.",
                )
            with self._db.step("learn_visits"):
                rows = self._db.rows(_UNREAD, _AT_ONCE)
                told = {row["id"]: self._facts(row, self._facts_of) for row in rows}
                months = self._months.keep(told)
                for visit, facts in told.items():
                    self._db.update("visit", visit, **self._months.keys(facts, months[visit]))

    # --- its own ---

    def _facts(self, row: Row, facts_of: FactsOf) -> VisitFacts:
        try:
            return facts_of(self._db.decrypt(row["payload_sealed"], "visit", "payload", row["id"]))
        except TourneeError as error:
            _log.warning("visit %d: its facts cannot be read, %s", row["id"], type(error).__name__)
            return _UNREADABLE

    def _known(self, query: str, *values: Any) -> tuple[KnownRow, ...]:
        with self._db.reading():
            rows = self._db.tuples(query, *values)
            facts = self._months.facts({row[-1] for row in rows} - {None})
        rows.sort(key=_BY_DAY)
        try:
            return tuple(
                KnownRow(visit, first, _VISIT_STATES[state], invoice, facts[visit])
                for visit, first, state, invoice, _ in rows
            )
        except KeyError as error:
            raise _missing(error.args[0]) from None


def _missing(visit: int) -> StoreError:
    return StoreError(
        f"Ce que le journal sait de la visite {visit} manque.",
        cause="le journal est endommagé",
        next_step="restaurez la dernière sauvegarde du journal avec sa clé.",
    )
