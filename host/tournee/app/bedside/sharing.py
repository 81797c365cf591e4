"""What a visit comes to and who gives it, before anything is signed: caisse, mutuelle, patient; in cents."""

from __future__ import annotations

from dataclasses import dataclass

from tournee.app.bedside.care_visit import JudgedCare
from tournee.app.cards import PsOnDuty, VitaleInReader
from tournee.app.certify import splitter_of
from tournee.app.certifying.last_read import NotReadError, carer_last_read, rights_of
from tournee.app.certifying.replacing import OtherCarerError, identity_for
from tournee.app.context import Office
from tournee.billing.identity import IdentityError, Patient
from tournee.billing.invoice import choose_patient, make_invoice
from tournee.billing.judging import Verdict
from tournee.billing.quote import quote
from tournee.billing.rules.visit import RuleError
from tournee.billing.visit import Visit
from tournee.errors import BillingError, OppositionError

_ANY_NUMBER = 1


@dataclass(frozen=True)
class Shared:
    """`due` is what the patient gives on the spot; `supposed`: no card was read, plain rights stand in.

    `refused` are the reasons why it cannot be billed with what the cards say, in French.
    """

    fee: int
    amo: int
    amc: int
    due: int
    supposed: bool
    refused: tuple[str, ...] = ()


def shares_of(
    office: Office, care: JudgedCare, ps: PsOnDuty | None, vitale: VitaleInReader | None
) -> Shared | None:
    """The shares of a visit by the cards that are there, else by those last read, else by plain rights; None
    for one that is no visit to bill.
    """
    judged = care.judged
    if judged is None or not judged.lines:
        return None
    supposed = quote(Verdict(judged, (), ()))
    refused = tuple(one.text for one in care.mistakes)
    try:
        patient = _patient(office, judged.visit, vitale)
        if patient is None:
            raise NotReadError("")
        identity = ps.identity if ps is not None else carer_last_read(office, judged)
        invoice = make_invoice(
            identity_for(office, identity, judged),
            patient,
            judged,
            _ANY_NUMBER,
            splitter=splitter_of(office.route),
            recipients=office.recipients,
        )
    except NotReadError:
        return Shared(supposed.fee, supposed.amo, supposed.amc, supposed.due, supposed.supposed, refused)
    except RuleError as error:
        found = (*refused, *(one.text for one in error.breaches))
        return Shared(supposed.fee, supposed.amo, supposed.amc, supposed.due, True, found)
    except (IdentityError, OtherCarerError, BillingError, OppositionError) as error:
        return Shared(supposed.fee, supposed.amo, supposed.amc, supposed.due, True, (*refused, error.message))
    return Shared(invoice.fee, invoice.amo, invoice.amc, invoice.due, False, refused)


def _patient(office: Office, visit: Visit, vitale: VitaleInReader | None) -> Patient | None:
    if visit.typed is not None:
        return visit.typed
    if vitale is not None and visit.by_card and vitale.patients and vitale.patients[0].nir == visit.nir:
        return choose_patient(vitale.patients, visit)
    try:
        return rights_of(office, visit).patient
    except NotReadError:
        return None
