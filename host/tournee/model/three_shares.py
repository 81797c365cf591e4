"""What each of three gives the carer for an invoice."""

from typing import NamedTuple


class ThreeShares(NamedTuple):
    """Cents that the caisse, the complementary insurer and the patient give; they add up to the fee.

    Without third-party payment the patient gives all of it, and the insurers pay the patient.
    """

    amo: int
    amc: int
    patient: int


NO_SHARES = ThreeShares(0, 0, 0)
