"""A refused DRE corrected and sent alone: the insurer's number or the patient's there, on the same invoice.

The FSE keeps what it is, the caisse is asked nothing again. The DRE waits for the card of who signs it, and
goes with the next sending, in a lot of its own kind.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from tournee.app.cards import PsOnDuty
from tournee.app.certification import Signers, certify_invoice
from tournee.app.context import Office
from tournee.app.correcting.visits import standing_invoice
from tournee.app.finding import Thing
from tournee.app.visits.editing import NothingChangesError, retell
from tournee.app.visits.payers import NewPayer, add_payer, payers_of
from tournee.app.visits.retelling import Edit
from tournee.billing.dre_alone import insurer_in, insurer_told, mode_alone, signing_substitute, with_insurer
from tournee.billing.identity import PsIdentity
from tournee.config import Config
from tournee.errors import StoreError
from tournee.model.codes import DRE
from tournee.reader import Reader
from tournee.store import CorrectionState, InvoiceRow, SheetRow, SheetState
from tournee.store.settling.dre_alone import DreDraft

_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DreSentAlone:
    """The insurer's number and the patient's there as they go now; whether the insurer was added now."""

    number: str
    member: str
    added: bool


def refused_dre(invoice: InvoiceRow) -> SheetRow | None:
    """The refused DRE of an invoice."""
    found = (sheet for sheet in invoice.sheets if sheet.kind == DRE and sheet.state in _REFUSED)
    return next(found, None)


def insurer_of(invoice: InvoiceRow) -> str:
    """The number of the insurer whose DRE of an invoice was refused, "" for none."""
    sheet = refused_dre(invoice)
    return insurer_in(sheet.records)[0] if sheet is not None else ""


def goes_alone(thing: Thing) -> bool:
    """Whether what is meant of a visit is a refused DRE beside an invoice that stands."""
    return thing.invoice is not None and refused_dre(thing.invoice) is not None and _stands(thing)


def correct_dre(
    office: Office,
    config: Config | None,
    thing: Thing,
    number: str,
    member: str = "",
    *,
    payer: NewPayer | None = None,
    reason: str = "",
) -> DreSentAlone:
    """Make the refused DRE of an invoice that stands anew, to this insurer; `member` "" is the number that it
    had. One that `config` does not know is added, as `payer` says it.

    BillingError for numbers that are none, that were refused, or that a rule of the visit refuses; StoreError
    as of `DreAlone.make`, and while a correction of the invoice waits; ConfigError and CertificateError as of
    `add_payer`. Nothing is then changed.
    """
    invoice = thing.invoice
    sheet = refused_dre(invoice) if invoice is not None else None
    if invoice is None or sheet is None:
        raise StoreError(
            f"La facture {thing.number} n’a pas de DRE refusée.",
            cause="sa part mutuelle est payée, attendue, ou n’est pas demandée à part",
            next_step="affichez l’état",
        )
    if not _stands(thing):
        raise StoreError(
            f"Rien de la facture {thing.number} ne vaut plus : sa DRE ne repart pas seule.",
            next_step="corrigez la facture elle-même, elle repart entière",
            remedy="correct",
        )
    _refuse_waiting(office, invoice)
    before = insurer_in(sheet.records)
    amc = insurer_told(number, member or before[1])
    if (amc.number, amc.member) == before:
        raise NothingChangesError(
            "Ce sont les numéros qui ont été refusés.",
            cause=f"mutuelle {before[0]}, adhérent {before[1] or 'sans numéro'}",
            next_step="recopiez de l’attestation celui qui est faux ; s’ils sont justes, renvoyez la demande "
            "telle quelle, ou réclamez cette part au patient",
        )
    draft = DreDraft(f"D{amc.number}", mode_alone(sheet.mode), with_insurer(sheet.records, amc))
    told = retell(
        office, thing.visit.row, Edit({"amc": _told(amc.number, amc.member)}), twins=True, same=True
    )
    why = reason or f"mutuelle {amc.number} au lieu de {before[0]}"
    added = False
    if config is not None and not payers_of(config, amc.number):
        add_payer(config, payer or NewPayer(amc.number, f"mutuelle {amc.number}"), office.clock())
        added = True
    office.journal.dre_alone.make(invoice.id, draft, thing.visit.row.payload, told.draft, told.date, why)
    return DreSentAlone(amc.number, amc.member, added)


def waits_alone(invoice: InvoiceRow) -> bool:
    """Whether a DRE of it was corrected, and is not signed yet."""
    return any(sheet.is_alone and sheet.state is SheetState.MADE for sheet in invoice.sheets)


def undo_dre(office: Office, thing: Thing, reason: str = "") -> None:
    """Take the correction of a DRE back before it is signed: it is refused as it was. StoreError when none
    waits, or the visit was changed meanwhile.
    """
    invoice = thing.invoice
    if invoice is None:
        raise StoreError("Cette visite n’a pas de facture.", next_step="affichez l’état")
    number, member = insurer_in(office.journal.dre_alone.before(invoice.id).records)
    told = retell(office, thing.visit.row, Edit({"amc": _told(number, member)}), twins=True, same=True)
    why = reason or "correction annulée avant sa signature"
    office.journal.dre_alone.undo(invoice.id, thing.visit.row.payload, told.draft, told.date, why)


def sign_dre_alone(office: Office, reader: Reader, ps: PsOnDuty) -> int:
    """Have this card sign the corrected DRE that wait for it; gives how many. ReaderError, SignatureError:
    what was signed stays so.
    """
    journal, identity = office.journal, ps.identity
    sheets = [*journal.invoices.sheets(SheetState.MADE, identity.billing_number)]
    if identity.rpps:
        sheets += journal.invoices.sheets(SheetState.MADE, substitute=identity.rpps)
    waiting = {sheet.id: sheet for sheet in sheets if sheet.is_alone and _signs(sheet, identity)}
    for sheet in waiting.values():
        sevens = certify_invoice(
            reader, Signers(ps.certificate), sheet.records, kind=sheet.kind, mode=sheet.mode
        )
        journal.invoices.certified(sheet.id, sevens)
        _log.info("invoice %d: DRE alone certified", sheet.invoice_id)
    return len(waiting)


def _signs(sheet: SheetRow, identity: PsIdentity) -> bool:
    """Whether a sheet is for this card: the substitute's where hers signed at first, else the PS's."""
    substitute = signing_substitute(sheet.records)
    return identity.rpps == substitute if substitute else identity.billing_number == sheet.ps


def _stands(thing: Thing) -> bool:
    standing = standing_invoice(thing)
    return standing is not None and thing.invoice is not None and standing.id == thing.invoice.id


def _told(number: str, member: str) -> dict[str, str]:
    return {"numero": number, **({"adherent": member} if member else {})}


def _refuse_waiting(office: Office, invoice: InvoiceRow) -> None:
    waiting = office.journal.corrections.find(CorrectionState.WAITING, invoice.visit_id)
    if waiting:
        raise StoreError(
            f"Une correction de la facture {invoice.number} attend ({waiting[0].reason}) : sa DRE ne la "
            "dirait pas.",
            next_step="ôtez d’abord cette correction ; ou laissez-la attendre que la facture ne vaille plus",
            remedy="leave-correction",
        )
