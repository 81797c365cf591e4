"""Lots: certified sheets gathered, numbered in turn and certified. Their bytes are those of their sheets,
between a head and a tail of their own.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from tournee.errors import StoreError
from tournee.formats import records
from tournee.store.database import Database
from tournee.store.inserts import LotDraft, check_number
from tournee.store.integrity.keyed_digests import keyed_bytes
from tournee.store.numbering.numbers import Numbers
from tournee.store.rows import LotRow
from tournee.store.statements import Row
from tournee.store.states import LotState
from tournee.store.tables.invoices import Invoices
from tournee.store.tables.sealed_chunks import SealedChunks

_COLUMNS = """id, ps, number, kind, crf, mode, date, state, file, reason_sealed, sevens_sealed, digest,
    head_sealed, tail_sealed"""

_LOTS = f"SELECT {_COLUMNS} FROM lot"  # noqa: S608 (columns of ours)

_HELD = """SELECT id AS sheet, lot_rank FROM sheet WHERE lot = ?
    UNION SELECT sheet, lot_rank FROM former_lot WHERE lot = ? ORDER BY lot_rank"""
"""The sheets that a lot held when it was made."""

_REMAKES = """SELECT number FROM lot WHERE id IN (SELECT max(lot) FROM former_lot WHERE lot < ? AND sheet IN
    (SELECT id FROM sheet WHERE lot = ? UNION SELECT sheet FROM former_lot WHERE lot = ?) GROUP BY sheet)
    ORDER BY id"""

_REMADE_IN = """SELECT number FROM lot WHERE id IN (SELECT coalesce(
    (SELECT min(later.lot) FROM former_lot AS later WHERE later.sheet = former.sheet AND later.lot > ?),
    sheet.lot) FROM former_lot AS former JOIN sheet ON sheet.id = former.sheet WHERE former.lot = ?)
    ORDER BY id"""


class Lots:
    """Lots of FSE and of DRE."""

    def __init__(self, db: Database, numbers: Numbers, invoices: Invoices, chunks: SealedChunks) -> None:
        self._db, self._numbers, self._invoices, self._chunks = db, numbers, invoices, chunks

    def make(
        self,
        ps: str,
        kind: str,
        crf: str,
        mode: str,
        sheet_ids: Sequence[int],
        build: Callable[[int], LotDraft],
    ) -> int:
        """Give the next lot number of `ps`, and journal what `build(number)` puts around these sheets, in
        order.

        The sheets must be certified, of this PS, kind, CRF and mode; they are then in the lot. Returns the
        lot's id.
        """
        with self._db.step("make_lot"):
            if not sheet_ids:
                raise StoreError("Un lot a au moins une facture.")
            number = self._numbers.lot(ps)
            draft = build(number)
            check_number(draft.head, "1", "lot", number)
            lot = self._db.new_id("lot")
            self._db.insert(
                "lot",
                id=lot,
                ps=ps,
                number=number,
                kind=kind,
                crf=crf,
                mode=mode,
                date=_lot_date(draft.head),
                state=LotState.MADE.value,
                head_sealed=self._db.encrypt(draft.head, "lot", "head", lot),
                tail_sealed=self._db.encrypt(draft.tail, "lot", "tail", lot),
            )
            self._db.remember([("lot", lot, LotState.MADE, "")])
            self._invoices.enter_lot(lot, f"lot {number:03}", sheet_ids, ps, kind, crf, mode)
            digest = draft.digest or self._digest(draft, sheet_ids)
            self._db.update("lot", lot, digest=keyed_bytes(self._db.cipher, digest, "lot"))
            return lot

    def certified(self, lot_id: int, sevens: bytes) -> None:
        """Keep the records 7 of a lot; the same certificate again changes nothing."""
        with self._db.step("lot_certified"):
            kept = self._db.row("lot", "sevens_sealed", lot_id)["sevens_sealed"]
            if sevens and self._db.decrypt(kept, "lot", "sevens", lot_id) == sevens:
                return
            self._db.move("lot", [lot_id], LotState.CERTIFIED)
            self._db.update("lot", lot_id, sevens_sealed=self._db.encrypt(sevens, "lot", "sevens", lot_id))

    def dissolve(self, lot_id: int, reason: str) -> None:
        """Give up a lot that is not certified: its sheets can enter another, its number is not given again in
        this turn. Its bytes are then kept as they were.
        """
        with self._db.step("dissolve_lot"):
            row = self._db.row("lot", _COLUMNS, lot_id)
            self._db.move("lot", [lot_id], LotState.ABANDONED, reason)
            self._db.give_reason("lot", lot_id, reason)
            self._keep_whole(row)
            self._invoices.leave_lots(self._held(lot_id), reason)

    def find(self, state: LotState | None = None, ps: str = "") -> tuple[LotRow, ...]:
        """Lots in the order they were made, in one state or in any, of one PS or of all."""
        with self._db.reading():
            rows = self._db.matching(_LOTS, "id", state=state.value if state else "", ps=ps)
            return tuple(map(self._row, rows))

    def ids(self, state: LotState | None = None, ps: str = "") -> tuple[int, ...]:
        """The ids of the lots that `find` gives."""
        with self._db.reading():
            rows = self._db.matching("SELECT id FROM lot", "id", state=state.value if state else "", ps=ps)
            return tuple(int(row["id"]) for row in rows)

    def get(self, lot_id: int) -> LotRow:
        """One lot."""
        with self._db.reading():
            return self._row(self._db.row("lot", _COLUMNS, lot_id))

    # --- for a DRE alone ---

    def keep_whole(self, lots: Iterable[int]) -> None:
        """Keep the bytes of these lots as they are: a sheet of theirs is to have others."""
        for lot in lots:
            self._keep_whole(self._db.row("lot", _COLUMNS, lot))

    # --- for files ---

    def enter_file(self, file: int, name: str, lots: Sequence[int], ps: str) -> None:
        """Put certified lots into a file, in order; StoreError for one of another professional."""
        found = self._db.among("SELECT id, ps FROM lot WHERE id IN ({marks})", lots)
        owners = {row["id"]: row["ps"] for row in found}
        for lot in lots:
            if owners.get(lot, ps) != ps:
                raise StoreError(f"Le lot {lot} n’est pas du professionnel {ps}.")
        self._db.move("lot", lots, LotState.IN_FILE, name)
        self._db.write_among("UPDATE lot SET file = ? WHERE id IN ({marks})", [file], lots)
        self._db.update_each("lot", "file_rank", {lot: rank for rank, lot in enumerate(lots, 1)})

    def in_file(self, file: int) -> list[int]:
        """The lots of a file, in order."""
        rows = self._db.rows("SELECT id FROM lot WHERE file = ? ORDER BY file_rank", file)
        return [row["id"] for row in rows]

    def records(self, lots: Sequence[int]) -> Iterator[bytes]:
        """The certified bytes of these lots, one after another, each whole."""
        for lot in lots:
            row = self._db.row("lot", _COLUMNS, lot)
            yield self._body(row) + self._sevens(row)

    def sent(self, lots: Sequence[int]) -> None:
        """These lots and their sheets are sent."""
        self._db.move("lot", lots, LotState.SENT)
        self._invoices.sent(lots)

    # --- its own ---

    def _keep_whole(self, row: Row) -> None:
        if row["digest"] is not None:
            self._chunks.keep(self._parts(row), "lot", "body", row["id"])
            self._db.update("lot", row["id"], digest=None, head_sealed=None, tail_sealed=None)

    def _digest(self, draft: LotDraft, sheets: Sequence[int]) -> bytes:
        return hashlib.sha256(b"".join((draft.head, *self._invoices.bodies(sheets), draft.tail))).digest()

    def _held(self, lot: int) -> list[int]:
        return [row["sheet"] for row in self._db.rows(_HELD, lot, lot)]

    def _parts(self, row: Row) -> tuple[bytes, ...]:
        """The records 1 to 6 of a lot kept as what surrounds its sheets; StoreError when they are not the
        ones that it was made of.
        """
        lot, digest = row["id"], hashlib.sha256()
        parts = (
            self._db.decrypt(row["head_sealed"], "lot", "head", lot),
            *self._invoices.bodies(self._held(lot)),
            self._db.decrypt(row["tail_sealed"], "lot", "tail", lot),
        )
        for part in parts:
            digest.update(part)
        if keyed_bytes(self._db.cipher, digest.digest(), "lot") != row["digest"]:
            raise StoreError(
                f"Le lot {row['number']:03} n’est plus celui qui a été fait.",
                cause="le journal est endommagé",
                next_step="n’effacez rien ; restaurez la dernière sauvegarde.",
            )
        return parts

    def _body(self, row: Row) -> bytes:
        """Its records 1 to 6."""
        if row["digest"] is None:
            return bytes(self._chunks.content("lot", "body", row["id"]))
        return b"".join(self._parts(row))

    def _sevens(self, row: Row) -> bytes:
        return self._db.decrypt(row["sevens_sealed"], "lot", "sevens", row["id"])

    def _row(self, row: Row) -> LotRow:
        lot = row["id"]
        return LotRow(
            id=lot,
            ps=row["ps"],
            number=f"{row['number']:03}",
            kind=row["kind"],
            crf=row["crf"],
            mode=row["mode"],
            date=row["date"],
            state=LotState(row["state"]),
            read_body=lambda: self._body(row),
            sevens=self._sevens(row),
            file_id=row["file"],
            reason=self._db.decrypt_text(row["reason_sealed"], "lot", "reason", lot),
            sheet_ids=tuple(self._held(lot)),
            remakes=self._numbers_of(_REMAKES, lot, lot, lot),
            remade_in=self._numbers_of(_REMADE_IN, lot, lot),
        )

    def _numbers_of(self, query: str, *lots: int) -> tuple[str, ...]:
        return tuple(f"{row['number']:03}" for row in self._db.rows(query, *lots))


def _lot_date(head: bytes) -> str:
    start, length = records.locate("1", "date")
    return head[start : start + length].decode("ascii")
