"""A refused lot put right: its sheets freed for a new lot, the invoices at fault billed anew, links kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tournee.errors import StoreError
from tournee.model import Target
from tournee.store.database import Database
from tournee.store.inserts import number_of
from tournee.store.settling.acknowledgements import Acknowledgements
from tournee.store.statements import Row
from tournee.store.states import LotState, VisitState
from tournee.store.tables.effects import Effects
from tournee.store.tables.invoices import Invoices
from tournee.store.tables.visits import Visits

_REFUSED = """SELECT sheet.id, sheet.invoice, sheet.kind, sheet.state, sheet.lot, sheet.lot_rank,
    invoice.number, invoice.visit, visit.state AS visit_state,
    (SELECT max(later.id) FROM invoice AS later WHERE later.visit = invoice.visit) AS last_invoice
    FROM sheet JOIN invoice ON invoice.id = sheet.invoice JOIN visit ON visit.id = invoice.visit
    WHERE sheet.lot = ? AND sheet.state = 'refused' ORDER BY sheet.lot_rank"""

_REFUSED_IN_LOTS = """SELECT sheet.id, sheet.invoice, sheet.lot, lot.file FROM sheet
    JOIN lot ON lot.id = sheet.lot
    WHERE sheet.invoice = ? AND sheet.state = 'refused' AND lot.state = 'refused' ORDER BY sheet.id"""

_BESIDE = "SELECT id, invoice, kind FROM sheet WHERE invoice = ?"


@dataclass(frozen=True)
class Remade:
    """What became of a refused lot's sheets: the numbers of the invoices that go into a new lot as they are,
    and of those whose visit is to be billed anew.
    """

    as_they_are: tuple[str, ...]
    anew: tuple[str, ...]


class Remaking:
    """Puts refused lots right."""

    def __init__(
        self,
        db: Database,
        visits: Visits,
        invoices: Invoices,
        effects: Effects,
        acknowledgements: Acknowledgements,
    ) -> None:
        self._db, self._visits, self._invoices, self._effects = db, visits, invoices, effects
        self._acknowledgements = acknowledgements

    def faulty_invoices(self, lot_id: int) -> tuple[str, ...]:
        """Numbers of the invoices of a lot that returns blame, and that nobody put right yet: named by its
        refusal, or refused alone.
        """
        with self._db.reading():
            told = self._effects.applied_to("lot", lot_id)
            named = {row["invoice"] for _, row in told if row["invoice"] is not None}
            return tuple(
                f"{row['number']:09}"
                for row in self._db.rows(_REFUSED, lot_id)
                if _waits(row) and (row["invoice"] in named or self._is_refused_alone(row))
            )

    def is_duplicate_alone(self, invoice_id: int) -> bool:
        """Whether the lots of an invoice's refused sheets were refused for nothing but having been there
        already (0105): the first of them may still be accepted, and paid.
        """
        with self._db.reading():
            return any(
                not self._acknowledgements.is_truly_refused(row["lot"], row["file"])
                and not self._is_refused_alone(row)
                for row in self._db.rows(_REFUSED_IN_LOTS, invoice_id)
            )

    def was_taken_elsewhere(self, lot_id: int) -> bool:
        """Whether a lot is refused because the OCT has its numbers, or its file's, from another journal."""
        with self._db.reading():
            file = self._db.row("lot", "file", lot_id)["file"]
            told = [*self._effects.applied_to("lot", lot_id), *self._effects.applied_to("file", file or 0)]
            return any(
                effect.elsewhere and (effect.target is Target.FILE or row["lot"] == lot_id)
                for effect, row in told
            )

    def remake(self, lot_id: int, faulty: Collection[str], reason: str) -> Remade:
        """Take the refused sheets of a refused lot out of it, all in one step.

        Those of the invoices `faulty` (9-digit numbers) stay refused and their visit is pending again: it
        gets a new invoice under a new number. The others are certified sheets again, that enter the next lot
        as they are. StoreError when the lot is not refused, was only sent twice (0105), has nothing left to
        put right, or has no such invoice; and where the other sheet of one at fault may still be paid.
        """
        with self._db.step("remake_lot"):
            row = self._db.row("lot", "number, state, file", lot_id)
            name = f"Le lot {row['number']:03}"
            self._check_refused(lot_id, row, name)
            waiting = [sheet for sheet in self._db.rows(_REFUSED, lot_id) if _waits(sheet)]
            if not waiting:
                raise StoreError(f"{name} n’a plus rien à refaire.", next_step="affichez l’état.")
            wrong = {number_of(number) for number in faulty}
            strangers = sorted(wrong - {sheet["number"] for sheet in waiting})
            if strangers:
                raise StoreError(f"{name} n’a pas de facture {strangers[0]:09} à refaire.")
            anew = [sheet for sheet in waiting if sheet["number"] in wrong]
            freed = [sheet for sheet in waiting if sheet["number"] not in wrong]
            for sheet in anew:
                self._reopen(sheet["visit"], f"{sheet['number']:09}", reason)
            self._free(lot_id, freed, f"lot {row['number']:03} refait : {reason}")
            self._db.remember([("lot", lot_id, LotState.REFUSED, f"refait : {reason}")])
            return Remade(_numbers(freed), _numbers(anew))

    def _check_refused(self, lot_id: int, row: Row, name: str) -> None:
        if LotState(row["state"]) is not LotState.REFUSED:
            raise StoreError(f"{name} n’est pas refusé.", next_step="seul un lot refusé se refait.")
        if not self._acknowledgements.is_truly_refused(lot_id, row["file"]):
            raise StoreError(
                f"{name} a été refusé comme doublon : l’organisme l’avait déjà.",
                next_step="attendez l’accusé de son premier envoi ; le refaire le facturerait deux fois.",
            )

    def _free(self, lot_id: int, sheets: Sequence[Row], reason: str) -> None:
        """Let sheets enter the next lot; the one they leave keeps that it held them."""
        self._db.insert_all(
            "former_lot",
            ("lot", "sheet", "lot_rank"),
            [(lot_id, sheet["id"], sheet["lot_rank"]) for sheet in sheets],
        )
        self._invoices.leave_lots([sheet["id"] for sheet in sheets], reason)

    def _is_refused_alone(self, row: Row) -> bool:
        beside = [dict(sheet) for sheet in self._db.rows(_BESIDE, row["invoice"])]
        return self._acknowledgements.is_refused_alone(row["id"], beside)

    def _reopen(self, visit: int, number: str, reason: str) -> None:
        if self._visits.live_invoice(visit) is not None:
            raise StoreError(
                f"L’autre pièce de la facture {number} n’est pas refusée.",
                cause="facturée de nouveau, elle serait payée deux fois",
                next_step="attendez son accusé ; si elle est acceptée, voyez avec l’organisme.",
            )
        self._db.move("visit", [visit], VisitState.PENDING, reason)


def _waits(sheet: Row) -> bool:
    """Whether nobody put a refused sheet's visit right yet."""
    is_last = sheet["last_invoice"] == sheet["invoice"]
    return is_last and VisitState(sheet["visit_state"]) is VisitState.DONE


def _numbers(sheets: Sequence[Row]) -> tuple[str, ...]:
    return tuple(f"{sheet['number']:09}" for sheet in sheets)
