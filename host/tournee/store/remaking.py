"""A refused lot put right: its sheets freed for a new lot, the invoices at fault billed anew, links kept."""

from collections.abc import Collection
from dataclasses import dataclass

from tournee.errors import StoreError
from tournee.store.acknowledgements import Acknowledgements
from tournee.store.numbers import number_of
from tournee.store.states import LotState, SheetState, VisitState


@dataclass(frozen=True)
class Remade:
    """What became of a refused lot's sheets: the numbers of the invoices that go into a new lot as they are,
    and of those whose visit is to be billed anew.
    """

    as_they_are: tuple[str, ...]
    anew: tuple[str, ...]


class Remaking(Acknowledgements):
    """The part of the journal that puts refused lots right."""

    def faulty_invoices(self, lot_id: int) -> tuple[str, ...]:
        """Numbers of the invoices of a lot that returns blame: named by its refusal, or refused alone."""
        query = """SELECT invoice.number, sheet.* FROM sheet JOIN invoice ON invoice.id = sheet.invoice
            WHERE sheet.lot = ?1 AND sheet.state = 'refused' ORDER BY sheet.lot_rank"""
        with self._reading():
            named = {
                int(row["invoice"])
                for row in self._rows("SELECT invoice FROM effect WHERE applied AND lot = ?", lot_id)
                if row["invoice"] is not None
            }
            return tuple(
                f"{row['number']:09}"
                for row in self._rows(query, lot_id)
                if row["invoice"] in named or self._is_refused_alone(row)
            )

    def remake_lot(self, lot_id: int, faulty: Collection[str], reason: str) -> Remade:
        """Take the refused sheets of a refused lot out of it, all in one step.

        Those of the invoices `faulty` (9-digit numbers) stay refused and their visit is pending again: it
        gets a new invoice under a new number. The others are certified sheets again, that enter the next lot
        as they are. StoreError when the lot is not refused, was only sent twice (0105), has nothing left to
        put right, or has no such invoice; and where the other sheet of one at fault may still be paid.
        """
        with self._step("remake_lot"):
            row = self._row("lot", lot_id)
            name = f"Le lot {row['number']:03}"
            if LotState(row["state"]) is not LotState.REFUSED:
                raise StoreError(f"{name} n’est pas refusé.", next_step="Seul un lot refusé se refait.")
            if not self._is_truly_refused(lot_id):
                raise StoreError(
                    f"{name} a été refusé comme doublon : l’organisme l’avait déjà.",
                    next_step="Attendez l’accusé de son premier envoi ; le refaire le facturerait deux fois.",
                )
            sheets = self._rows(
                """SELECT sheet.*, invoice.number, invoice.visit FROM sheet
                JOIN invoice ON invoice.id = sheet.invoice
                WHERE sheet.lot = ? AND sheet.state = 'refused' ORDER BY sheet.lot_rank""",
                lot_id,
            )
            wrong = {number_of(number) for number in faulty}
            waiting = [sheet for sheet in sheets if self._waits(sheet["invoice"], sheet["visit"])]
            if not waiting:
                raise StoreError(f"{name} n’a plus rien à refaire.", next_step="Affichez l’état.")
            strangers = sorted(wrong - {sheet["number"] for sheet in waiting})
            if strangers:
                raise StoreError(f"{name} n’a pas de facture {strangers[0]:09} à refaire.")
            anew, freed = [], []
            for sheet in waiting:
                if sheet["number"] in wrong:
                    self._reopen(sheet["visit"], f"{sheet['number']:09}", reason)
                    anew.append(f"{sheet['number']:09}")
                    continue
                self._db.execute(
                    "INSERT INTO former_lot VALUES (?, ?, ?)", (lot_id, sheet["id"], sheet["lot_rank"])
                )
                self._db.execute("UPDATE sheet SET lot = NULL, lot_rank = NULL WHERE id = ?", (sheet["id"],))
                self._move(
                    "sheet", sheet["id"], SheetState.CERTIFIED, f"lot {row['number']:03} refait : {reason}"
                )
                self._give_reason("sheet", sheet["id"], "")
                freed.append(f"{sheet['number']:09}")
            self._remember("lot", lot_id, LotState.REFUSED, f"refait : {reason}")
            return Remade(tuple(freed), tuple(anew))

    def _waits(self, invoice: int, visit: int) -> bool:
        """Whether nothing was done yet about a refused sheet of this invoice."""
        newer = self._rows("SELECT 1 FROM invoice WHERE visit = ? AND id > ?", visit, invoice)
        return not newer and self._state("visit", visit) is VisitState.DONE

    def _reopen(self, visit: int, number: str, reason: str) -> None:
        if self._rows("SELECT 1 FROM live_invoice WHERE visit = ?", visit):
            raise StoreError(
                f"L’autre pièce de la facture {number} n’est pas refusée.",
                cause="facturée de nouveau, elle serait payée deux fois",
                next_step="Attendez son accusé ; si elle est acceptée, voyez avec l’organisme.",
            )
        self._move("visit", visit, VisitState.PENDING, reason)
