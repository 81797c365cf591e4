"""A refused DRE settled in one step, its FSE kept: it goes again, or the patient owes its share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tournee.app.context import Office
from tournee.app.visits.payers import NewPayer, add_payer, payers_of
from tournee.config import Config
from tournee.errors import StoreError
from tournee.model.codes import DRE
from tournee.store import CorrectionState, InvoiceRow, SheetRow, SheetState

_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)


@dataclass(frozen=True)
class SentAgain:
    """The insurer's number, whether it was added now, and the invoices whose DRE go with it."""

    number: str
    added: bool
    invoices: tuple[str, ...]


def charge_patient(office: Office, invoice: InvoiceRow, reason: str) -> int:
    """Have the patient owe the complementary share of a refused DRE; gives it in cents. StoreError when none
    was refused, and while a correction of the invoice waits.
    """
    _refuse_corrected(office, invoice)
    return office.journal.given_up.charge_patient(invoice.id, reason or "part mise à la charge du patient")


def send_dre_again(
    office: Office,
    config: Config,
    invoice: InvoiceRow,
    *,
    name: str = "",
    address: str = "",
    certificate: Path | None = None,
) -> SentAgain:
    """Add the insurer of a refused DRE to those that can be billed, unless it is, and take its DRE out of
    their refused lot as they are: the next lot holds them.

    StoreError when no DRE of the invoice was refused, or its insurer itself refused to pay it, and while a
    correction of the invoice waits, which would not be in what goes; ConfigError
    and CertificateError as of `add_payer`: nothing is then changed.
    """
    _refuse_corrected(office, invoice)
    sheet = _refused(invoice)
    if sheet.state is not SheetState.REFUSED or sheet.lot_id is None:
        raise StoreError(
            f"La mutuelle a refusé de payer la DRE de la facture {invoice.number} : elle ne repart pas "
            "telle quelle.",
            next_step="demandez cette part au patient, ou passez-la en perte avec un mot",
        )
    number = sheet.crf[1:]
    lot = office.journal.lots.get(sheet.lot_id)
    added = not payers_of(config, number)
    if added:
        new = NewPayer(number, name or f"mutuelle {number}", address=address, certificate=certificate)
        add_payer(config, new, office.clock())
    made = office.journal.remaking.remake(lot.id, (), f"mutuelle {number} à facturer")
    return SentAgain(number, added, made.as_they_are)


def _refuse_corrected(office: Office, invoice: InvoiceRow) -> None:
    waiting = office.journal.corrections.find(CorrectionState.WAITING, invoice.visit_id)
    if waiting:
        raise StoreError(
            f"Une correction de la facture {invoice.number} attend ({waiting[0].reason}) : sa DRE resterait "
            "ce qu’elle était.",
            next_step="ôtez d’abord cette correction ; ou laissez-la attendre que la facture ne vaille plus",
            remedy="leave-correction",
        )


def _refused(invoice: InvoiceRow) -> SheetRow:
    found = [sheet for sheet in invoice.sheets if sheet.kind == DRE and sheet.state in _REFUSED]
    if not found:
        raise StoreError(f"La facture {invoice.number} n’a pas de DRE refusée.", next_step="affichez l’état.")
    return found[0]
