"""Values that pass between floors, once each. Of ours they import only the words in which they are shown."""

from tournee.model.cents import Cents, cents_of
from tournee.model.effect import Effect, Outcome, Target
from tournee.model.increment import Increment
from tournee.model.patient_payment import Means, PaymentKind
from tournee.model.sheet import Sheet
from tournee.model.three_shares import NO_SHARES, ThreeShares, on_patient

__all__ = [
    "NO_SHARES",
    "Cents",
    "Effect",
    "Increment",
    "Means",
    "Outcome",
    "PaymentKind",
    "Sheet",
    "Target",
    "ThreeShares",
    "cents_of",
    "on_patient",
]
