"""The care sheet of an invoice made without its card, as the piece that proves it: printed, then drawn."""

from __future__ import annotations

import logging

from tournee import logs
from tournee.app.context import Office
from tournee.app.pieces.fitting import fitted
from tournee.app.pieces.keeping import keep_made
from tournee.app.pieces.needs import PieceStanding, needed_pieces
from tournee.errors import BillingError, ConfigError
from tournee.formats.proof_table import CARE_SHEET
from tournee.model.codes import DEGRADED
from tournee.store import LotRow

_log = logging.getLogger(__name__)


def make_care_sheets(office: Office, lot: LotRow) -> None:
    """Make those of a lot of mode 05 that are not there: one of the carer's own, signed and scanned, is left
    as it is. Where they cannot be made here they lack, and the lot waits.
    """
    if lot.mode != DEGRADED:
        return
    invoices = [invoice for invoice, _ in office.journal.pieces.invoices_in(lot.id)]
    for one in needed_pieces(office, invoices, lot.id):
        if one.nature == CARE_SHEET and one.standing is PieceStanding.MISSING:
            from tournee.app.accounts.paper_sheet import sheet_of_invoice
            from tournee.documents.pieces.making import Source

            try:
                pdf = sheet_of_invoice(office, one.invoice)
                told, data = fitted([Source(pdf)], "F", black_and_white=True)
            except (BillingError, ConfigError) as error:
                _log.warning("care sheet not made: %s", logs.where(error))
                continue
            keep_made(office, told, data, invoice_id=one.invoice.id)
