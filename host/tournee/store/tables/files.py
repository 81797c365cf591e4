"""Files of lots, framed for sending. Their bytes are those of their lots, between a head and a tail of their
own; a request of the opposition list is all head; a file of pieces has those in the place of lots.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from tournee.errors import StoreError
from tournee.store.content import Kept, recut
from tournee.store.database import Database
from tournee.store.inserts import FileDraft, check_number
from tournee.store.integrity.keyed_digests import keyed_file
from tournee.store.numbering.numbers import Numbers
from tournee.store.pieces.parts import PieceParts
from tournee.store.rows import FileRow
from tournee.store.statements import Row
from tournee.store.states import FileState
from tournee.store.tables.lots import Lots
from tournee.store.tables.sealed_chunks import SealedChunks

_COLUMNS = (
    "id, ps, number, route, party, invoices, state, size, digest, reason_sealed, head_sealed, tail_sealed"
)

_FILES = f"SELECT {_COLUMNS} FROM file"  # noqa: S608 (columns of ours)


class LotFiles:
    """Files, each for one party."""

    def __init__(
        self, db: Database, numbers: Numbers, lots: Lots, chunks: SealedChunks, pieces: PieceParts
    ) -> None:
        self._db, self._numbers, self._lots, self._chunks = db, numbers, lots, chunks
        self._pieces = pieces

    def make(self, ps: str, lot_ids: Sequence[int], build: Callable[[int], FileDraft]) -> int:
        """Give the next file name, and journal what `build(number)` puts around these certified lots of `ps`,
        in order.
        """
        with self._db.step("make_file"):
            if not lot_ids:
                raise StoreError("Un fichier a au moins un lot.")
            return self.keep(ps, lot_ids, build, "")

    def keep(
        self,
        ps: str,
        lots: Sequence[int],
        build: Callable[[int], FileDraft],
        detail: str,
        pieces: Callable[[], Iterable[bytes]] = tuple,
    ) -> int:
        """A file under the next name, inside a step: its id. `detail` is what its history says; `pieces`
        gives those that it joins, once it is built.
        """
        number = self._numbers.file()
        draft = build(number)
        check_number(draft.head[draft.start :], "000", "fichier", number)
        digest, size = hashlib.sha256(), 0
        for part in chain((draft.head,), self._lots.records(lots), pieces(), (draft.tail,)):
            digest.update(part)
            size += len(part)
        file = self._db.new_id("file")
        self._db.insert(
            "file",
            id=file,
            ps=ps,
            number=number,
            route=draft.route,
            party=draft.party,
            invoices=draft.invoices,
            state=FileState.MADE.value,
            size=size,
            digest=keyed_file(self._db.cipher, digest.digest()),
            head_sealed=self._db.encrypt(draft.head, "file", "head", file),
            tail_sealed=self._db.encrypt(draft.tail, "file", "tail", file),
        )
        self._db.remember([("file", file, FileState.MADE, detail)])
        if lots:
            self._lots.enter_file(file, f"fichier {number:06}", lots, ps)
        return file

    def find(self, state: FileState | None = None, ps: str = "") -> tuple[FileRow, ...]:
        """Files in the order they were made, in one state or in any, of one PS or of all."""
        with self._db.reading():
            rows = self._db.matching(_FILES, "id", state=state.value if state else "", ps=ps)
            return tuple(map(self._row, rows))

    def get(self, file_id: int) -> FileRow:
        """One file."""
        with self._db.reading():
            return self._row(self._db.row("file", _COLUMNS, file_id))

    def sent(self, file_id: int) -> None:
        """A message carried the file: it, its lots and their sheets are sent, unless they are so already."""
        if self._db.state("file", file_id) is FileState.MADE:
            self._db.move("file", [file_id], FileState.SENT)
            self._lots.sent(self._lots.in_file(file_id))

    def _parts(self, row: Row) -> Iterator[bytes]:
        """All the bytes of a file, one lot or piece at a time; StoreError at the end when they are not the
        ones that it was made of.
        """
        file, digest = row["id"], hashlib.sha256()
        head = self._db.decrypt(row["head_sealed"], "file", "head", file)
        tail = self._db.decrypt(row["tail_sealed"], "file", "tail", file)
        lots = self._lots.records(self._lots.in_file(file))
        for part in chain((head,), lots, self._pieces.of_file(file), (tail,)):
            digest.update(part)
            yield part
        if keyed_file(self._db.cipher, digest.digest()) != row["digest"]:
            raise StoreError(
                f"Le fichier {row['number']:06} n’est plus celui qui a été fait.",
                cause="le journal est endommagé",
                next_step="n’effacez rien ; restaurez la dernière sauvegarde.",
            )

    def _content(self, row: Row) -> Kept:
        if row["digest"] is None:
            return self._chunks.content("file", "clear", row["id"])
        return Kept(row["size"], lambda: recut(self._parts(row)))

    def _row(self, row: Row) -> FileRow:
        file = row["id"]
        return FileRow(
            id=file,
            ps=row["ps"],
            name=f"{row['number']:06}",
            route=row["route"],
            content=self._content(row),
            invoices=row["invoices"],
            state=FileState(row["state"]),
            reason=self._db.decrypt_text(row["reason_sealed"], "file", "reason", file),
            lot_ids=tuple(self._lots.in_file(file)),
            party=row["party"],
        )
