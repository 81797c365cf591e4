"""Lots and files: certified sheets gathered, numbered in turn, certified, and framed for sending."""

import sqlite3
from collections.abc import Callable, Sequence
from itertools import chain

from tournee.errors import StoreError
from tournee.formats import records
from tournee.store.content import recut
from tournee.store.drafts import FileDraft
from tournee.store.numbers import check_number
from tournee.store.pieces import Contents
from tournee.store.rows import FileRow, LotRow
from tournee.store.states import FileState, LotState, SheetState

LAST_LOT = 999
"""Lot numbers run from 001 to 999 in turn (profile, CRF)."""

LAST_FILE = 999_999
"""A file name has 6 digits and comes once in its cycle (profile, 000 50+6)."""


_FILES = "SELECT id, ps, number, route, party, invoices, state, reason_sealed FROM file"

_MEMBERS = """SELECT sheet.id, sheet.kind, sheet.crf, sheet.mode, invoice.ps FROM sheet
    JOIN invoice ON invoice.id = sheet.invoice WHERE sheet.id IN ({marks}) ORDER BY sheet.id"""

_REMAKES = """SELECT number FROM lot WHERE id IN (SELECT max(lot) FROM former_lot WHERE lot < ?1 AND sheet IN
    (SELECT id FROM sheet WHERE lot = ?1 UNION SELECT sheet FROM former_lot WHERE lot = ?1) GROUP BY sheet)
    ORDER BY id"""

_REMADE_IN = """SELECT number FROM lot WHERE id IN (SELECT coalesce(
    (SELECT min(later.lot) FROM former_lot AS later WHERE later.sheet = former.sheet AND later.lot > ?1),
    sheet.lot) FROM former_lot AS former JOIN sheet ON sheet.id = former.sheet WHERE former.lot = ?1)
    ORDER BY id"""


class Lots(Contents):
    """The part of the journal that follows lots and files."""

    def make_lot(
        self,
        ps: str,
        kind: str,
        crf: str,
        mode: str,
        sheet_ids: Sequence[int],
        build: Callable[[int], bytes],
    ) -> int:
        """Give the next lot number of `ps`, and journal the records 1 to 6 that `build(number)` makes of
        these sheets, in order.

        The sheets must be certified, of this PS, kind, CRF and mode; they are then in the lot. Returns the
        lot's id.
        """
        with self._step("make_lot"):
            if not sheet_ids:
                raise StoreError("Un lot a au moins une facture.")
            number = self._next_number(ps, "lot", LAST_LOT, cycles=True)
            body = build(number)
            check_number(body, "1", "lot", number)
            lot = self._new_id("lot")
            self._db.execute(
                "INSERT INTO lot (id, ps, number, kind, crf, mode, date, state, body_sealed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    lot,
                    ps,
                    number,
                    kind,
                    crf,
                    mode,
                    _lot_date(body),
                    LotState.MADE.value,
                    self._seal(body, "lot", "body", lot),
                ),
            )
            self._remember("lot", lot, LotState.MADE, "")
            self._check_sheets(sheet_ids, (ps, kind, crf, mode))
            self._move_all("sheet", sheet_ids, SheetState.IN_LOT, f"lot {number:03}")
            self._db.executemany(
                "UPDATE sheet SET lot = ?, lot_rank = ? WHERE id = ?",
                [(lot, rank, sheet) for rank, sheet in enumerate(sheet_ids, 1)],
            )
            return lot

    def lot_certified(self, lot_id: int, sevens: bytes) -> None:
        """Keep the records 7 of a lot; the same certificate again changes nothing."""
        with self._step("lot_certified"):
            row = self._row("lot", lot_id)
            if self._unseal(row["sevens_sealed"], "lot", "sevens", lot_id) == sevens and sevens:
                return
            self._move("lot", lot_id, LotState.CERTIFIED)
            sealed = self._seal(sevens, "lot", "sevens", lot_id)
            self._db.execute("UPDATE lot SET sevens_sealed = ? WHERE id = ?", (sealed, lot_id))

    def dissolve_lot(self, lot_id: int, reason: str) -> None:
        """Give up a lot that is not certified: its sheets can enter another, its number is not given again in
        this turn.
        """
        with self._step("dissolve_lot"):
            self._move("lot", lot_id, LotState.ABANDONED, reason)
            self._give_reason("lot", lot_id, reason)
            rows = self._rows("SELECT id FROM sheet WHERE lot = ? ORDER BY lot_rank", lot_id)
            self._move_all("sheet", [row["id"] for row in rows], SheetState.CERTIFIED, reason)
            self._db.execute("UPDATE sheet SET lot = NULL, lot_rank = NULL WHERE lot = ?", (lot_id,))

    def make_file(self, ps: str, lot_ids: Sequence[int], build: Callable[[int], FileDraft]) -> int:
        """Give the next file name, and journal the file of `ps` that `build(number)` makes of these certified
        lots, in order. All professionals of a journal share one counter, so that a name says which file.
        """
        with self._step("make_file"):
            if not lot_ids:
                raise StoreError("Un fichier a au moins un lot.")
            file, number = self._keep_file(ps, build, "")
            for rank, lot in enumerate(lot_ids, 1):
                if self._row("lot", lot)["ps"] != ps:
                    raise StoreError(f"Le lot {lot} n’est pas du professionnel {ps}.")
                self._move("lot", lot, LotState.IN_FILE, f"fichier {number:06}")
                self._db.execute("UPDATE lot SET file = ?, file_rank = ? WHERE id = ?", (file, rank, lot))
            return file

    def _keep_file(self, ps: str, build: Callable[[int], FileDraft], detail: str) -> tuple[int, int]:
        """A file of `ps` under the next name: its id and that name as a number."""
        number = self._next_number("", "file", LAST_FILE, cycles=True)
        draft = build(number)
        pieces = recut(draft.clear)
        first = next(pieces)
        check_number(first, "000", "fichier", number)
        file = self._new_id("file")
        sealed = self._keep_content(chain((first,), pieces), "file", "clear", file)
        self._db.execute(
            "INSERT INTO file (id, ps, number, route, party, invoices, state, clear_sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (file, ps, number, draft.route, draft.party, draft.invoices, FileState.MADE.value, sealed),
        )
        self._remember("file", file, FileState.MADE, detail)
        return file, number

    def lots(self, state: LotState | None = None, ps: str = "") -> tuple[LotRow, ...]:
        """Lots in the order they were made, in one state or in any, of one PS or of all."""
        query = "SELECT * FROM lot WHERE (?1 IS NULL OR state = ?1) AND (?2 = '' OR ps = ?2) ORDER BY id"
        with self._reading():
            return tuple(self._lot_row(row) for row in self._rows(query, state.value if state else None, ps))

    def lot_ids(self, state: LotState | None = None, ps: str = "") -> tuple[int, ...]:
        """The ids of the lots that `lots` gives, their records left where they are."""
        query = "SELECT id FROM lot WHERE (?1 IS NULL OR state = ?1) AND (?2 = '' OR ps = ?2) ORDER BY id"
        with self._reading():
            return tuple(int(row["id"]) for row in self._rows(query, state.value if state else None, ps))

    def lot(self, lot_id: int) -> LotRow:
        """One lot."""
        with self._reading():
            return self._lot_row(self._row("lot", lot_id))

    def files(self, state: FileState | None = None, ps: str = "") -> tuple[FileRow, ...]:
        """Files in the order they were made, in one state or in any, of one PS or of all."""
        query = f"{_FILES} WHERE (?1 IS NULL OR state = ?1) AND (?2 = '' OR ps = ?2) ORDER BY id"
        with self._reading():
            return tuple(self._file_row(row) for row in self._rows(query, state.value if state else None, ps))

    def file(self, file_id: int) -> FileRow:
        """One file."""
        with self._reading():
            return self._file_row(self._row("file", file_id))

    def _check_sheets(self, sheets: Sequence[int], wanted: tuple[str, ...]) -> None:
        """Every sheet must have the PS, kind, CRF and mode of its lot."""
        for row in self._among(_MEMBERS, sheets):
            found = (row["ps"], row["kind"], row["crf"], row["mode"])
            if found != wanted:
                raise StoreError(
                    f"La pièce {row['id']} ({' '.join(found)}) n’est pas de ce lot ({' '.join(wanted)})."
                )

    def _lot_row(self, row: sqlite3.Row) -> LotRow:
        lot = row["id"]
        sheets = self._rows(
            """SELECT id, lot_rank FROM sheet WHERE lot = ?1
            UNION SELECT sheet, lot_rank FROM former_lot WHERE lot = ?1 ORDER BY lot_rank""",
            lot,
        )
        return LotRow(
            lot,
            row["ps"],
            f"{row['number']:03}",
            row["kind"],
            row["crf"],
            row["mode"],
            row["date"],
            LotState(row["state"]),
            self._unseal(row["body_sealed"], "lot", "body", lot),
            self._unseal(row["sevens_sealed"], "lot", "sevens", lot),
            row["file"],
            self._unseal(row["reason_sealed"], "lot", "reason", lot).decode(),
            tuple(sheet["id"] for sheet in sheets),
            self._numbers(_REMAKES, lot),
            self._numbers(_REMADE_IN, lot),
        )

    def _numbers(self, query: str, lot: int) -> tuple[str, ...]:
        return tuple(f"{row['number']:03}" for row in self._rows(query, lot))

    def _file_row(self, row: sqlite3.Row) -> FileRow:
        file = row["id"]
        lots = self._rows("SELECT id FROM lot WHERE file = ? ORDER BY file_rank", file)
        return FileRow(
            file,
            row["ps"],
            f"{row['number']:06}",
            row["route"],
            self._content("file", "clear", file),
            row["invoices"],
            FileState(row["state"]),
            self._unseal(row["reason_sealed"], "file", "reason", file).decode(),
            tuple(lot["id"] for lot in lots),
            row["party"],
        )


def _lot_date(body: bytes) -> str:
    start, length = records.locate("1", "date")
    return body[start : start + length].decode("ascii")
