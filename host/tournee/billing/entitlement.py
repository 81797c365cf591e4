"""What the carer says of who pays, beside what the card shows."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from tournee.billing.identity import Period

MONTHS_BEFORE, DAYS_AFTER = 4, 12  # around a birth: CSS L160-9


@dataclass(frozen=True)
class Entitlement:
    """Nothing said: the card decides alone.

    `exemption` is the justification d’exonération of every act of the visit (3, 5, 7 or 9); an act may have
    its own. `maternity` and `state_aid` (AME) are the days that an attestation gives.
    """

    exemption: str = ""
    local_scheme: bool = False  # régime local d’Alsace-Moselle
    maternity: Period | None = None
    state_aid: Period | None = None


NOTHING_SAID = Entitlement()


def maternity_around(birth: date) -> Period:
    """The days that maternity insurance covers whole, around a birth that is expected or has come (CSS
    L160-9): from four months before to twelve days after.
    """
    years, month = divmod(birth.year * 12 + birth.month - 1 - MONTHS_BEFORE, 12)
    first = date(years, month + 1, min(birth.day, monthrange(years, month + 1)[1]))
    return Period(f"{first:%Y%m%d}", f"{birth + timedelta(DAYS_AFTER):%Y%m%d}")
