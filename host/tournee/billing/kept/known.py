"""What is known of other visits when one is judged: those of the same file, and those of the journal.

A visit leaves facts for those that come after it: who, when, where, and the lines it bills. They are kept
beside it, a few hundred bytes, so that a patient's year is read without its visits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from tournee.billing.nomenclature.table import Profession
from tournee.billing.visit import JudgedVisit, Person
from tournee.errors import BillingError

_EDITION = 1


class KnownLine(NamedTuple):
    """One line of a known passage: code, coefficient in hundredths, id of its cotation or "", times or km,
    rate in percent.
    """

    code: str
    coefficient: int
    act: str
    quantity: int
    rate: int


class Known(NamedTuple):
    """One passage of another visit. `where` says which, for people; `earlier`: it came before the one judged,
    so that of two that collide the later is refused; `agreed`: a prior agreement covers it;
    `renewal`: its prescription goes on with those before it.
    """

    where: str
    person: Person
    ps: str
    profession: Profession
    day: date
    minute: int | None
    place: str
    shared: str
    group: int
    prescription: str
    lines: tuple[KnownLine, ...]
    earlier: bool = True
    agreed: bool = False
    renewal: bool = False
    kept: bool = False  # the journal holds it: it stands, whatever is judged beside it

    def has(self, *codes: str) -> bool:
        """Whether one of its lines has one of these codes."""
        return any(line.code in codes for line in self.lines)


class Past(Protocol):
    """Where other visits are looked up; the one that is judged is never among them."""

    def of_person(
        self, person: Person, first: date, last: date, codes: Sequence[str] = ()
    ) -> Sequence[Known]:
        """The passages of a person from one day to another, both included, whoever the carer; with `codes`,
        those at least of visits that bill one of them.
        """
        ...

    def of_carer(self, ps: str, day: date) -> Sequence[Known]:
        """The passages of a carer on a day, of every patient."""
        ...


class Nothing:
    """No other visit is known."""

    def of_person(
        self, person: Person, first: date, last: date, codes: Sequence[str] = ()
    ) -> Sequence[Known]:
        """None."""
        return ()

    def of_carer(self, ps: str, day: date) -> Sequence[Known]:
        """None."""
        return ()


class Gathered:
    """The visits of files as they are judged one by one: some came before, some are to come; `beyond`: the
    others. Found by their person and day: a file may hold a thousand.
    """

    def __init__(self, beyond: Past) -> None:
        self._beyond = beyond
        self._facts: dict[int, tuple[Known, ...]] = {}
        self._at: dict[object, set[int]] = {}

    def put(self, rank: int, facts: Sequence[Known], *, earlier: bool) -> None:
        """Tell the visit of this rank, in the place of what was told of it."""
        self.drop(rank)
        self._facts[rank] = tuple(fact._replace(earlier=earlier) for fact in facts)
        for key in self._keys(rank):
            self._at.setdefault(key, set()).add(rank)

    def drop(self, rank: int) -> None:
        """Forget the visit of this rank."""
        for key in self._keys(rank):
            self._at[key].discard(rank)
        self._facts.pop(rank, None)

    def earlier(self) -> Gathered:
        """The same without those that are to come."""
        some = Gathered(self._beyond)
        for rank, facts in self._facts.items():
            if all(fact.earlier for fact in facts):
                some.put(rank, facts, earlier=True)
        return some

    def of_person(
        self, person: Person, first: date, last: date, codes: Sequence[str] = ()
    ) -> Sequence[Known]:
        """Those of a person from one day to another."""
        here = [one for one in self._told(person.nir) if first <= one.day <= last and one.person.same(person)]
        return [*here, *self._beyond.of_person(person, first, last, codes)]

    def of_carer(self, ps: str, day: date) -> Sequence[Known]:
        """Those of a carer on a day."""
        here = [one for one in self._told((ps, day)) if one.day == day]
        return [*here, *self._beyond.of_carer(ps, day)]

    def _told(self, key: object) -> Iterator[Known]:
        for rank in sorted(self._at.get(key, ())):
            yield from self._facts[rank]

    def _keys(self, rank: int) -> set[object]:
        facts = self._facts.get(rank, ())
        return {one.person.nir for one in facts} | {(one.ps, one.day) for one in facts}


def facts_of(visit: JudgedVisit, where: str, *, earlier: bool = True) -> tuple[Known, ...]:
    """What a judged visit tells those that come after it, one for each of its passages."""
    told = []
    for rank, passage in enumerate(visit.visit.passages):
        lines = tuple(
            KnownLine(line.code, line.coefficient, line.act, line.quantity, line.rate)
            for line in visit.lines
            if line.passage == rank
        )
        prescription, agreement = visit.visit.prescription, visit.visit.agreement
        told.append(
            Known(
                where,
                visit.visit.person,
                visit.ps_number,
                visit.profession,
                passage.day,
                passage.minute,
                passage.place,
                passage.shared,
                visit.visit.group,
                prescription.key if prescription else "",
                lines,
                earlier,
                agreement is not None and agreement.holds(passage.day),
                prescription is not None and prescription.renewal,
            )
        )
    return tuple(told)


def write_facts(facts: Sequence[Known]) -> bytes:
    """The form that the journal keeps: the same bytes for the same facts. `facts` are of one visit."""
    first = facts[0]
    person = first.person
    head = [
        _EDITION,
        person.nir,
        person.born.isoformat() if person.born else "",
        person.rank,
        first.ps,
        first.profession,
        first.group,
        first.prescription,
    ]
    passages = [
        [
            one.day.isoformat(),
            one.minute,
            one.place,
            one.shared,
            [[line.code, line.coefficient, line.act, line.quantity, line.rate] for line in one.lines],
            [int(one.agreed), int(one.renewal)],
        ]
        for one in facts
    ]
    return json.dumps([*head, passages], ensure_ascii=False, separators=(",", ":")).encode()


def read_facts(kept: bytes, where: str) -> tuple[Known, ...]:
    """What `write_facts` wrote; BillingError for anything else."""
    return read_many([kept], [where])[0]


def read_many(kept: Sequence[bytes], where: Sequence[str]) -> list[tuple[Known, ...]]:
    """The passages of many visits, each with its `where`; BillingError for what `write_facts` did not write.

    A patient's year is read as one text: a visit at a time takes twice as long.
    """
    people: dict[tuple[str, str, str], Person] = {}
    found: list[tuple[Known, ...]] = []
    try:
        told = json.loads(b"[%b]" % b",".join(kept))
        for (edition, nir, born, rank, ps, profession, group, prescription, passages), place in zip(
            told, where, strict=True
        ):
            if edition != _EDITION:
                raise ValueError(edition)
            if (person := people.get((nir, born, rank))) is None:
                person = Person(nir, date.fromisoformat(born) if born else None, rank)
                people[nir, born, rank] = person
            passed = [
                Known(
                    *(place, person, ps, profession, date.fromisoformat(day), minute, at, shared, group),
                    prescription,
                    tuple(map(KnownLine._make, lines)),
                    True,  # as all that was there before
                    bool(agreed),
                    bool(renewal),
                    True,  # kept
                )
                for day, minute, at, shared, lines, (agreed, renewal) in passages
            ]
            found.append(tuple(passed))
    except (TypeError, ValueError) as error:
        raise BillingError(
            "Ce que le journal sait d’une visite ne se lit pas.",
            cause="le journal est endommagé, ou d’une version plus récente",
            next_step="faites vérifier le journal",
        ) from error
    return found
