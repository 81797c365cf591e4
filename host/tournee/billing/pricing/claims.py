"""Who is asked for the complementary share, and with which sheets.

Four ways, never two at once: nobody (`none`); a DRE beside the FSE (`separate`, OCT-SS); the FSE alone, that
the OCT may split because the carer allows it (`split`, contract type 99, OCT-EF-1); the FSE alone, because
the AMO settles both shares by a management agreement (`single`).
"""

from dataclasses import dataclass
from typing import Literal

from tournee.billing.identity import Amc, Patient
from tournee.billing.visit import AMC_PAYS, BOTH_PAY, Visit
from tournee.model.codes import DRE, FSE, KINDS

CONTRACT_SPLIT, CONTRACT_C2S, CONTRACT_PLAIN = "99", "89", "00"  # group 1321 field 1, domain 2.2


@dataclass(frozen=True)
class Claim:
    """What is made of an invoice: `documents`, FSE first; `amc` is None when nothing is asked of one."""

    way: Literal["none", "separate", "split", "single"]
    documents: tuple[str, ...]
    amc: Amc | None

    @property
    def contract(self) -> str:
        """Contract type of group 1321 field 1 and record 2 column 117."""
        if self.way == "split":
            return CONTRACT_SPLIT
        return CONTRACT_C2S if self.amc is not None and self.amc.c2s else CONTRACT_PLAIN


def amc_in_force(visit: Visit, patient: Patient) -> Amc | None:
    """Return the patient's AMC when its rights are open on every day of the visit's acts."""
    amc = visit.amc or patient.amc
    if amc is None or not all(amc.period.holds(f"{passage.day:%Y%m%d}") for passage in visit.passages):
        return None
    return amc


def documents_of(visit: Visit, amc: Amc | None) -> frozenset[str]:
    """Return the sheets asked for, or those the AMC's rights call for (group 109 field 4, tens digit)."""
    if visit.documents is not None:
        return visit.documents
    if amc is None or visit.contract99:
        return frozenset({FSE})
    if visit.third_party in (AMC_PAYS, BOTH_PAY):
        wanted = amc.dre_with_third_party
    else:
        wanted = amc.dre_without_third_party
    return frozenset({FSE, DRE}) if wanted else frozenset({FSE})


def claim_of(visit: Visit, patient: Patient, remainder: int) -> Claim:
    """Decide who is asked for the complementary share; the rules have refused before what cannot be.

    `remainder` is what the AMO leaves of the bases, in cents: of nothing, no AMC is asked anything.
    """
    amc = amc_in_force(visit, patient) if remainder else None
    asked = documents_of(visit, amc)
    documents = tuple(kind for kind in KINDS if kind in asked)
    if amc is None:
        return Claim("none", documents, None)
    if visit.contract99:
        return Claim("split", documents, amc)
    if DRE in asked:
        return Claim("separate", documents, amc)
    if amc.management == "single":
        return Claim("single", documents, amc)
    return Claim("none", documents, None)
