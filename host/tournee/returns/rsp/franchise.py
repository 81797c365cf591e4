"""The franchise of 1 € a paramedical act: the patient's debt to the caisse, never the carer's loss.

It is not asked for under third-party payment. Where a caisse holds it back from what it pays all the same,
the share is paid: nothing is left to claim.
"""

from collections import Counter

from tournee.model.codes import DRE
from tournee.returns.rsp.content import SettledAct, SheetReturn

AN_ACT = 100
"""Cents held back for one act, since 31 March 2024."""
ACTS_A_DAY = 4
_NO_ACTS = frozenset({"MAU", "MCI", "MIE"})
_TRAVEL = ("IF", "IK")


def franchise_of(sheet: SheetReturn) -> int:
    """Cents of the AMO share that a return leaves out and that the franchise explains: whole euros, no more
    than the acts bear; 0 for any other difference.
    """
    part = sheet.amo
    if part is None or part.state != "P" or sheet.sheet_kind == DRE:
        return 0
    left_out = part.asked - part.paid
    if left_out <= 0 or left_out % AN_ACT or part.paid <= 0:
        return 0
    if sheet.amc is not None and sheet.amc.paid > sheet.amc.asked:
        return 0  # one share took what the other lacks
    return left_out if left_out <= AN_ACT * _bearing(sheet.lines) else 0


def _bearing(lines: tuple[SettledAct, ...]) -> int:
    """How many acts bear the franchise, some a day at most; a day's worth when no act is told."""
    days: Counter[str] = Counter()
    for one in lines:
        if one.code not in _NO_ACTS and not one.code.startswith(_TRAVEL):
            days[one.date] += one.quantity
    return sum(min(count, ACTS_A_DAY) for count in days.values()) if lines else ACTS_A_DAY
