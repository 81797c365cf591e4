"""A visit secured by the cards in the reader, kept for later, passed, or undone before it is sent."""

from __future__ import annotations

from dataclasses import replace

from tournee.app.bedside.care_visit import CareVisit, VisitStanding, take
from tournee.app.bedside.changing import Told
from tournee.app.cards import PsOnDuty, VitaleInReader
from tournee.app.certify import certify_visit
from tournee.app.certifying.last_read import is_known
from tournee.app.context import Office
from tournee.app.correcting.visits import cancel_visit, in_no_lot
from tournee.app.practice.dossiers import Dossier
from tournee.app.practice.patients import meet
from tournee.app.practice.rounds import keep_round
from tournee.app.visits.degraded import ToldIdentity, bill_degraded
from tournee.billing.kept.judged import read_judged
from tournee.errors import BillingError, StoreError
from tournee.french import of_name
from tournee.practice.patient_file import ORGANISME_DIGITS, PatientFile
from tournee.reader import Reader
from tournee.store import InvoiceRow, VisitState

CARD_REASONS = {
    "plus-tard": "Oubliée, elle viendra plus tard",
    "illisible": "Illisible ou cassée",
    "perdue": "Perdue ou volée",
    "attendue": "Pas encore reçue",
    "opposition": "En opposition",
}
"""Why a Vitale card is not there, in the order in which they are asked."""

_LATER, _OPPOSED = "plus-tard", "opposition"


def secure(
    office: Office,
    reader: Reader,
    care: CareVisit,
    told: Told,
    ps: PsOnDuty,
    vitale: VitaleInReader | None,
    without_card: str = "",
) -> InvoiceRow:
    """Have a visit signed, as it is `told`: taken into the journal, billed, certified in the reader.

    `without_card` is the reason, of CARD_REASONS, why it is done in dégradé. Called again after a crash it
    goes on where it stopped. Raises what `take`, `bill_degraded` and `certify_visit` do.
    """
    if care.standing not in (VisitStanding.DONE, VisitStanding.SEALED):
        patient = care.patient
        care = take(office, care, told)
        assert care.thing is not None
        if without_card and care.thing.visit.judged.visit.by_card:
            _without_card(office, care, patient, _reason(without_card), opposed=without_card == _OPPOSED)
    assert care.thing is not None
    row = office.journal.visits.get(care.thing.id)
    if row.state is VisitState.ABANDONED:
        raise StoreError("Cette visite a été passée.", next_step="reprenez-la d’abord")
    return certify_visit(office, reader, ps, vitale, row, read_judged(row.payload))


def _without_card(
    office: Office, care: CareVisit, patient: Dossier[PatientFile] | None, reason: str, *, opposed: bool
) -> None:
    """By the rights of a card that was read before; else by what the file says of the patient."""
    assert care.thing is not None
    if is_known(office, care.person.nir) and not opposed:
        bill_degraded(office, care.thing.id, reason, no_card=True)
    else:
        bill_degraded(office, care.thing.id, reason, _identity(patient))


def lacks_insurance(office: Office, care: CareVisit) -> bool:
    """Whether régime, caisse and centre have to be copied from the attestation before it is billed so."""
    read = care.patient.told.last_read if care.patient is not None else None
    return read is None and not is_known(office, care.person.nir)


def note_insurance(office: Office, care: CareVisit, digits: str) -> None:
    """Keep régime (2 digits), caisse (3) and centre (4) of a patient, off the attestation. BillingError."""
    told = "".join(digits.split())
    if len(told) != ORGANISME_DIGITS or not told.isdecimal() or care.patient is None:
        raise BillingError(
            "Il faut le régime, la caisse et le centre, 9 chiffres en tout.",
            cause="la carte de ce patient n’a jamais été lue ici",
            next_step="recopiez-les de l’attestation de droits",
        )
    meet(office, care.patient.told.insured_by(told), "typed")


def _identity(patient: Dossier[PatientFile] | None) -> ToldIdentity:
    """Who the patient is as the file knows it, and the insurance as it was read last."""
    if patient is None:
        return ToldIdentity()
    file, read = patient.told, patient.told.last_read
    told = ToldIdentity(file.name, file.first_name, file.key, file.as_person.born)
    if read is None:
        return told
    who = read.beneficiary
    return replace(told, key=told.key or who.key, organisme=f"{who.regime}{who.caisse}{who.centre}")


def _reason(word: str) -> str:
    if word not in CARD_REASONS or word == _LATER:
        raise BillingError(
            "Pourquoi la carte n’est pas là ?",
            next_step="choisissez la raison : elle est écrite sur la facture",
        )
    return CARD_REASONS[word].lower()


def keep_for_card(office: Office, care: CareVisit, told: Told) -> CareVisit:
    """Have a visit wait for its card: nothing is signed, nothing is lost, the round goes on."""
    taken = take(office, care, told)
    keep_round(
        office,
        taken.day,
        taken.ps,
        lambda kept: replace(kept, waiting=tuple(sorted({*kept.waiting, taken.key}))),
    )
    return replace(taken, waits=True)


def can_undo(care: CareVisit) -> bool:
    """Whether its invoice is in no lot yet."""
    invoice = care.thing.invoice if care.thing is not None else None
    return (
        invoice is not None
        and care.standing in (VisitStanding.DONE, VisitStanding.SEALED)
        and in_no_lot(invoice)
    )


def undo(office: Office, care: CareVisit) -> None:
    """Give an invoice up before it is sent: its number is lost, its visit is to be done again. StoreError."""
    if not can_undo(care):
        raise StoreError(
            f"La facture {of_name(care.name)} est déjà préparée pour l’envoi.",
            next_step="elle se corrige dans « À régler », une fois la réponse reçue",
        )
    assert care.thing is not None and care.thing.invoice is not None
    office.journal.invoices.abandon(care.thing.invoice.id, "annulée avant l’envoi")


def pass_visit(office: Office, care: CareVisit, told: Told, reason: str = "visite non faite") -> None:
    """Set a visit of today aside: it is not billed, and the round goes on."""
    taken = take(office, care, told)
    assert taken.thing is not None
    cancel_visit(office, taken.thing.id, reason)
