"""How the acts of one session add up (article 11B of the NGAP).

[K] Article 11B: of several nurse acts in one session the dearest is paid in full, the second half, the next
are free. Acts that the carer marks `full_rate` are exceptions of the NGAP: paid in full, and they take no
place in that order; nor do those marked `weighted`, whose coefficient is billed as it is. No source of this
project prints the article; it stands alone, to be corrected alone.
"""

from datetime import date

from tournee.billing.tariffs import Profession, find
from tournee.billing.visit import COEFFICIENT_ONE, Act
from tournee.model.amounts import half_up

FULL, HALF, FREE = 2, 1, 0  # halves of the coefficient


def weights(acts: tuple[Act, ...], profession: Profession) -> list[int]:
    """Give each act its weight in halves; a session is the acts of one visit on one day."""
    result = [FULL] * len(acts)
    by_session: dict[date, list[int]] = {}
    for index, act in enumerate(acts):
        tariff = find(act.code, profession)
        if tariff is not None and tariff.session == "11B" and not (act.full_rate or act.weighted):
            by_session.setdefault(act.day, []).append(index)
    for indices in by_session.values():
        dearest_first = sorted(indices, key=lambda index: -(acts[index].coefficient or COEFFICIENT_ONE))
        for rank, index in enumerate(dearest_first):
            result[index] = (FULL, HALF)[rank] if rank <= 1 else FREE
    return result


def weighted_coefficient(coefficient: int, weight: int) -> int:
    """Return the coefficient billed, in hundredths: whole, or its half rounded half up to the hundredth."""
    return half_up(coefficient * weight, FULL)
