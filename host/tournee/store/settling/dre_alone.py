"""A refused DRE corrected in its own place, its FSE kept: its records are others, its amounts the same.

The lots that held it keep their bytes whole, the history what it was; what returns said of it then is past.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tournee.errors import StoreError
from tournee.french import euros
from tournee.model.codes import DRE
from tournee.store.database import Database
from tournee.store.inserts import VisitDraft, check_number
from tournee.store.settling.corrections import DEAD
from tournee.store.states import SheetState
from tournee.store.tables.invoices import Invoices
from tournee.store.tables.lots import Lots
from tournee.store.tables.visits import Visits

_SHEETS = "SELECT id, kind, state, lot, lot_rank FROM sheet WHERE invoice = ? ORDER BY id"
_HELD = (
    "SELECT lot FROM former_lot WHERE sheet = ? UNION SELECT lot FROM sheet WHERE id = ? AND lot IS NOT NULL"
)
_PAID = "SELECT coalesce(sum(paid), 0) AS cents FROM payment WHERE sheet = ?"
_REFUSED = (SheetState.REFUSED, SheetState.PAYMENT_REFUSED)


@dataclass(frozen=True)
class DreDraft:
    """A DRE as it is to be: its CRF, its securing mode, its records 2 to 5."""

    crf: str
    mode: str
    records: bytes = field(repr=False)


class DreAlone:
    """Makes a refused DRE anew, alone."""

    def __init__(self, db: Database, visits: Visits, invoices: Invoices, lots: Lots) -> None:
        self._db, self._visits, self._invoices, self._lots = db, visits, invoices, lots

    def make(
        self, invoice_id: int, draft: DreDraft, before: bytes, visit: VisitDraft, date: str, reason: str
    ) -> int:
        """Put a DRE in the place of the refused one of an invoice, to be signed; and what is right in its
        visit's, which was `before`, at its `date` (AAAAMMJJ). Gives the sheet.

        StoreError when no DRE of it is refused, when nothing else of it stands, when money came of that DRE,
        and when the visit was changed meanwhile.
        """
        with self._db.step("make_dre_alone"):
            row = self._db.row("invoice", "visit, number", invoice_id)
            sheet, lot, rank = self._refused(invoice_id, f"{row['number']:09}")
            if self._visits.get(row["visit"]).payload != before:
                raise StoreError(
                    f"La visite {row['visit']} vient d’être changée.",
                    cause="une autre fenêtre y travaille",
                    next_step="affichez-la, puis recommencez.",
                )
            check_number(draft.records, "2", "facture", row["number"])
            held = sorted(one["lot"] for one in self._db.rows(_HELD, sheet, sheet))
            self._lots.keep_whole(held)
            if lot is not None:
                self._db.insert_all("former_lot", ("lot", "sheet", "lot_rank"), [(lot, sheet, rank)])
            self._invoices.write_anew(sheet, draft.crf, draft.mode, draft.records, held[-1], reason)
            self._db.write("UPDATE payment SET past = 1 WHERE sheet = ?", sheet)
            self._visits.put_right(row["visit"], visit, date, reason, billed=True)
            return sheet

    def _refused(self, invoice_id: int, number: str) -> tuple[int, int | None, int | None]:
        sheets = self._db.rows(_SHEETS, invoice_id)
        found = [row for row in sheets if row["kind"] == DRE and SheetState(row["state"]) in _REFUSED]
        if not found:
            raise StoreError(
                f"La facture {number} n’a pas de DRE refusée.",
                cause="sa part est payée, attendue, ou déjà corrigée",
                next_step="affichez l’état.",
            )
        if all(SheetState(row["state"]) in DEAD for row in sheets):
            raise StoreError(
                f"Rien de la facture {number} ne vaut plus.",
                next_step="corrigez la facture : elle repart entière, sous un autre numéro",
            )
        sheet = found[0]
        paid = int(self._db.rows(_PAID, sheet["id"])[0]["cents"])
        if paid:
            raise StoreError(
                f"La mutuelle a déjà payé {euros(paid)} € de la facture {number}.",
                next_step="réclamez-lui le reste, ou classez-le",
            )
        return sheet["id"], sheet["lot"], sheet["lot_rank"]
