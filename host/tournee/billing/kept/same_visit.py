"""When two tellings are of one visit: by their content, or by whom, when and what they tell.

The same visit comes by another file, in another order of its acts, with one comment more: its content is the
same bytes. What names it, checks a number, or says on which day it is invoiced is no part of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from tournee.billing.visit import JudgedVisit, Passage, Visit
from tournee.model.form import as_bytes, form_of

_NO_DAY = date.min


def content_of(judged: JudgedVisit) -> bytes:
    """The canonical content of a visit: the same bytes each time it is told."""
    bare = replace(judged.visit, day=_NO_DAY, key="", name="", passages=_in_order(judged.visit.passages))
    return as_bytes(form_of(replace(judged, visit=bare, lines=(), table="")))


def says_no_more(one: JudgedVisit, kept: JudgedVisit) -> bool:
    """Whether a telling of a visit says nothing but what is kept of it, in whatever order."""
    told, before = one.visit, kept.visit
    names = told.name in ("", before.name) and told.key in ("", before.key)
    return names and told.day == before.day and content_of(one) == content_of(kept)


def billed_alike(one: JudgedVisit, other: JudgedVisit) -> bool:
    """Whether an invoice by card is the same of both: it has a patient's key and name off the card, and of
    hours what they are paid for alone.
    """
    return one.lines == other.lines and _as_billed(one.visit) == _as_billed(other.visit)


def same_hours(one: Visit, other: Visit) -> bool:
    """Whether the passages of two visits may be the same ones: as many, each on the same day and hour. An
    hour that was not told may be any.
    """
    mine, theirs = _in_order(one.passages), _in_order(other.passages)
    return len(mine) == len(theirs) and all(map(_may_be_same, mine, theirs))


def shared_passage(one: Visit, other: Visit, *, same_acts: bool) -> bool:
    """Whether a passage of the one may be one of the other's; with `same_acts`, where the same is done."""
    return any(
        _may_be_same(mine, theirs) and (not same_acts or _done(mine) == _done(theirs))
        for mine in one.passages
        for theirs in other.passages
    )


def same_acts(one: Visit, other: Visit) -> bool:
    """Whether the same was done on the same days, travel aside."""
    return _acts(one) == _acts(other)


def _as_billed(visit: Visit) -> Visit:
    timeless = tuple(replace(one, minute=None, called=None) for one in visit.passages)
    return replace(visit, key="", name="", passages=timeless)


def _may_be_same(one: Passage, other: Passage) -> bool:
    return one.day == other.day and (one.minute == other.minute or None in (one.minute, other.minute))


def _acts(visit: Visit) -> Counter[tuple[object, ...]]:
    return Counter(done for passage in visit.passages for done in _done(passage).elements())


def _done(passage: Passage) -> Counter[tuple[object, ...]]:
    return Counter((passage.day, act.code, act.coefficient, act.act, act.quantity) for act in passage.acts)


def _in_order(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    ordered = (replace(one, acts=tuple(sorted(one.acts, key=repr))) for one in passages)
    return tuple(sorted(ordered, key=_by_hour))


def _by_hour(passage: Passage) -> tuple[date, int, str]:
    return passage.day, -1 if passage.minute is None else passage.minute, repr(passage)


def priced_alike(one: JudgedVisit, other: JudgedVisit) -> bool:
    """Whether two tellings of a visit differ in nothing that a price is made of."""
    return one.visit.person.same(other.visit.person) and _bare(one.visit) == _bare(other.visit)


def _bare(visit: Visit) -> Visit:
    return Visit(
        date.min, "", "", visit.passages, palliative=visit.palliative, group=visit.group, ceam=visit.ceam
    )
