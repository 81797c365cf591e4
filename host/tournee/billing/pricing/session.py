"""How the acts of one passage add up: article 11B of the NGAP, its exceptions, and the days with a BSx.

Where the text is silent, the readings chosen stand here and nowhere else:
- acts that an exception puts together (5 bis, analgesia and its dressing, two infusions, after an operation)
  count as one act in the order of 11B, at the place of the dearest of them, and are paid alike;
- a blood sample is paid in full and takes no place in that order;
- of equal coefficients, the one noted first comes first;
- half a coefficient is not rounded before the amount is.
"""

from __future__ import annotations

from collections.abc import Callable

from tournee.billing.nomenclature.table import Cotation
from tournee.billing.pricing.items import DEPENDENT, SINGLE, FoundAct, derogation_name, is_analgesia

FULL, HALF, NOTHING = 100, 50, 0
_BY_RANK = (FULL, HALF)
_BSI = {"full": FULL, "half": HALF, "included": NOTHING, "forbidden": NOTHING}


def rates(items: list[FoundAct], *, home: bool) -> list[int]:
    """The rate in percent of each item of one passage; `home`: it was at the patient's.

    AMI follow article 11B (rules 11B…), AMX the day's forfait (rules bsx…); anything else is full.
    """
    result = [FULL] * len(items)
    for at, item in enumerate(items):
        if item.rate is not None:
            result[at] = item.rate
        elif item.code == DEPENDENT:
            result[at] = dependent_rate(item)
    ranked = [
        at
        for at, item in enumerate(items)
        if item.code == SINGLE and item.rate is None and not _outside(item, home)
    ]
    units = _units(ranked, items)
    units.sort(key=lambda unit: (-max(items[at].coefficient for at in unit), unit[0]))
    for rank, unit in enumerate(units):
        for at in unit:
            result[at] = _BY_RANK[rank] if rank < len(_BY_RANK) else NOTHING
    return result


def dependent_rate(item: FoundAct) -> int:
    """What an AMX is paid: of the acts that its pair may be, the one that is paid most (rules bsx-plein,
    bsx-moitie, bsx-compris).
    """
    payable = [row for row in item.candidates if row.amx] or list(item.candidates)
    return max(_BSI.get(row.bsi, NOTHING) for row in payable)


def _outside(item: FoundAct, home: bool) -> bool:
    """Acts that take no place in the order of 11B (rules 11B-prelev, 11B-vaccin)."""
    return item.is_only(lambda row: row.session == "full") or (
        home and item.is_only(lambda row: row.session == "home")
    )


def _units(ranked: list[int], items: list[FoundAct]) -> list[list[int]]:
    """The acts that count as one, others alone."""
    left = list(ranked)
    units = []
    for name, tests in _TOGETHER.items():
        claimed = any(derogation_name(items[at].act.derogation) == name for at in left)
        parts = [[at for at in left if items[at].is_only(test)] for test in tests]
        if claimed:
            _let_one_join(parts, tests, left, items)
        together = sorted({at for part in parts for at in part})
        if all(parts) and len(together) > 1:
            units.append(together)
            left = [at for at in left if at not in together]
    return units + [[at] for at in left]


def _let_one_join(
    parts: list[list[int]],
    tests: tuple[Callable[[Cotation], bool], ...],
    left: list[int],
    items: list[FoundAct],
) -> None:
    """An exception that the carer names for one act holds for another, told by its pair alone, that may be
    of it: for one.
    """
    for at in left:
        bare = not (items[at].act.act or items[at].act.derogation)
        for part, test in zip(parts, tests, strict=True):
            if bare and at not in part and items[at].may_be(test):
                part.append(at)
                return


def _in_group(name: str) -> Callable[[Cotation], bool]:
    return lambda row: row.group == name


_TOGETHER: dict[str, tuple[Callable[[Cotation], bool], ...]] = {
    "5bis": (_in_group("5bis"),),
    "analgesie": (is_analgesia, lambda row: bool(row.mci) or row.article in ("I 2", "I 3")),
    "perf": (_in_group("perf_courte"), _in_group("perf_longue")),
    "postop": (_in_group("postop"),),
}
"""What each exception, by its derogation, puts together: one act at least of each kind named (rules 11B-5bis,
11B-analgesie, 11B-perf, 11B-postop).
"""
