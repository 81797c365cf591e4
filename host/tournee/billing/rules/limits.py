"""How many times an act is billed: a passage, a day, a year, an episode; over everything known (limite).

Where the text is silent, the readings chosen stand here and nowhere else:
- a week begins on Monday, a month and a year are those of the calendar; twelve months are any twelve;
- an episode is what one prescription holds; one marked as a renewal goes on with the year before it, and
  doubles what « renouvelable une fois » says;
- a limit by wound holds inside a prescription; another one, or `derogation = "plaie"`, is for another wound;
- a bilan (DI) that a renewed prescription orders is the year's, not an intermediate one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tournee.billing.breach import Breach, Remark
from tournee.billing.kept.known import Known, KnownLine
from tournee.billing.nomenclature.table import Cotation, Limit, Price
from tournee.billing.pricing.items import (
    ANOTHER_WOUND,
    BSX,
    DEPENDENT,
    SINGLE,
    TRAVEL,
    FoundAct,
    derogation_name,
)
from tournee.billing.rules.case import YEAR, Case, Finding, Rule, months_before
from tournee.billing.rules.physiotherapist.series import told_when

_JUDGED_ELSEWHERE = BSX | TRAVEL  # rules bsx and ifi
_TELE_PLACE, _TELE_TRAVELS = "TLL", 2
_NAMED = {"TMI": "tmi"}
_TOLD = 3  # occurrences that a refusal names
_RENEWED = "renouvelable une fois"
_ASSESSMENT = "DI"
_PER = {
    "passage": "par passage",
    "day": "par jour",
    "week": "par semaine",
    "month": "par mois",
    "year": "par an",
    "12 months": "en 12 mois",
    "prescription": "par ordonnance",
    "episode": "par épisode",
}


@dataclass(frozen=True)
class _Time:
    """One time an act was billed."""

    passage: Known
    quantity: int


def limited(case: Case) -> Iterator[Finding]:
    """An act is billed no more often than its row says."""
    prescription = case.visit.prescription
    for item in case.items:
        rows: tuple[Cotation | Price, ...] = item.candidates or (item.price,)
        if item.code in _JUDGED_ELSEWHERE or any(row.limit is None for row in rows):
            continue
        if item.code == _ASSESSMENT and prescription is not None and prescription.renewal:
            continue
        over = [_over(case, item, row) for row in rows]
        if over[0] is not None and None not in over:
            yield _told(case, item, rows[0], over[0])


def _over(case: Case, item: FoundAct, row: Cotation | Price) -> list[_Time] | None:
    """The times that leave no room for this one; None: there is room."""
    limit = row.limit
    assert limit is not None  # looked at by limited()
    mine = case.own[item.passage]
    before = [_Time(case.own[one.passage], one.act.quantity) for one in _own_before(case, item)]
    others = [] if limit.per == "passage" else list(_others(case, item, limit))
    times = [time for time in [*before, *others] if _within(limit, time.passage, mine)]
    if limit.per == "12 months":
        return _in_any_year(times, mine.day, item.act.quantity, limit.count)
    most = limit.count * (2 if mine.renewal and _RENEWED in row.limit_text else 1)
    return times if sum(time.quantity for time in times) + item.act.quantity > most else None


def _own_before(case: Case, item: FoundAct) -> Iterator[FoundAct]:
    for one in case.items:
        if one is item:
            return
        if one.code == item.code and one.candidates == item.candidates:
            yield one


def _others(case: Case, item: FoundAct, limit: Limit) -> Iterator[_Time]:
    codes = (SINGLE, DEPENDENT) if item.code in (SINGLE, DEPENDENT) else (item.code,)
    if limit.per in ("day", "week"):
        week = timedelta(days=7)
        found = case.others_between(item.day - week, item.day + week, *codes)
    else:
        found = case.in_a_year(*codes)
    for one in found:
        for line in one.lines:
            renewed = one.renewal and line.code == _ASSESSMENT
            if one.earlier and line.code in codes and not renewed and _is_same(line, item):
                yield _Time(one, line.quantity)


def _is_same(line: KnownLine, item: FoundAct) -> bool:
    """Whether a known line is the act: by its name where both have one, else by its pair."""
    if not item.candidates:
        return True
    if len(item.candidates) == 1:
        return line.act == item.candidates[0].id
    return line.coefficient == item.coefficient and not line.act


def _within(limit: Limit, one: Known, mine: Known) -> bool:
    if limit.per == "passage":
        return one is mine
    if limit.per == "episode" and mine.renewal:
        return True
    if limit.per in ("prescription", "episode"):
        return one.prescription == mine.prescription
    return _period(limit, one.day) == _period(limit, mine.day)


def _period(limit: Limit, day: date) -> object:
    """What tells one day, week, month or year from another; all is one for twelve months."""
    periods: dict[str, object] = {
        "day": day,
        "week": day.isocalendar()[:2],
        "month": (day.year, day.month),
        "year": day.year,
    }
    return periods.get(limit.per)


def _in_any_year(times: list[_Time], day: date, quantity: int, count: int) -> list[_Time] | None:
    """The times of twelve months that hold the day, when they are too many with it."""
    for first in sorted({day, *(time.passage.day for time in times)}):
        end = months_before(first, -YEAR)
        if first <= day < end:
            inside = [time for time in times if first <= time.passage.day < end]
            if sum(time.quantity for time in inside) + quantity > count:
                return inside
    return None


def _told(case: Case, item: FoundAct, row: Cotation | Price, over: list[_Time]) -> Finding:
    limit = row.limit
    assert limit is not None  # looked at by limited()
    most = row.limit_text or f"{limit.count} {_PER[limit.per]}"
    when = " ; ".join(told_when(one.passage) for one in over[-_TOLD:])
    text = f"{item.name} : {most} au plus" + (f" ; déjà : {when}" if when else "")
    path, rule = case.item_path(item), _NAMED.get(item.code, "limite")
    if ANOTHER_WOUND in row.limit_text and _may_be_another(case, item, over):
        return Remark(path, f"{text} ; permis pour une autre plaie, ou une récidive", rule)
    if ANOTHER_WOUND in row.limit_text:
        text += (
            f' ; une autre plaie, ou une récidive après deux mois, se dit : derogation = "{ANOTHER_WOUND}"'
        )
    return Breach(path, text, rule)


def teleconsultation_travels(case: Case) -> Iterator[Finding]:
    """Travels to teleconsultations in a place made for it: two a day and patient (OFF 14.9.5)."""
    for rank, passage, items in case.passages():
        if not any(item.code == _TELE_PLACE for item in items) or not _travels(case.own[rank]):
            continue
        others = [one for one in case.own[:rank] if one.day == passage.day]
        others += [one for one in case.others_on(passage.day) if one.earlier]
        before = [one for one in others if one.has(_TELE_PLACE) and _travels(one)]
        if len(before) >= _TELE_TRAVELS:
            when = " ; ".join(told_when(one) for one in before[-_TOLD:])
            yield Breach(
                case.travel_path(rank),
                f"{_TELE_PLACE} : {_TELE_TRAVELS} déplacements par jour au plus ; déjà : {when}",
                "limite",
            )


def _travels(one: Known) -> bool:
    return any(line.code in TRAVEL for line in one.lines)


def _may_be_another(case: Case, item: FoundAct, over: list[_Time]) -> bool:
    mine = case.own[item.passage].prescription
    named = derogation_name(item.act.derogation) == ANOTHER_WOUND
    return named or any(one.passage.prescription != mine for one in over)


LIMITS: tuple[Rule, ...] = (limited, teleconsultation_travels)
