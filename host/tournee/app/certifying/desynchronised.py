"""Mode 04, désynchronisé: the Vitale card seals at the bedside, the PS's card signs later, the same bytes.

Both steps are journaled: a sheet is made, sealed (à contresigner), then certified. Repeated after a crash,
each goes on where it stopped, and a signature asked for again is the same.
"""

from __future__ import annotations

import logging
from functools import partial

from tournee.app.cards import PsOnDuty, VitaleInReader, certificate_now
from tournee.app.certification import Signers, countersign_invoice, seal_invoice
from tournee.app.certify import in_mode, make_sheets
from tournee.app.certifying.last_read import carer_last_read, keep_cards
from tournee.app.certifying.replacing import identity_for
from tournee.app.context import Office
from tournee.billing.identity import PsIdentity
from tournee.billing.kept.judged import read_judged
from tournee.billing.visit import JudgedVisit
from tournee.errors import BillingError
from tournee.formats import records
from tournee.model.codes import DESYNCHRONISED
from tournee.reader import Reader
from tournee.store import InvoiceRow, SheetRow, SheetState, VisitRow, VisitState

_ACT, _MORE = "4", "4E"
_log = logging.getLogger(__name__)


def seal_visit(
    office: Office,
    reader: Reader,
    ps: PsOnDuty | None,
    vitale: VitaleInReader,
    row: VisitRow,
    visit: JudgedVisit,
) -> InvoiceRow:
    """Make the invoice of one visit, unless it has one, and have the Vitale card seal its sheets; gives the
    invoice.

    The PS's card may be there, and its code is not needed; without it who cared is the one last read. Raises
    what `certify_visit` does, and NotReadError when no card of hers ever was.
    """
    visit = in_mode(visit, DESYNCHRONISED)
    identity = ps.identity if ps is not None else carer_last_read(office, visit)
    invoice_id = make_sheets(office, identity_for(office, identity, visit), vitale, row, visit)
    for sheet in office.journal.invoices.get(invoice_id).sheets:
        if sheet.state is SheetState.MADE:
            _require_later(sheet)
            signers = Signers(b"", vitale.certificate, partial(certificate_now, office, reader, vitale))
            sevens = seal_invoice(reader, signers, sheet.records, kind=sheet.kind)
            office.journal.invoices.sealed(sheet.id, sevens)
            _log.info("visit %d, invoice %d: %s sealed", row.id, invoice_id, sheet.kind)
    keep_cards(office, ps, vitale)
    return office.journal.invoices.get(invoice_id)


def visits_to_seal(office: Office, vitale: VitaleInReader) -> list[tuple[VisitRow, JudgedVisit]]:
    """The visits with a card, of any carer, of the patient whose card is there."""
    nir = vitale.patients[0].nir if vitale.patients else ""
    rows = office.journal.visits.find(state=VisitState.PENDING)
    told = [(row, read_judged(row.payload)) for row in rows]
    return [(row, visit) for row, visit in told if visit.visit.by_card and visit.nir == nir]


def to_countersign(office: Office, ps: PsIdentity) -> list[InvoiceRow]:
    """The invoices that wait for the signature of this card: those of care that its holder gave."""
    sheets = [*office.journal.invoices.sheets(SheetState.SEALED, ps.billing_number)]
    if ps.rpps:
        sheets += office.journal.invoices.sheets(SheetState.SEALED, substitute=ps.rpps)
    mine = {sheet.invoice_id for sheet in sheets if sheet.substitute in ("", ps.rpps)}
    return list(office.journal.invoices.get_all(sorted(mine)))


def countersign(office: Office, reader: Reader, ps: PsOnDuty, invoice: InvoiceRow) -> InvoiceRow:
    """Have the PS's card sign what the Vitale card sealed, the same bytes; gives the invoice, certified.

    BillingError when the card is not that of who the invoice says cared; ReaderError, SignatureError.
    """
    for sheet in invoice.sheets:
        if sheet.state is SheetState.SEALED:
            _require_same_carer(sheet, ps.identity)
            sevens = countersign_invoice(
                reader, Signers(ps.certificate), sheet.records, sheet.sevens, kind=sheet.kind
            )
            office.journal.invoices.certified(sheet.id, sevens)
            _log.info("invoice %d: %s countersigned", invoice.id, sheet.kind)
    keep_cards(office, ps, None)
    return office.journal.invoices.get(invoice.id)


def _require_later(sheet: SheetRow) -> None:
    """Refuse to seal alone an invoice that was made for both cards at once."""
    if sheet.mode != DESYNCHRONISED:
        raise BillingError(
            f"La facture {sheet.invoice} a été préparée pour être signée par les deux cartes.",
            cause="une certification a commencé avec la carte CPS, puis s’est arrêtée",
            next_step="terminez-la avec les deux cartes",
        )


def _require_same_carer(sheet: SheetRow, ps: PsIdentity) -> None:
    """The card is that of who the records say cared: her number or her replacement's, her RPPS number, her
    speciality.
    """
    expected = {"rpps_executant": ps.rpps, "specialite": ps.speciality}
    if not sheet.substitute:
        expected["executant"] = ps.billing_number
    for at in range(0, len(sheet.records), records.RECORD_LENGTH):
        kind, said = records.decode(sheet.records[at : at + records.RECORD_LENGTH])
        if kind not in (_ACT, _MORE):
            continue
        for name, value in expected.items():
            if name in said and str(said[name]).strip("0 ") and str(said[name]) != value:
                raise BillingError(
                    f"La facture {sheet.invoice} n’est pas de {ps.first_name} {ps.name}.",
                    cause=f"elle a été préparée pour {said[name]}, la carte insérée dit {value or 'rien'}",
                    next_step="contresignez avec la carte de qui a soigné, ou annulez la visite",
                )
