"""The rules of a nurse's days at home: the forfait of the dependent, what it includes, and her travel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tournee.billing.breach import Breach, Remark
from tournee.billing.pricing.items import BSX, DEPENDENT, MAJORATIONS, SINGLE, TRAVEL, FoundAct, decimal
from tournee.billing.rules.case import Case, Finding, Rule, seen_together
from tournee.billing.visit import COEFFICIENT_ONE

_FORFAITS = tuple(sorted(BSX))
_ASSESSMENT = "DI"
_AT_HOME, DEPENDENT_HOME = "IFA", "IFI"
_SHARED_HOME = 1  # hundredths: IFI of the other dependent patients of a home
_IFI_A_DAY = 4
_ASSESSED_FOR = timedelta(days=365)


def forfait(case: Case) -> Iterator[Finding]:
    """BSA, BSB, BSC: one a day and patient, after a DI; no AMI beside it (rule bsx)."""
    for at, item in enumerate(case.items):
        if item.code not in BSX:
            continue
        for before in case.items[:at]:
            if before.code in BSX and before.day == item.day:
                yield _one_forfait(case, item, before.code, "cette visite")
        for other in case.others_with(item.day, *_FORFAITS):
            if other.earlier:
                code = next(line.code for line in other.lines if line.code in BSX)
                yield _one_forfait(case, item, code, other.where)
        for other in case.others_on(item.day):
            if other.earlier and other.has(SINGLE):
                yield Breach(
                    case.item_path(item),
                    f"{item.code} : {other.where} facture des AMI à ce patient ce jour-là ; avec un forfait "
                    "ils sont des AMX ou y sont compris",
                    "bsx",
                )
            elif other.earlier and other.has(_AT_HOME):
                yield Breach(
                    case.item_path(item),
                    f"{item.code} : {other.where} facture {_AT_HOME} ce jour-là, où c’est {DEPENDENT_HOME}",
                    "ifi",
                )
        yield from _assessed(case, item)


def one_assessment(case: Case) -> Iterator[Finding]:
    """DI: one a day and patient (rule bsx asks for one, OFF I 12)."""
    for at, item in enumerate(case.items):
        if item.code != _ASSESSMENT:
            continue
        here = any(before.code == item.code and before.day == item.day for before in case.items[:at])
        others = [one.where for one in case.others_with(item.day, _ASSESSMENT) if one.earlier]
        if here or others:
            where = "cette visite" if here else others[0]
            yield Breach(
                case.item_path(item), f"{item.name} : un bilan est déjà ce jour-là dans {where}", "limite"
            )


def _one_forfait(case: Case, item: FoundAct, code: str, where: str) -> Breach:
    return Breach(
        case.item_path(item),
        f"{item.code} : un seul forfait BSA, BSB ou BSC par jour et par patient ; {code} est dans {where}",
        "bsx",
    )


def _assessed(case: Case, item: FoundAct) -> Iterator[Finding]:
    since = item.day - _ASSESSED_FOR
    told = case.visit.assessed
    if told is not None and since <= told <= item.day:
        return
    if any(other.code == _ASSESSMENT and other.day <= item.day for other in case.items):
        return
    if any(one.has(_ASSESSMENT) for one in case.others_between(since, item.day, _ASSESSMENT)):
        return
    yield Remark(
        case.item_path(item),
        f"{item.code} : aucun bilan de soins infirmiers (DI) de moins d’un an n’est connu ici ; "
        "s’il a été fait ailleurs, le dire par « bilan »",
        "bsx",
    )


def dependent_acts(case: Case) -> Iterator[Finding]:
    """AMI and AMX on the days with a forfait (rules bsx-plein, bsx-moitie, bsx-compris)."""
    for item in case.items:
        if item.code == SINGLE:
            for other in case.others_with(item.day, *_FORFAITS):
                if other.earlier:
                    yield Breach(
                        case.item_path(item),
                        f"{item.name} : {other.where} porte un forfait BSx ce jour-là ; l’écrire AMX "
                        f"{decimal(item.coefficient)}, ou l’ôter s’il y est compris",
                        "bsx",
                    )
                    break
        if item.code == DEPENDENT:
            yield from _dependent_act(case, item)


def _dependent_act(case: Case, item: FoundAct) -> Iterator[Finding]:
    if item.act.weighted:
        return
    if not any(one.has(*_FORFAITS) for one in case.on(item.day)):
        yield Remark(
            case.item_path(item),
            f"{item.name} : se facture un jour de forfait BSx ; aucun n’est connu ici ce jour-là",
            "bsx",
        )
    if item.is_only(lambda row: row.bsi == "forbidden"):
        yield Breach(case.item_path(item), f"{item.name} : jamais avec un forfait BSx", "bsx")
    elif item.is_only(lambda row: not row.amx):
        yield Remark(
            case.item_path(item),
            f"{item.name} : compris dans le forfait du jour, rien n’est payé",
            "bsx-compris",
        )
    elif not _same_rate(item):
        yield Remark(
            case.item_path(item),
            f"{item.name} peut être plusieurs actes : compté plein ; nommer l’acte (« acte = … ») "
            "si c’en est un autre",
            "bsx-plein",
        )
    if item.act.code == SINGLE:
        told = f"avec le forfait du jour, AMI {decimal(item.coefficient)} s’écrit AMX"
        yield Remark(case.item_path(item), told, "bsx")


def _same_rate(item: FoundAct) -> bool:
    return len({row.bsi for row in item.candidates if row.amx}) <= 1


def allowance(case: Case) -> Iterator[Finding]:
    """IFA and IFI: which one, how many, in a home that patients share (rules ifd, ifi)."""
    for rank, passage, items in case.passages():
        codes = _allowances(case, rank)
        dependent = any(one.has(*_FORFAITS, _ASSESSMENT) for one in case.on(passage.day))
        before = any(one.has(*_FORFAITS, _ASSESSMENT) for one in case.before_on(passage.day))
        if _AT_HOME in codes and before:
            yield Breach(
                case.travel_path(rank),
                "un jour de forfait BSx ou de bilan DI, le déplacement est IFI",
                "ifi",
            )
        if DEPENDENT_HOME in codes and not dependent:
            yield from _without_forfait(case, rank)
        if _AT_HOME in codes and not items:
            yield Breach(case.travel_path(rank), "IFA sans acte : elle s’ajoute à un soin", "ifd")
        yield from _shared_home(case, rank, codes)
        at_home = passage.place == "home" or (not passage.place and any(one.code in BSX for one in items))
        forgotten = passage.travel is None and not codes and at_home
        if forgotten and not any(item.is_only(lambda row: not row.travel) for item in items):
            yield Remark(
                case.travel_path(rank),
                "passage au domicile sans déplacement : il se perd",
                "ifi" if dependent else "ifd",
            )
    yield from _four_a_day(case)


def _allowances(case: Case, rank: int) -> list[str]:
    passage = case.visit.passages[rank]
    codes = [item.code for item in case.of(rank) if item.code in (_AT_HOME, DEPENDENT_HOME)]
    if passage.travel is not None and passage.travel.allowance:
        codes.append(case.table.code_of("IF", passage.travel.allowance, passage.day))
    return codes


def _without_forfait(case: Case, rank: int) -> Iterator[Finding]:
    passage = case.visit.passages[rank]
    plain = [item for item in case.of(rank) if item.code not in TRAVEL | MAJORATIONS]
    told = case.visit.assessed is not None
    if any(item.code == SINGLE for item in plain):
        yield Breach(
            case.travel_path(rank),
            "IFI : le déplacement des jours de forfait BSx ou de bilan DI ; avec des AMI, c’est IFA",
            "ifi",
        )
    elif not told:
        yield Remark(
            case.travel_path(rank),
            f"IFI : aucun forfait BSx ni bilan DI n’est connu ici le {passage.day:%d/%m/%Y} pour ce patient",
            "ifi",
        )


def _shared_home(case: Case, rank: int, codes: list[str]) -> Iterator[Finding]:
    passage = case.visit.passages[rank]
    whole = passage.travel is not None and passage.travel.coefficient == COEFFICIENT_ONE
    small = passage.travel is not None and passage.travel.coefficient == _SHARED_HOME
    if small and codes != [DEPENDENT_HOME]:
        yield Breach(
            (*case.travel_path(rank), "coefficient"),
            "0,01 : pour l’IFI des autres patients dépendants du domicile",
            "ifi",
        )
    if not codes or passage.place == "institution" or not whole:
        return
    for other in seen_together(case, rank):
        theirs = {line.code for line in other.lines if line.coefficient == COEFFICIENT_ONE}
        dependent = other.has(DEPENDENT_HOME)
        home = f"foyer « {passage.shared} », vu dans {other.where}"
        if _AT_HOME in codes and dependent:  # whichever came first: the dependent's is due
            yield Breach(
                case.travel_path(rank),
                f"{home} : un patient au forfait y est vu, rien pour ceux qui n’y sont pas",
                "ifd",
            )
            return
        if _AT_HOME in codes and _AT_HOME in theirs and other.earlier:
            yield Breach(case.travel_path(rank), f"{home} : une seule IFA par passage au domicile", "ifd")
            return
        if DEPENDENT_HOME in codes and DEPENDENT_HOME in theirs and other.earlier:
            yield Breach(
                case.travel_path(rank),
                f"{home} : IFI des autres patients dépendants, coefficient 0,01",
                "ifi",
            )
            return
        if DEPENDENT_HOME in codes and _AT_HOME in theirs and other.kept:
            yield Breach(
                case.travel_path(rank),
                f"{home} : son IFA n’est pas due, l’ôter d’abord (visite à corriger ou à mettre de côté)",
                "ifd",
            )
            return


def _four_a_day(case: Case) -> Iterator[Finding]:
    days: dict[object, int] = {}
    for rank, passage, _ in case.passages():
        count = _allowances(case, rank).count(DEPENDENT_HOME)
        if not count:
            continue
        days[passage.day] = days.get(passage.day, 0) + count
        others = [one for one in case.others_with(passage.day, DEPENDENT_HOME) if one.earlier]
        if days[passage.day] + len(others) > _IFI_A_DAY:
            where = f", dont {len(others)} dans {others[0].where}" if others else ""
            yield Breach(
                case.travel_path(rank),
                f"IFI : {_IFI_A_DAY} par jour et par patient au plus{where}",
                "ifi",
            )


DAYS: tuple[Rule, ...] = (forfait, one_assessment, dependent_acts, allowance)
