"""The carer decides whose rights count, the card's or the service's; what she decides is kept and used.

A service's rights never change what the card said: an invoice is made of the ones that she chose. When the
caisse is another, invoices of that person that have not left are given up and made anew: none is patched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from tournee.app.context import Office
from tournee.app.correcting.visits import in_no_lot
from tournee.app.services.rights.answer import CARD, OLD_ON_LINE, ON_LINE, RightsAnswer, latest
from tournee.billing.identity import Patient
from tournee.billing.kept.judged import read_judged
from tournee.billing.pricing.recipients import Recipients, fse_crf
from tournee.billing.visit import AMO_PAYS, BOTH_PAY, JudgedVisit, Person, Visit
from tournee.errors import BillingError
from tournee.model.codes import FSE
from tournee.practice.patient_file import PatientFile

CHOICES = (CARD, ON_LINE)
_OTHER_CAISSE = "la caisse n’est plus la même : elle est refaite"


@dataclass(frozen=True)
class RightsChosen:
    """What was decided: the answer as it stands now, and the visits whose invoices are to be made anew."""

    answer: RightsAnswer
    anew: tuple[int, ...] = ()


def choose(
    office: Office, person: Patient | PatientFile, choice: str, *, though_old: bool = False
) -> RightsChosen:
    """Decide for a person's visits from now on; `though_old`: by an answer that is old too. BillingError when
    there is nothing to choose.
    """
    answer = latest(office, person)
    if choice not in CHOICES:
        raise BillingError(
            f"« {choice} » n’est pas un choix.", next_step=f"choisissez : {', '.join(CHOICES)}"
        )
    if answer is None or answer.patient is None:
        raise BillingError(
            "Le service des droits n’a rien dit de cette personne.", next_step="demandez d’abord ses droits"
        )
    today = office.clock().date()
    if choice == ON_LINE and answer.is_old(today) and not though_old:
        raise BillingError(
            f"Cette réponse a {answer.days(today)} jours.",
            cause="les droits ont pu changer depuis",
            next_step="redemandez-les, ou dites que vous vous en servez quand même",
        )
    word = OLD_ON_LINE if choice == ON_LINE and answer.is_old(today) else choice
    office.journal.requests.choose(answer.row.id, word)
    anew = _given_up(office, answer.patient) if choice == ON_LINE else ()
    return RightsChosen(replace(answer, row=office.journal.requests.get(answer.row.id)), anew)


def in_force(office: Office, patient: Patient, visit: JudgedVisit) -> tuple[Patient, JudgedVisit]:
    """The patient and the visit as they are billed: by the card, or by the service where the carer chose so.
    Who it is and which card stay the card's. BillingError when the card's rights are closed, the service says
    open ones, and nothing is chosen.
    """
    answer = latest(office, patient)
    if answer is None or answer.patient is None:
        return patient, visit
    today = office.clock().date()
    if answer.counts(today):
        return _by_service(patient, answer), _aided(visit, answer)
    days = _days(visit.visit)
    is_closed = not all(map(patient.has_rights_on, days))
    if is_closed and not answer.row.choice and all(map(answer.patient.has_rights_on, days)):
        raise BillingError(
            f"Les droits de la carte de {patient.first_name} {patient.name} sont fermés ; ouverts en ligne.",
            cause=f"réponse {answer.row.origin} du {answer.at:%d/%m/%Y à %H:%M}",
            next_step="choisissez lesquels comptent, puis recommencez",
            remedy="droits",
        )
    return patient, visit


def _by_service(card: Patient, answer: RightsAnswer) -> Patient:
    told = answer.patient
    assert told is not None
    return replace(
        card,
        regime=told.regime,
        caisse=told.caisse,
        centre=told.centre,
        quality=told.quality,
        coverage=told.coverage,
        rights=told.rights,
        amc=told.amc,
        accidents=told.accidents,
    )


def _aided(judged: JudgedVisit, answer: RightsAnswer) -> JudgedVisit:
    """A visit without a card on days of the AME: the caisse pays all, directly, unless the visit says its
    attestation itself.
    """
    visit, aid = judged.visit, answer.state_aid
    told = visit.entitlement
    if aid is None or told.state_aid is not None or visit.by_card or not all(map(aid.holds, _days(visit))):
        return judged
    paid = visit.third_party if visit.third_party in (AMO_PAYS, BOTH_PAY) else AMO_PAYS
    aided = replace(visit, entitlement=replace(told, state_aid=aid), amc=None, third_party=paid)
    return replace(judged, visit=aided)


def _days(visit: Visit) -> list[str]:
    return [f"{passage.day:%Y%m%d}" for passage in visit.passages]


def _given_up(office: Office, told: Patient) -> tuple[int, ...]:
    """Give up a person's invoices that are in no lot and were made for another caisse; their visits, which
    are to be done again.
    """
    anew = []
    recipients = office.recipients or Recipients.packaged()
    who = Person(told.nir, _born(told.born), told.birth_rank)
    for known in office.journal.known.of_person(told.nir, "00000000", "99999999"):
        if known.invoice_id is None:
            continue
        visit = read_judged(office.journal.visits.get(known.id).payload).visit
        invoice = office.journal.invoices.get(known.invoice_id)
        caisse = recipients.find(told.regime, told.caisse, told.centre, visit.day)
        if caisse is None or not visit.person.same(who) or not in_no_lot(invoice):
            continue
        crf = fse_crf(told, caisse)
        if any(sheet.kind == FSE and sheet.crf != crf for sheet in invoice.sheets):
            office.journal.invoices.abandon(invoice.id, _OTHER_CAISSE)
            anew.append(known.id)
    return tuple(anew)


def _born(digits: str) -> date | None:
    """A day of birth, None for a lunar one."""
    try:
        return datetime.strptime(digits, "%Y%m%d").date()
    except ValueError:
        return None
