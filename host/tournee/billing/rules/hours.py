"""The hours of passages: one visit each, nights, Sundays and holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tournee.billing.breach import Breach, Remark
from tournee.billing.calendar import is_rest_day, is_saturday
from tournee.billing.pricing.visit_lines import NIGHT, SUNDAY
from tournee.billing.rules.case import Case, Finding

_MAJORATIONS = {NIGHT: "nuit", SUNDAY: "dimanche ou jour férié"}
_NIGHT_FROM, _NIGHT_TO = 20 * 60, 8 * 60  # minutes of the day, rules nuit and mk-majo
_CALL_FROM, _CALL_TO = 19 * 60, 7 * 60
_SATURDAY_FROM = 8 * 60
_APART = 15  # minutes between two passages that are surely two


def same_passage(case: Case) -> Iterator[Finding]:
    """One passage is one visit's: two at one hour would each take what is once a passage."""
    for rank, passage in enumerate(case.visit.passages):
        place = case.passage_path(rank, "heure")
        if passage.minute is None:
            yield from _without_hour(case, rank)
            continue
        for other in case.others_on(passage.day):
            if not other.earlier or other.minute is None or other.ps != case.carer.number:
                continue
            apart = abs(other.minute - passage.minute)
            if 0 < apart < _APART:
                yield Remark(
                    place,
                    f"{other.where} est pour ce patient à {apart} minute{'s' if apart > 1 else ''} de là : "
                    "un même passage s’écrit en une visite",
                    "passage",
                )
            if not apart:
                yield Breach(
                    place,
                    f"{other.where} est déjà pour ce patient le {passage.day:%d/%m/%Y} à cette heure : "
                    "mettre ses actes ensemble, ou corriger l’heure",
                    "passage",
                )
        for before in case.visit.passages[:rank]:
            if (before.day, before.minute) == (passage.day, passage.minute):
                yield Breach(place, "deux passages à la même heure : mettre leurs actes ensemble", "passage")


def _without_hour(case: Case, rank: int) -> Iterator[Finding]:
    """Two visits of a day without hours: they are counted as two passages, which is said."""
    passage = case.visit.passages[rank]
    for other in case.others_on(passage.day):
        if other.earlier and other.minute is None and other.ps == case.carer.number:
            yield Remark(
                case.passage_path(rank, "heure"),
                f"{other.where} est du même jour pour ce patient, sans heure : ce sont deux passages ; dire "
                "leurs heures",
                "passage",
            )
            return


def majoration_due(day: date, minute: int | None, department: str, *, night_asked: bool) -> str:
    """The letter that hour and calendar justify: night where a call or the prescription asks for it, Sunday
    and holidays; "" for none.
    """
    night = minute is not None and not _NIGHT_TO <= minute < _NIGHT_FROM
    if night and night_asked:
        return NIGHT
    return SUNDAY if is_rest_day(day, department) else ""


def majorations(case: Case) -> Iterator[Finding]:
    """Night, Sunday and holidays: at its hour, on its day, one a passage (rules nuit, maj-une, maj-samedi,
    mk-majo); forgotten ones are said.
    """
    for rank, passage, items in case.passages():
        place = case.passage_path(rank, "majoration")
        said = passage.majoration
        night = passage.minute is not None and not _NIGHT_TO <= passage.minute < _NIGHT_FROM
        rest = is_rest_day(passage.day, case.carer.department)
        if not said:
            asked = _may_be_night(case, rank)
            due = majoration_due(passage.day, passage.minute, case.carer.department, night_asked=asked)
            if due and items:
                justified = due == NIGHT
                when = "de nuit" if justified else "d’un dimanche ou jour férié"
                yield Remark(
                    place,
                    f"passage {when} sans majoration : la demander si le soin le justifie",
                    "nuit" if justified and case.carer.profession == "IF" else _one_rule(case),
                )
            continue
        if said == NIGHT + SUNDAY:
            yield Breach(
                place, "nuit et dimanche : une seule majoration par passage, en ôter une", _one_rule(case)
            )
        elif said not in _MAJORATIONS:
            known = ", ".join(f"{letter} ({meaning})" for letter, meaning in _MAJORATIONS.items())
            yield Breach(place, f"{said!r} n’est pas un complément connu : {known}")
        elif said == NIGHT:
            yield from _night(case, rank, night)
        elif not rest:
            yield from _not_a_sunday(case, rank)


def _one_rule(case: Case) -> str:
    """The rule of a profession's majorations."""
    return "maj-une" if case.carer.profession == "IF" else "mk-majo"


def _may_be_night(case: Case, rank: int) -> bool:
    """Whether the call or the prescription says that the night is asked for."""
    passage, prescription = case.visit.passages[rank], case.visit.prescription
    called = passage.called is not None and not _CALL_TO < passage.called < _CALL_FROM
    return called or passage.urgent or (prescription is not None and prescription.night)


def _night(case: Case, rank: int, night: bool) -> Iterator[Finding]:
    passage, rule = case.visit.passages[rank], "nuit" if case.carer.profession == "IF" else "mk-majo"
    place = case.passage_path(rank, "majoration")
    if passage.minute is None:
        yield Remark(place, "nuit sans heure : comptée entre 20 h et 23 h ou entre 5 h et 8 h", rule)
    elif not night:
        yield Breach(place, f"{_clock(passage.minute)} n’est pas de nuit (20 h à 8 h)", rule)
    prescribed = case.visit.prescription is not None and case.visit.prescription.night
    if passage.called is not None:
        if _CALL_TO < passage.called < _CALL_FROM and not prescribed:
            yield Breach(
                place,
                f"appel à {_clock(passage.called)} : la nuit se majore si l’appel vient entre 19 h et 7 h, "
                "ou si l’ordonnance exige la nuit",
                rule,
            )
    elif not prescribed and not passage.urgent:
        yield Remark(
            place,
            "nuit : à justifier par un appel entre 19 h et 7 h (« appel »), ou par l’ordonnance "
            "(« nuit = true »)",
            rule,
        )


def _not_a_sunday(case: Case, rank: int) -> Iterator[Finding]:
    passage = case.visit.passages[rank]
    place, day = case.passage_path(rank, "majoration"), passage.day
    if not is_saturday(day):
        where = f" (département {case.carer.department})" if case.carer.department else ""
        yield Breach(
            place, f"le {day:%d/%m/%Y} n’est ni un dimanche ni un jour férié{where}", _one_rule(case)
        )
    elif case.carer.profession == "MK":
        yield Breach(place, "le samedi ne se majore que pour un infirmier", "mk-majo")
    elif not passage.urgent:
        yield Breach(
            place,
            "un samedi ne se majore que pour un appel d’urgence : le dire par « urgence = true »",
            "maj-samedi",
        )
    elif passage.minute is not None and passage.minute < _SATURDAY_FROM:
        yield Breach(place, "le samedi ne se majore qu’à partir de 8 h", "maj-samedi")


def _clock(minute: int) -> str:
    return f"{minute // 60} h {minute % 60:02d}"
