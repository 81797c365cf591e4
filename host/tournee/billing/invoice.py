"""An invoice: one visit's acts, priced and shared out between patient, caisse and AMC."""

from dataclasses import dataclass

from tournee.billing.breach import Breach
from tournee.billing.engagement import Engagement, share_fault, with_engaged
from tournee.billing.identity import Amc, IdentityError, Patient, PsIdentity
from tournee.billing.pricing.accident import accident_of, billed_for
from tournee.billing.pricing.claims import Claim, amc_in_force, claim_of
from tournee.billing.pricing.coverage import Cover, common_cover, covered
from tournee.billing.pricing.line import PricedLine
from tournee.billing.pricing.recipients import Recipient, Recipients
from tournee.billing.pricing.shares import InvoiceLine, share_out
from tournee.billing.rules.patient import patient_breaches
from tournee.billing.rules.payers import payer_breaches
from tournee.billing.rules.visit import RuleError, contract_needs_an_oct
from tournee.billing.visit import AMC_PAYS, AMO_PAYS, BOTH_PAY, Accident, JudgedVisit, Splitter, Visit
from tournee.errors import BillingError
from tournee.model.codes import DRE

NUMBER_MAX = 999_999_999
FEES_MAX = 99_999_999  # cents, eight columns of record 5


@dataclass(frozen=True)
class Invoice:
    """One invoice, whole. It makes one FSE, one DRE or both, under one number (group 1110 field 1)."""

    number: int
    ps: PsIdentity
    patient: Patient
    visit: Visit
    claim: Claim
    cover: Cover  # what its acts have in common
    accident: Accident | None
    recipient: Recipient
    lines: tuple[InvoiceLine, ...]
    unbilled: tuple[PricedLine, ...]  # done and not billed: a third act, what the day's forfait includes
    rectifies: str = ""  # number of the invoice of the same visit that was refused (group 1110 field 5)
    engagement: Engagement | None = None  # what the AMC engaged itself to on line

    @property
    def fee(self) -> int:
        """What the carer asks, in cents."""
        return sum(line.fee for line in self.lines)

    @property
    def amo(self) -> int:
        """Compulsory insurer's share, in cents."""
        return sum(line.amo for line in self.lines)

    @property
    def amc(self) -> int:
        """Complementary share asked of an AMC, in cents; 0 when none is asked."""
        return sum(self.amc_of(line) for line in self.lines)

    def amc_of(self, line: InvoiceLine) -> int:
        """One act's complementary share, in cents."""
        return line.remainder if self.claim.amc is not None else 0

    @property
    def paid(self) -> int:
        """Record 5 column 74: the fee less the shares that group 1410 says a third party pays directly."""
        by_amo = self.amo if self.visit.third_party in (AMO_PAYS, BOTH_PAY) else 0
        by_amc = self.amc if self.visit.third_party in (AMC_PAYS, BOTH_PAY) else 0
        return self.fee - by_amo - by_amc

    @property
    def complementary_third_party(self) -> int:
        """Group 1321 field 5: the complementary share when its third-party payment is asked, in cents."""
        asked = self.visit.third_party in (AMC_PAYS, BOTH_PAY) or self.visit.complementary_third_party
        return self.amc if asked else 0

    @property
    def due(self) -> int:
        """What the patient really owes, in cents: `paid` counts group 1410 alone, contract 99 uses 1321."""
        return self.paid - (self.amc if self.visit.complementary_third_party else 0)


def make_invoice(
    ps: PsIdentity,
    patient: Patient,
    judged: JudgedVisit,
    number: int,
    *,
    splitter: Splitter = Splitter.OCT,
    rectifies: str = "",
    recipients: Recipients | None = None,
    engagement: Engagement | None = None,
) -> Invoice:
    """Share out a visit that was judged and priced; the journal never gives `number` twice.

    What remains to be judged are the cards, and the way it will be sent: `splitter`, by whom it has it split
    (contract 99 allows the OCT alone). `rectifies` is the number of the refused invoice that it stands for;
    `recipients` the caisses that are known, None: those that come with Tournée. `engagement`: what the AMC
    said on line that it pays; its cents stand in the lines.
    Raises RuleError with every rule broken (OCT-X-1, OCT-EF-2, OCT-EF-3, rights, age).
    """
    if not 1 <= number <= NUMBER_MAX:
        raise BillingError(f"Le numéro de facture {number} ne tient pas sur 9 chiffres.")
    visit, who = judged.visit, f"{patient.first_name} {patient.name}"
    if visit.ceam is not None:
        raise BillingError(
            "Une visite sur carte européenne (CEAM) ne fait pas de facture.",
            cause="elle est hors télétransmission",
            next_step="remettez au patient sa feuille de soins",
        )
    breaches = (
        *contract_needs_an_oct(visit, splitter),
        *patient_breaches(visit, patient, ps),
        *payer_breaches(judged, patient),
    )
    if breaches:
        raise RuleError(breaches, who)
    shared = [entry for entry in covered(patient, visit, judged.lines) if entry[0].billed]
    lines = share_out(shared)
    if not lines:
        raise RuleError((Breach(("actes",), "rien à facturer : tout est compris ou gratuit"),), who)
    if sum(line.fee for line in lines) > FEES_MAX:
        raise RuleError((Breach(("actes",), "le total dépasse ce qu’une facture peut porter"),), who)
    if engagement is not None:
        lines = _engaged(lines, engagement, amc_in_force(visit, patient))
    claim = claim_of(visit, patient, sum(line.remainder for line in lines))
    if claim.amc is None and DRE in claim.documents:
        asked = Breach(
            ("documents",), "une DRE est demandée et la caisse paie tout : il ne reste rien à demander"
        )
        raise RuleError((asked,), who)
    patient = billed_for(patient, visit)
    return Invoice(
        number=number,
        ps=ps,
        patient=patient,
        visit=visit,
        claim=claim,
        cover=common_cover([cover for _, _, cover in shared]),
        accident=accident_of(visit, patient),
        recipient=(recipients or Recipients.packaged()).of(
            patient.regime, patient.caisse, patient.centre, visit.day
        ),
        lines=lines,
        unbilled=tuple(line for line in judged.lines if not line.billed),
        rectifies=rectifies,
        engagement=engagement if claim.amc is not None else None,
    )


def _engaged(
    lines: tuple[InvoiceLine, ...], engagement: Engagement, amc: Amc | None
) -> tuple[InvoiceLine, ...]:
    """The lines by the insurer's word; BillingError for that of another, or one that does not fit."""
    fault = share_fault(engagement.shares, lines)
    if amc is None or amc.number != engagement.insurer:
        fault = "il est d’un autre organisme complémentaire"
    if fault:
        raise BillingError(f"L’engagement {engagement.number} ne va pas avec la facture.", cause=fault)
    return with_engaged(lines, engagement)


def choose_patient(patients: list[Patient], visit: Visit) -> Patient:
    """Find the visit's patient among a card's beneficiaries; IdentityError when none or several fit."""
    if not patients:
        raise IdentityError("La carte Vitale ne porte aucun bénéficiaire.")
    if patients[0].nir != visit.nir:
        raise IdentityError(
            f"La carte Vitale insérée est celle de {patients[0].first_name} {patients[0].name}.",
            cause=f"la visite attend la carte du NIR {visit.nir}.",
            next_step="insérez la bonne carte, ou passez la visite en mode dégradé.",
        )
    born = f"{visit.born:%Y%m%d}" if visit.born else ""
    found = [
        patient
        for patient in patients
        if born in ("", patient.born) and visit.birth_rank in ("", patient.birth_rank)
    ]
    if not born and not visit.birth_rank:
        found = found[:1]  # the insured person, first on the card
    if len(found) != 1:
        names = ", ".join(
            f"{patient.first_name} né(e) le {patient.born[6:]}/{patient.born[4:6]}/{patient.born[:4]} "
            f"rang {patient.birth_rank}"
            for patient in patients
        )
        raise IdentityError(
            "Aucun bénéficiaire de la carte ne correspond à la visite."
            if not found
            else "Plusieurs bénéficiaires de la carte correspondent à la visite.",
            cause=f"la carte porte : {names}.",
            next_step="précisez naissance, et rang_naissance pour des jumeaux.",
        )
    return found[0]
