"""What a judged visit would cost, and whom, before any card is read."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.billing.european.care_lines import care_lines
from tournee.billing.identity import Patient
from tournee.billing.judging import Verdict
from tournee.billing.pricing.claims import claim_of
from tournee.billing.pricing.coverage import Cover, covered
from tournee.billing.pricing.shares import share_out
from tournee.billing.visit import AMC_PAYS, AMO_PAYS, BOTH_PAY, Visit

_NO_CAISSE, _NO_CENTRE = "000", "0000"


@dataclass(frozen=True)
class Quote:
    """Amounts in cents. `due`: what the patient gives on the spot, its own share and those not paid directly.

    `supposed`: no rights were told, the plain ones stand in until a card is read. `covers`: what the
    compulsory insurer pays of each line, and why.
    """

    fee: int
    amo: int
    amc: int
    due: int
    supposed: bool
    covers: tuple[Cover, ...] = ()

    @property
    def patient(self) -> int:
        """What nobody pays for the patient."""
        return self.fee - self.amo - self.amc


def quote(judged: Verdict) -> Quote:
    """Share out the lines of a visit that may be refused: what is priced is shared out."""
    visit = judged.visit.visit
    if visit.ceam is not None:
        fee = sum(line.cents for line in care_lines(judged.visit))
        return Quote(fee, 0, 0, fee, False)
    patient = visit.typed or _unknown(visit)
    told = tuple(covered(patient, visit, judged.lines))
    lines = share_out(told)
    fee, amo = sum(line.fee for line in lines), sum(line.amo for line in lines)
    remainder = sum(line.remainder for line in lines)
    claim = claim_of(visit, patient, remainder)
    amc = remainder if claim.amc is not None else 0
    direct = amo if visit.third_party in (AMO_PAYS, BOTH_PAY) else 0
    if visit.third_party in (AMC_PAYS, BOTH_PAY) or visit.complementary_third_party:
        direct += amc
    return Quote(fee, amo, amc, fee - direct, visit.typed is None, tuple(cover for _, _, cover in told))


def _unknown(visit: Visit) -> Patient:
    """A patient of plain rights, until the card says more."""
    return Patient(
        nir=visit.nir,
        key=visit.key or _key_of(visit.nir),
        regime="01",
        caisse=_NO_CAISSE,
        centre=_NO_CENTRE,
        born=f"{visit.born:%Y%m%d}" if visit.born else "19000101",
        name="",
        first_name="",
    )


def _key_of(nir: str) -> str:
    """The key of a number that was written without; a quote writes nothing with it."""
    digits = nir.replace("2A", "19").replace("2B", "18")
    return f"{97 - int(digits) % 97:02d}"
