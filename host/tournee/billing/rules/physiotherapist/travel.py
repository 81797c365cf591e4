"""A physiotherapist's travel: IFS or IFD, by act and by days since hospital (mk-ifs); at home (mk-domicile).

Where the text is silent, the readings chosen stand here:
- the day of discharge is day 0 of the 35;
- an act that by its name is neither operated nor of an injury has no IFS; for others the discharge tells;
- before 2026, IFS is taken beside IFO, IFR, IFN and IFP, each of its article.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tournee.billing.breach import Breach, Path, Remark
from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import TRAVEL, FoundAct
from tournee.billing.rules.case import Case, Finding
from tournee.billing.rules.physiotherapist.series import is_session, main_article
from tournee.french import euros

_PLAIN, _SPECIFIC, _PALLIATIVE = "IFD", "IFS", "PLL"
_DAYS = 35
_ONE_CODE_FROM = date(2026, 1, 1)
_WALKING = "9"  # article of old people's walking: IFV before the one code
_OF_ARTICLE = {"IFO": "1 D", "IFR": "2", "IFN": "4", "IFP": "5"}
_NO_INJURY = frozenset({"lombalgie-commune", "cervicalgie-non-specifique"})


def allowances(case: Case) -> Iterator[Finding]:
    """IFS, IFD and the codes of before 2026, by the session that they go with (rule mk-ifs)."""
    for rank, passage, items in case.passages():
        for path, code in _told(case, rank):
            sessions = [item for item in items if item.is_only(is_session)]
            acts = sessions or [item for item in items if item.is_only(lambda row: not row.supplement)]
            if code == _PLAIN:
                yield from _specific_lost(case, rank, path, sessions)
            elif acts and (code == _SPECIFIC or code in _OF_ARTICLE):
                yield from _specific(case, path, code, acts)
        if passage.travel is None and passage.place == "home" and items and not _told(case, rank):
            yield Remark(
                case.travel_path(rank), "passage au domicile sans déplacement : il se perd", "mk-ifs"
            )


def _told(case: Case, rank: int) -> list[tuple[Path, str]]:
    """The allowances of a passage, and where each was noted."""
    passage = case.visit.passages[rank]
    found = [
        (case.item_path(item), item.code)
        for item in case.of(rank)
        if item.code in TRAVEL and not item.code.startswith("IK")
    ]
    if passage.travel is not None and passage.travel.allowance:
        found.append(((*case.travel_path(rank), "indemnite"), passage.travel.allowance))
    return found


def _why_not(row: Cotation, day: date, discharged: date | None) -> str:
    """Why an act has no specific travel on a day; empty when it has."""
    if row.specific_travel == "always":
        if main_article(row) == _WALKING and day < _ONE_CODE_FROM:
            return "la marche du sujet âgé n’a l’IFS que depuis le 1er janvier 2026"
        return ""
    if row.specific_travel != "35 days":
        return "cet acte ne l’ouvre pas"
    if row.id in _NO_INJURY:
        return "cet acte n’est ni opéré ni traumatique"
    if discharged is None:
        return f"opéré ou traumatisé, jusqu’au {_DAYS}e jour après l’hôpital : le dire par « sortie »"
    if not discharged <= day <= discharged + timedelta(days=_DAYS):
        return f"jusqu’au {_DAYS}e jour après la sortie d’hôpital ({discharged:%d/%m/%Y})"
    return ""


def _specific(case: Case, path: Path, code: str, acts: list[FoundAct]) -> Iterator[Finding]:
    for item in acts:
        why = [_why_not(row, item.day, case.visit.discharged) for row in item.candidates]
        if all(why):
            yield Breach(path, f"{code} avec {item.name} : {why[0]} ; sinon c’est IFD", "mk-ifs")
            return
        article = _OF_ARTICLE.get(code)
        if article and not any(article in (row.article, main_article(row)) for row in item.candidates):
            yield Breach(path, f"{code} va avec l’article {article}, pas avec {item.name}", "mk-ifs")
            return


def _specific_lost(case: Case, rank: int, path: Path, sessions: list[FoundAct]) -> Iterator[Finding]:
    discharged = case.visit.discharged
    day = case.visit.passages[rank].day
    due = [item for item in sessions if item.is_only(lambda row: not _why_not(row, day, discharged))]
    if not due:
        return
    specific = case.table.amount("MK", _SPECIFIC, day, case.carer.zone)
    plain = case.table.amount("MK", _PLAIN, day, case.carer.zone)
    if specific is not None and plain is not None and specific.cents > plain.cents:
        yield Remark(
            path,
            f"{due[0].name} ouvre l’IFS ({euros(specific.cents)} €) : avec IFD, "
            f"{euros(specific.cents - plain.cents)} € se perdent",
            "mk-ifs",
        )


def at_home(case: Case) -> Iterator[Finding]:
    """Travel that the prescription does not mention: allowed, its need to be shown (rule mk-domicile)."""
    prescription = case.visit.prescription
    if prescription is None or prescription.home:
        return
    for rank, _, _ in case.passages():
        for path, _ in _told(case, rank)[:1]:
            yield Remark(
                path,
                "l’ordonnance ne dit pas « à domicile » : le bilan doit montrer pourquoi ; si elle le dit, "
                "« domicile = true »",
                "mk-domicile",
            )
            return


def without_act(case: Case) -> Iterator[Finding]:
    """Travel of a passage that bills no act: another one of a day of palliative care, or forgotten acts."""
    for rank, passage, items in case.passages():
        if passage.acts or not _told(case, rank):
            continue
        if any(one.has(_PALLIATIVE) for one in case.on(passage.day)):
            yield Remark(
                case.travel_path(rank),
                "PLL, autre passage du jour : le texte ne dit pas si son déplacement se paie ; à voir avec "
                "la caisse",
                "mk-pll",
            )
        elif not items:
            yield Remark(case.travel_path(rank), "déplacement sans acte : il s’ajoute à une séance", "mk-ifs")
