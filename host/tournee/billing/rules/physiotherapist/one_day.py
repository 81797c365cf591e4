"""A physiotherapist's sessions, one by one and in their day: what is billed together, and how often.

Where the text is silent, the readings chosen stand here:
- two sessions that may each be twice a day are so when they are of one letter;
- the return from hospital (FRD, FAD) is once a prescription, and once in three months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tournee.billing.breach import Breach, Remark
from tournee.billing.calendar import is_rest_day
from tournee.billing.kept.known import Known
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import FoundAct
from tournee.billing.pricing.visit_lines import SUNDAY
from tournee.billing.rules.case import Case, Finding, months_before, plain_label
from tournee.billing.rules.physiotherapist.series import (
    is_session,
    main_article,
    session_lines,
    told_when,
)

_TWICE = frozenset(
    {"desencombrement-urgent", "mucoviscidose", "brulures-un-membre", "brulures-plusieurs-membres"}
)
_DRAINED = frozenset({"lymphoedeme-un-membre", "lymphoedeme-deux-membres"})
_BANDAGE_IN = "lymphoedeme-phase-intensive"
_PALLIATIVE = "soins-palliatifs"
_BANDAGE, _POOL = "7", "IV"  # articles of the supplements
_SESSIONS_A_DAY = 2
_GROUP_MAX, _GROUP_ARTICLES = 3, frozenset("1234")
_BREATHING_GROUP, _BREATHING_MAX = "readaptation-respiratoire-groupe", 4
_RETURNS = {"FRD": "4", "FAD": "1"}  # the article of the sessions that they go with
_RETURN_MONTHS = 3


def one_session(case: Case) -> Iterator[Finding]:
    """One cotation a session; never two areas added up (rule mk-une)."""
    for _, _, items in case.passages():
        sessions = [item for item in items if item.is_only(is_session)]
        for item in sessions[1:]:
            yield Breach(
                case.item_path(item),
                f"{item.name} et {sessions[0].name} : une seule cotation par séance, deux régions ne "
                "s’additionnent pas ; une autre séance a son heure et son ordonnance, deux territoires de "
                "l’article 1 sont TER",
                "mk-une",
            )
        for item in sessions:
            if item.act.quantity > 1:
                yield Breach(
                    case.item_path(item, "quantite"),
                    f"{item.name} : une seule cotation par séance ; chaque séance a sa ligne et son heure",
                    "mk-une",
                )
        for item in items:
            if sessions and item.is_only(_is_survey):
                yield Remark(
                    case.item_path(item),
                    f"{item.name} et {sessions[0].name} ensemble : le texte ne dit pas s’ils se cumulent",
                    "mk-une",
                )


def _is_survey(row: Cotation) -> bool:
    return row.article == "I 1" and not row.isolated


def two_sessions(case: Case) -> Iterator[Finding]:
    """A second session of a day: two prescriptions, articles and regions, or an act that allows it (rules
    mk-deux, mk-deux-exc).
    """
    for rank, passage, items in case.passages():
        sessions = [item for item in items if item.is_only(is_session)]
        if not sessions:
            continue
        mine = case.own[rank]
        others = [one for one in case.own[:rank] if one.day == passage.day]
        others += [one for one in case.others_on(passage.day) if one.earlier]
        before = [one for one in others if session_lines(case, one) and not _both_palliative(case, one, mine)]
        if len(before) >= _SESSIONS_A_DAY:
            yield Breach(
                case.item_path(sessions[0]),
                f"{sessions[0].name} : deux séances par jour au plus ; les autres sont dans "
                + " et ".join(told_when(one) for one in before),
                "mk-deux",
            )
        elif before:
            yield from _second(case, sessions[0], mine, before[0])


def _rows(case: Case, one: Known) -> list[Cotation]:
    return [row for line in session_lines(case, one) for row in case.known_rows(line, one.day)]


def _both_palliative(case: Case, one: Known, other: Known) -> bool:
    """Two forfaits of a day are the matter of rule mk-pll."""
    return all(row.id == _PALLIATIVE for row in [*_rows(case, one), *_rows(case, other)])


def _second(case: Case, item: FoundAct, mine: Known, other: Known) -> Iterator[Finding]:
    rows, theirs = _rows(case, mine), _rows(case, other)
    if all(row.id in _TWICE for row in [*rows, *theirs]) and rows[0].letter == theirs[0].letter:
        return
    lacking = []
    if mine.prescription == other.prescription:
        lacking.append("une autre ordonnance")
    if not any(main_article(row) != main_article(one) for row in rows for one in theirs):
        lacking.append(f"un autre article (les deux sont de l’article {main_article(rows[0])})")
    if lacking:
        yield Breach(
            case.item_path(item),
            f"{item.name} : deuxième séance du jour, l’autre est dans {told_when(other)} ; il faudrait "
            f"{' et '.join(lacking)}",
            "mk-deux",
        )
    else:
        yield Remark(
            case.item_path(item),
            f"{item.name} : deuxième séance du jour (l’autre est dans {told_when(other)}) ; deux régions et "
            "deux séances distinctes sont à montrer",
            "mk-deux",
        )


def supplements(case: Case) -> Iterator[Finding]:
    """Bandage with the drainage of a lymphoedema, pool with a session; one each (rule mk-suppl)."""
    for _, _, items in case.passages():
        for article in (_BANDAGE, _POOL):
            found = [item for item in items if item.is_only(_is_supplement_of(article))]
            for at, item in enumerate(found):
                if at or item.act.quantity > 1:
                    yield Breach(
                        case.item_path(item), f"{item.name} : un seul supplément par séance", "mk-suppl"
                    )
            if not found:
                continue
            if article == _POOL and not any(item.may_be(is_session) for item in items):
                yield Breach(
                    case.item_path(found[0]),
                    f"{found[0].name} : supplément de balnéothérapie, avec la cotation de sa séance",
                    "mk-suppl",
                )
            if article == _BANDAGE and not any(
                item.may_be(lambda row: row.id in _DRAINED or row.id == _BANDAGE_IN) for item in items
            ):
                yield Breach(
                    case.item_path(found[0]),
                    f"{found[0].name} : supplément de bandage, avec le drainage d’un lymphœdème (RAV 8 ou 9)",
                    "mk-suppl",
                )


def _is_supplement_of(article: str) -> Callable[[Cotation], bool]:
    return lambda row: row.supplement and row.article == article


def groups(case: Case) -> Iterator[Finding]:
    """Patients seen together: articles 1 to 4, three at most, one cotation for all (rule mk-groupe)."""
    visit = case.visit
    for rank, _, items in case.passages():
        sessions = [item for item in items if item.is_only(is_session)]
        if visit.group < 2:
            for item in sessions:
                if item.is_only(_is_breathing_group):
                    yield Remark(
                        case.item_path(item),
                        f"{item.name} : séance d’un groupe de 2 à {_BREATHING_MAX} ; dire « groupe »",
                        "mk-groupe",
                    )
            continue
        for item in sessions:
            most = _BREATHING_MAX if item.is_only(_is_breathing_group) else _GROUP_MAX
            if most == _GROUP_MAX and not item.may_be(lambda row: main_article(row) in _GROUP_ARTICLES):
                yield Breach(
                    case.item_path(item),
                    f"{item.name} : un groupe se soigne par les actes des articles 1 à 4",
                    "mk-groupe",
                )
            elif visit.group > most:
                yield Breach(
                    ("groupe",), f"{visit.group} patients : un groupe en a {most} au plus", "mk-groupe"
                )
        if sessions:
            yield from _one_cotation(case, rank, sessions[0])


def _is_breathing_group(row: Cotation) -> bool:
    return row.id == _BREATHING_GROUP


def _one_cotation(case: Case, rank: int, item: FoundAct) -> Iterator[Finding]:
    passage = case.visit.passages[rank]
    if passage.minute is None and not passage.shared:
        return
    together = [
        one
        for one in case.past.of_carer(case.carer.number, passage.day)
        if one.earlier
        and one.group > 1
        and one.minute == passage.minute
        and plain_label(one.shared) == plain_label(passage.shared)
        and not one.person.same(case.visit.person)
    ]
    for one in together:
        lines = session_lines(case, one)
        if lines and not any(
            (line.code, line.coefficient) == (item.code, item.coefficient) for line in lines
        ):
            yield Breach(
                case.item_path(item),
                f"{item.name} : la cotation d’un groupe est la même pour chacun, autre dans {told_when(one)}",
                "mk-groupe",
            )
            return
    if len(together) >= case.visit.group:
        yield Breach(
            ("groupe",),
            f"groupe de {case.visit.group} : {len(together)} autres patients y sont déjà, dont celui de "
            f"{told_when(together[0])}",
            "mk-groupe",
        )


def daily_care(case: Case) -> Iterator[Finding]:
    """Sunday and holidays: an emergency, or care that must be daily (rule mk-majo)."""
    prescription = case.visit.prescription
    for rank, passage, _ in case.passages():
        daily = prescription is not None and prescription.daily
        if passage.majoration != SUNDAY or passage.urgent or daily:
            continue
        if is_rest_day(passage.day, case.carer.department):
            yield Remark(
                case.passage_path(rank, "majoration"),
                "dimanche ou jour férié : pour une urgence (« urgence = true ») ou un soin qui doit être "
                "quotidien (« quotidien = true » dans l’ordonnance)",
                "mk-majo",
            )


def returns(case: Case) -> Iterator[Finding]:
    """FRD, FAD: once a return from hospital (the amounts' rows)."""
    for at, item in enumerate(case.items):
        if item.code not in _RETURNS:
            continue
        if item.act.quantity > 1 or any(one.code == item.code for one in case.items[:at]):
            yield Breach(case.item_path(item), f"{item.code} : une fois par retour à domicile", "limite")
        yield from _again(case, item)
        if case.visit.discharged is None:
            yield Remark(
                case.item_path(item),
                f"{item.code} : au retour de l’hôpital ; dire le jour de la sortie (« sortie »)",
                "limite",
            )
        article = _RETURNS[item.code]
        sessions = [one for one in case.of(item.passage) if one.is_only(is_session)]
        for one in sessions:
            if not one.may_be(lambda row, article=article: main_article(row) == article):  # type: ignore[misc]
                yield Remark(
                    case.item_path(item),
                    f"{item.code} : avec une rééducation de l’article {article}, pas {one.name}",
                    "limite",
                )


def _again(case: Case, item: FoundAct) -> Iterator[Finding]:
    since, until = months_before(item.day, _RETURN_MONTHS), months_before(item.day, -_RETURN_MONTHS)
    for one in case.in_a_year(item.code):
        if not one.has(item.code):
            continue
        if since < one.day < until or one.prescription == case.own[item.passage].prescription != "":
            yield Breach(
                case.item_path(item),
                f"{item.code} : une fois par retour à domicile, elle est déjà dans {told_when(one)}",
                "limite",
            )
        else:
            yield Remark(
                case.item_path(item),
                f"{item.code} : déjà dans {told_when(one)} ; pour un autre retour à domicile seulement",
                "limite",
            )
        return
