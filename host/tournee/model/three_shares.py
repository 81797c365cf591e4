"""What each of three gives the carer for an invoice."""

from typing import NamedTuple


class ThreeShares(NamedTuple):
    """Cents that the caisse, the complementary insurer and the patient give; they add up to the fee.

    Without third-party payment the patient gives all of it, and the insurers pay the patient.
    """

    amo: int
    amc: int
    patient: int


def on_patient(shares: ThreeShares) -> ThreeShares:
    """The shares once the complementary insurer's is asked of the patient."""
    return ThreeShares(shares.amo, 0, shares.patient + shares.amc)


NO_SHARES = ThreeShares(0, 0, 0)
