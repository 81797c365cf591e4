"""A physiotherapist's assessments: at their sessions, or without any (rule mk-bdk).

Where the text is silent, the readings chosen stand here:
- an assessment alone goes with the session before it or with the one that follows;
- rehabilitation is under way for 30 days after a session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tournee.billing.breach import Breach, Path, Remark
from tournee.billing.kept.known import Known
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import FoundAct, decimal
from tournee.billing.rules.case import Case, Finding
from tournee.billing.rules.physiotherapist.series import (
    DIVERS,
    Series,
    in_order,
    is_session,
    main_article,
    nth,
    series_of,
    session_lines,
    told_when,
)

_UNDER_WAY = timedelta(days=30)
_NERVE = frozenset({"nerf-ou-racine-un-membre", "nerf-ou-racine-plusieurs-membres"})
_NEUROLOGY = "bdk-neurologie"


@dataclass(frozen=True)
class _Rhythm:
    """Sessions at which an assessment is billed: from one to another, at a further one, then each so many."""

    first: int
    last: int
    again: int
    every: int

    def turn(self, session: int) -> int | None:
        """Which assessment of the treatment goes with a session, from 0; None: none does."""
        if session <= self.last:
            return 0 if session >= self.first else None
        turn, rest = divmod(session - self.again, self.every)
        return None if rest or turn < 0 else turn + 1


def _rhythm(row: Cotation) -> _Rhythm | None:
    numbers = [int(number) for number in re.findall(r"\d+", row.at_sessions)]
    return _Rhythm(*numbers) if len(numbers) == 4 else None


def _is_assessment(row: Cotation) -> bool:
    return bool(row.at_sessions)


@dataclass(frozen=True)
class _Assessment:
    """An assessment of the series: its passage, act, session and turn."""

    passage: Known
    row: Cotation
    session: int
    turn: int | None

    def same_turn(self, other: _Assessment) -> bool:
        """Whether two are of one turn of one series; the first turn is the same for both kinds."""
        one, two = self.passage, other.passage
        one_series = one.prescription == two.prescription or (
            (one.renewal and in_order(one) >= in_order(two))
            or (two.renewal and in_order(two) >= in_order(one))
        )
        return one_series and self.turn == other.turn and (self.turn == 0 or self.row.id == other.row.id)


def _assessments(case: Case, series: Series) -> list[_Assessment]:
    found = []
    for at, one in enumerate(series.passages):
        for line in one.lines:
            if line.code != DIVERS:
                continue
            rows = case.known_rows(line, one.day)
            rhythm = _rhythm(rows[0]) if len(rows) == 1 and _is_assessment(rows[0]) else None
            if rhythm is None:
                continue
            count = series.sessions[at]
            turn = rhythm.turn(count)
            if turn is None and not series.is_session[at]:
                turn = rhythm.turn(count + 1)
            found.append(_Assessment(one, rows[0], count, turn))
    return found


def assessments(case: Case) -> Iterator[Finding]:
    """The assessment (BDK) at its sessions, one a turn (rule mk-bdk)."""
    own = [item for item in case.items if item.is_only(_is_assessment)]
    for item in own:
        yield from _of_its_kind(case, item)
    if not own and not _may_move(case):
        return
    known = [*case.own, *case.in_a_year()]
    series = series_of(case, known, lambda one: bool(session_lines(case, one)))
    every = _assessments(case, series)
    for at, one in enumerate(every):
        rank = series.rank_of(one.passage)
        if rank is None:
            continue
        path = _assessment_path(case, rank)
        if one.turn is None:
            yield Breach(
                path,
                f"{_name(one.row)} à la {nth(one.session)} séance : il se facture {one.row.at_sessions} "
                "; les séances faites ailleurs se disent par « faites » dans l’ordonnance",
                "mk-bdk",
            )
            continue
        for place, other in enumerate(every):
            before = series.rank_of(other.passage) is None or place < at
            if place != at and before and one.same_turn(other):
                yield Breach(
                    path,
                    f"{_name(one.row)} : le bilan de ces séances est dans {told_when(other.passage)} ; "
                    f"il se facture {one.row.at_sessions}",
                    "mk-bdk",
                )
                break
    yield from _moved(case, series, every)


def _may_move(case: Case) -> bool:
    """Whether a session stands before an assessment that is known."""
    days = [item.day for item in case.items if item.is_only(is_session)]
    return bool(days) and any(one.day >= min(days) for one in case.in_a_year(DIVERS) if one.has(DIVERS))


def _moved(case: Case, series: Series, every: list[_Assessment]) -> Iterator[Finding]:
    """Assessments billed before, that these sessions take out of their turn."""
    before = {id(one.passage): one.turn for one in _assessments(case, series.without_own())}
    for one in every:
        if series.rank_of(one.passage) is None and one.turn is None and before[id(one.passage)] is not None:
            yield Breach(
                ("passages", 0),
                f"avec ces séances, le bilan de {told_when(one.passage)} est celui de la {nth(one.session)} "
                f": il se facture {one.row.at_sessions}",
                "mk-bdk",
            )


def _assessment_path(case: Case, rank: int) -> Path:
    item = next(item for item in case.of(rank) if item.is_only(_is_assessment))
    return case.item_path(item)


def _name(row: Cotation) -> str:
    return f"{row.letter} {decimal(row.coefficient)}"


def _of_its_kind(case: Case, item: FoundAct) -> Iterator[Finding]:
    """10,8 for neurology but nerves and roots, 10,7 for the others; one a passage."""
    if item.act.quantity > 1:
        yield Breach(case.item_path(item, "quantite"), f"{item.name} : un seul bilan par séance", "mk-bdk")
    neurology = item.is_only(lambda row: row.id == _NEUROLOGY)
    for other in case.of(item.passage):
        if not other.is_only(is_session):
            continue
        if neurology and not other.may_be(_is_neurology):
            yield Breach(
                case.item_path(item),
                f"{item.name} : le bilan de la neurologie (article 4), hors nerf et racine ; "
                f"avec {other.name}, c’est AMK 10,7",
                "mk-bdk",
            )
        elif not neurology and other.is_only(_is_neurology):
            yield Remark(
                case.item_path(item),
                f"{item.name} : avec {other.name} (neurologie, article 4), le bilan est AMK 10,8",
                "mk-bdk",
            )


def _is_neurology(row: Cotation) -> bool:
    return main_article(row) == "4" and row.id not in _NERVE


def isolated(case: Case) -> Iterator[Finding]:
    """An isolated assessment: without rehabilitation under way or prescribed (rule mk-bdk)."""
    prescription = case.visit.prescription
    for item in case.items:
        if item.is_only(_is_isolated):
            beside = _beside(case, item)
            if beside is not None:
                yield Breach(
                    case.item_path(item),
                    f"{item.name} : bilan isolé, sans rééducation en cours ; une séance est dans "
                    f"{told_when(beside)} (le bilan de la rééducation est le BDK)",
                    "mk-bdk",
                )
            elif prescription is not None and prescription.sessions > 1:
                yield Breach(
                    case.item_path(item),
                    f"{item.name} : bilan isolé, et l’ordonnance porte {prescription.sessions} séances ; "
                    "le bilan de la rééducation est le BDK",
                    "mk-bdk",
                )
        elif item.is_only(is_session):
            yield from _before_isolated(case, item)


def _is_isolated(row: Cotation) -> bool:
    return row.isolated


def _goes_on(session: Known, assessed: Known) -> bool:
    """Whether rehabilitation was under way, or prescribed, when a patient was assessed."""
    same = session.prescription == assessed.prescription != ""
    return same or assessed.day - _UNDER_WAY <= session.day <= assessed.day


def _beside(case: Case, item: FoundAct) -> Known | None:
    here = case.own[item.passage]
    known = [*case.own, *case.in_a_year()]
    return next((one for one in known if session_lines(case, one) and _goes_on(one, here)), None)


def _before_isolated(case: Case, item: FoundAct) -> Iterator[Finding]:
    here = case.own[item.passage]
    for one in case.in_a_year(DIVERS):
        if _goes_on(here, one) and any(
            line.code == DIVERS and case.known_is(line, one.day, _is_isolated) for line in one.lines
        ):
            yield Breach(
                case.item_path(item),
                f"{item.name} : un bilan isolé est facturé dans {told_when(one)}, il n’a pas lieu pendant "
                "une rééducation",
                "mk-bdk",
            )
            return
