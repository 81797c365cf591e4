"""A refused lot put right: what was at fault is billed anew, all else goes into a new lot, links are kept.

The invoices that the ARL blames are made again under a new number and certified anew (domain 4.4); the
others are as good as before: they are closed again, in a lot with a new number, signed by the carer's card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tournee.app.context import Office
from tournee.app.finding import find_invoice
from tournee.errors import StoreError
from tournee.store import InvoiceRow, LotRow, LotState

LOT_LENGTH = 3
_INVOICE_FAULTS = ("0103",)  # ARL codes that speak of an invoice, be it named or not


@dataclass(frozen=True)
class RemadeLot:
    """A refused lot that was put right: invoices that wait for a new lot, and for a new certification."""

    lot: LotRow
    as_they_are: tuple[str, ...]
    anew: tuple[str, ...]


def remake_lot(
    office: Office,
    number: str,
    *,
    ps: str = "",
    invoices: Sequence[str] = (),
    all_invoices: bool = False,
    reason: str = "",
) -> RemadeLot:
    """Put the refused lot `number` right (OCT-RET-2).

    Billed anew are the invoices that its returns blame and those of `invoices` (numbers, or whatever names
    them), or all of them; the others wait to be closed in a new lot. StoreError when there is no such lot,
    when it cannot be remade, or when the ARL speaks of an invoice without saying which. Of a lot whose
    numbers the OCT has from another journal, all invoices are billed anew.
    """
    return _remake(
        office, _refused_lot(office, number, ps), invoices, all_invoices=all_invoices, reason=reason
    )


def remake_file(office: Office, name: str, *, ps: str = "", reason: str = "") -> list[RemadeLot]:
    """Put right all refused lots of the file `name` that wait for it; StoreError when none does."""
    wanted = {row.id for row in office.journal.waiting.lots_not_put_right() if row.file == name.zfill(6)}
    lots = [lot for lot in office.journal.lots.find(LotState.REFUSED, ps) if lot.id in wanted]
    if not lots:
        raise StoreError(
            f"Aucun lot du fichier {name.zfill(6)} n’attend d’être refait.",
            next_step="les alertes nomment les fichiers dont un lot est refusé",
            remedy="alerts",
        )
    if len({lot.ps for lot in lots}) > 1:
        raise StoreError(
            f"Plusieurs professionnels ont un fichier {name.zfill(6)} refusé.",
            next_step="indiquez le numéro de l’un d’eux",
            remedy="say-whose",
        )
    made = []
    for lot in lots:
        if any(row.id == lot.id for row in office.journal.waiting.lots_not_put_right()):
            made.append(_remake(office, lot, (), all_invoices=False, reason=reason))
    return made


def _remake(
    office: Office, lot: LotRow, invoices: Sequence[str], *, all_invoices: bool, reason: str
) -> RemadeLot:
    all_invoices = all_invoices or office.journal.remaking.was_taken_elsewhere(lot.id)
    blamed = office.journal.remaking.faulty_invoices(lot.id)
    named = {_named(office, lot, invoice) for invoice in invoices}
    if all_invoices:
        named = {
            sheet.invoice
            for sheet in map(office.journal.invoices.sheet, lot.sheet_ids)
            if sheet.lot_id == lot.id
        }
    elif not named and not blamed and lot.reason.startswith(_INVOICE_FAULTS):
        raise StoreError(
            f"Le lot {lot.number} est refusé pour une facture que l’ARL ne nomme pas ({lot.reason}).",
            next_step="nommez-la, ou refaites-les toutes",
            remedy="remake-lot",
        )
    made = office.journal.remaking.remake(lot.id, named | set(blamed), reason or lot.reason)
    return RemadeLot(office.journal.lots.get(lot.id), made.as_they_are, made.anew)


def _named(office: Office, lot: LotRow, words: str) -> str:
    """The number of the invoice that words name, in this lot when it is a patient of several."""

    def held(row: InvoiceRow) -> bool:
        return any(sheet.lot_id == lot.id for sheet in row.sheets)

    one, row = find_invoice(office, words, ps=lot.ps, fits=lambda one: any(map(held, one.invoices)))
    return next(filter(held, reversed(one.invoices)), row).number


def _refused_lot(office: Office, number: str, ps: str) -> LotRow:
    """The last lot of this number; lot numbers come again after 999, and each professional has their own."""
    wanted = number.zfill(LOT_LENGTH)
    found = [lot for lot in office.journal.lots.find(LotState.REFUSED, ps) if lot.number == wanted]
    if not found:
        raise StoreError(
            f"Aucun lot {wanted} n’est refusé.",
            next_step="les alertes nomment ceux qui le sont",
            remedy="alerts",
        )
    if len({lot.ps for lot in found}) > 1:
        raise StoreError(
            f"Plusieurs professionnels ont un lot {wanted} refusé.",
            next_step="indiquez le numéro de l’un d’eux",
            remedy="say-whose",
        )
    return found[-1]
