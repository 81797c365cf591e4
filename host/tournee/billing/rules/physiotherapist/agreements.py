"""A physiotherapist's prior agreement: from which session of an act it is needed (rule mk-accord).

Where the text is silent, the reading chosen stands here: an agreement holds from its answer, or from the 15th
day without one; sessions before it are not covered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tournee.billing.breach import Breach, Path, Remark
from tournee.billing.kept.known import KnownLine
from tournee.billing.pricing.items import FoundAct
from tournee.billing.rules.case import YEAR, Case, Finding, months_before
from tournee.billing.rules.physiotherapist.series import Series, nth, series_of, told_when

_A_YEAR = {"lombalgie-commune": 30, "cervicalgie-non-specifique": 30}
"""Acts whose agreement is also asked once so many sessions were done in 12 months, in whatever series."""


@dataclass(frozen=True)
class _Threshold:
    """An act that needs a prior agreement after so many sessions of a series, or of twelve months."""

    item: FoundAct
    count: int
    year: int | None

    @property
    def ids(self) -> frozenset[str]:
        """The acts that it can be."""
        return frozenset(row.id for row in self.item.candidates)


def _thresholds(case: Case) -> Iterator[_Threshold]:
    seen: set[tuple[str, int]] = set()
    for item in case.items:
        counts = [row.agreement for row in item.candidates if isinstance(row.agreement, int)]
        if not counts or len(counts) < len(item.candidates) or (item.code, item.coefficient) in seen:
            continue
        seen.add((item.code, item.coefficient))
        years = [_A_YEAR.get(row.id) for row in item.candidates]
        year = max((one for one in years if one), default=None) if all(years) else None
        yield _Threshold(item, max(counts), year)


def agreements(case: Case) -> Iterator[Finding]:
    """The sessions that need a prior agreement have one (rule mk-accord)."""
    for threshold in _thresholds(case):
        series = _of_act(case, threshold)
        alone = _needing(threshold, series.without_own())
        found = _needing(threshold, series)
        for one in series.passages:
            if id(one) not in found:
                continue
            rank = series.rank_of(one)
            if rank is not None and not one.agreed:
                yield Breach(
                    _act_path(case, rank, threshold),
                    f"{threshold.item.name} : {found[id(one)]}, {_asked_from(threshold)} ; "
                    f"{agreement_told(case)}",
                    "mk-accord",
                )
            elif rank is None and not one.agreed and id(one) not in alone:
                yield Breach(
                    case.item_path(threshold.item),
                    f"{threshold.item.name} : avec cette visite, la séance de {told_when(one)} est la "
                    f"{found[id(one)]}, {_asked_from(threshold)}, et elle n’en a pas",
                    "mk-accord",
                )
        if not found:
            yield from _soon(case, threshold, series)


def _of_act(case: Case, threshold: _Threshold) -> Series:
    """The passages that bill the act, over all prescriptions."""
    ids, code = threshold.ids, threshold.item.code

    def is_it(line: KnownLine, day: date) -> bool:
        if line.act:
            return line.act in ids
        return line.code == code and case.known_is(line, day, lambda row: row.id in ids)

    known = [*case.own, *case.in_a_year(code)]
    billing = [one for one in known if any(is_it(line, one.day) for line in one.lines)]
    return series_of(case, billing, lambda one: True)


def _needing(threshold: _Threshold, series: Series) -> dict[int, str]:
    """The sessions that need an agreement, by identity, and why."""
    found: dict[int, str] = {}
    days = [one.day for one in series.passages]
    for at, one in enumerate(series.passages):
        count = series.sessions[at]
        if count > threshold.count:
            found[id(one)] = f"{nth(count)} séance"
        elif threshold.year is not None and at >= threshold.year:
            year = at - bisect_right(days, months_before(one.day, YEAR), hi=at)
            if year >= threshold.year:
                found[id(one)] = f"{nth(year + 1)} séance en 12 mois"
    return found


def _asked_from(threshold: _Threshold) -> str:
    if threshold.count == 0:
        return "l’accord préalable se demande avant la première"
    more = f", ou après {threshold.year} en 12 mois" if threshold.year else ""
    return f"l’accord préalable se demande dès la {threshold.count + 1}e{more}"


def agreement_told(case: Case) -> str:
    """Where the visit's agreement stands, and what is to be done."""
    agreement = case.visit.agreement
    if agreement is None:
        return "le demander, et le noter par « accord »"
    if agreement.answer == "refused" and agreement.answered is not None:
        return f"la caisse l’a refusé le {agreement.answered:%d/%m/%Y}"
    told = f"demandé le {agreement.asked:%d/%m/%Y}"
    if agreement.answered is not None and agreement.answered < agreement.silent:
        return f"{told}, accordé le {agreement.answered:%d/%m/%Y}, après cette séance"
    return f"{told}, sans réponse il vaut accord le {agreement.silent:%d/%m/%Y}"


def _act_path(case: Case, rank: int, threshold: _Threshold) -> Path:
    for item in case.of(rank):
        if (item.code, item.coefficient) == (threshold.item.code, threshold.item.coefficient):
            return case.item_path(item)
    return ("passages", rank)


def _soon(case: Case, threshold: _Threshold, series: Series) -> Iterator[Finding]:
    """What comes: the next session needs the agreement; or several prescriptions are one treatment."""
    inside = max(
        series.sessions[at] for at, one in enumerate(series.passages) if series.rank_of(one) is not None
    )
    total = series.done + len(series.passages)
    path = case.item_path(threshold.item)
    if threshold.count and inside == threshold.count and case.visit.agreement is None:
        yield Remark(
            path,
            f"{threshold.item.name} : la prochaine séance demande un accord préalable ; le demander, "
            "le silence vaut accord après 15 jours",
            "mk-accord",
        )
    elif threshold.year is None and total > threshold.count and case.visit.agreement is None:
        yield Remark(
            path,
            f"{threshold.item.name} : {total} séances de cet acte en un an, sur plusieurs ordonnances ; si "
            f"c’est la même rééducation, {_asked_from(threshold)} (renouvellement = true)",
            "mk-accord",
        )
