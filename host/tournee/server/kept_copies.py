"""Copies of journals: chains of encrypted parts that nobody here reads, each part behind the one before it.

A journal has one device at a time, and an epoch that grows when another takes it over. What comes of an older
epoch, or does not follow what is here, is refused: it never replaces anything silently.
"""

from __future__ import annotations

from dataclasses import dataclass

from tournee.exchange.practice_server.requests import PartFacts
from tournee.server.devices import EnrolledDevice
from tournee.server.records import ServerRecords
from tournee.server.refusals import RefusalError

CHAINS_KEPT = 3
BOXES_KEPT = 5
PARTS_MAX = 4_000
_PARTS = "SELECT epoch, chain, rank, step, whole, size, digest, at FROM part"


@dataclass(frozen=True)
class JournalFacts:
    """A journal that a device may read the copies of: its id, epoch, whose it is, and how far its newest
    whole copy goes (step, and when it came; 0 and "" without one).
    """

    id: str
    epoch: int
    device: str
    step: int
    at: str


class KeptCopies:
    """All copies, and what is kept beside each journal."""

    def __init__(self, records: ServerRecords) -> None:
        self._records = records

    def claim(self, journal: str, device: EnrolledDevice) -> int:
        """The journal's epoch, for the device that has it, or is the first to speak of it. RefusalError
        (`superseded` where another took it over, `others-journal`).
        """
        with self._records.step("claim"):
            rows = self._records.rows("SELECT epoch, device FROM journal WHERE id = ?", journal)
            if not rows:
                self._records.add("journal", id=journal, epoch=1, device=device.id)
                return 1
        if rows[0]["device"] != device.id:
            raise RefusalError("others-journal")
        return int(rows[0]["epoch"])

    def put(self, journal: str, device: EnrolledDevice, part: PartFacts, after: str, data: bytes) -> None:
        """Keep a part behind the one of digest `after`; one that is here already is kept no second time.
        RefusalError (`older-epoch`, `not-following`).
        """
        epoch = self.claim(journal, device)
        if part.epoch != epoch:
            raise RefusalError("older-epoch" if part.epoch < epoch else "not-following")
        query = f"{_PARTS} WHERE journal = ? AND epoch = ? ORDER BY chain DESC, rank DESC LIMIT 1"
        rows = self._records.rows(query, journal, epoch)
        head = _part(rows[0]) if rows else None
        if head is not None and (head.chain, head.rank) == (part.chain, part.rank):
            if head.digest == part.digest:
                return
            raise RefusalError("not-following")
        follows = after == (head.digest if head else "")
        is_next = head is not None and (part.chain, part.rank) == (head.chain, head.rank + 1)
        begins = part.rank == 0 and part.chain == (head.chain + 1 if head else 0)
        if not follows or not (is_next or begins) or part.rank >= PARTS_MAX:
            raise RefusalError("not-following")
        self._records.keep("copies", _file_name(journal, part), data)
        with self._records.step("put_part"):
            self._records.add(
                "part",
                journal=journal,
                epoch=part.epoch,
                chain=part.chain,
                rank=part.rank,
                step=part.step,
                whole=int(part.whole),
                size=part.size,
                digest=part.digest,
                after=after,
                at=self._records.now(),
            )
        if part.whole:
            self._prune(journal)

    def parts(self, journal: str, device: EnrolledDevice) -> list[PartFacts]:
        """The newest copy that is whole: its parts up to the last one that makes it so. RefusalError."""
        self._check_reader(journal, device)
        query = f"{_PARTS} WHERE journal = ? AND whole = 1 ORDER BY epoch DESC, chain DESC, rank DESC LIMIT 1"
        rows = self._records.rows(query, journal)
        if not rows:
            return []
        last = _part(rows[0])
        query = f"{_PARTS} WHERE journal = ? AND epoch = ? AND chain = ? AND rank <= ? ORDER BY rank"
        found = self._records.rows(query, journal, last.epoch, last.chain, last.rank)
        return [_part(row) for row in found]

    def part(self, journal: str, device: EnrolledDevice, epoch: int, chain: int, rank: int) -> bytes:
        """The bytes of one part. RefusalError."""
        self._check_reader(journal, device)
        query = f"{_PARTS} WHERE journal = ? AND epoch = ? AND chain = ? AND rank = ?"
        rows = self._records.rows(query, journal, epoch, chain, rank)
        if not rows:
            raise RefusalError("not-found")
        return self._records.path_of("copies", _file_name(journal, _part(rows[0]))).read_bytes()

    def take_over(self, journal: str, device: EnrolledDevice, epoch: int) -> int:
        """From now on this device has the journal, in an epoch of its own; who had it is let in no more, and
        what waits for it is this one's. RefusalError (`older-epoch`, `others-journal`).
        """
        self._check_reader(journal, device)
        with self._records.step("take_over"):
            (row,) = self._records.rows("SELECT epoch, device FROM journal WHERE id = ?", journal)
            if row["device"] == device.id and epoch == row["epoch"] - 1:
                return int(row["epoch"])  # asked again: the answer was lost
            if epoch != row["epoch"]:
                raise RefusalError("older-epoch")
            self._records.write(
                "UPDATE journal SET epoch = ?, device = ? WHERE id = ?", epoch + 1, device.id, journal
            )
            former = row["device"]
            if former != device.id:
                now = self._records.now()
                self._records.write("UPDATE device SET superseded = ? WHERE id = ?", now, former)
                self._records.write(
                    """INSERT OR IGNORE INTO addressee (letter, device)
                        SELECT letter, ? FROM addressee WHERE device = ? AND acknowledged = ''""",
                    *(device.id, former),
                )
        return epoch + 1

    def put_box(self, journal: str, device: EnrolledDevice, name: str, digest: str, data: bytes) -> None:
        """Keep something beside a journal, and the last ones of this name."""
        self.claim(journal, device)
        query = "SELECT id, digest FROM box WHERE journal = ? AND name = ? ORDER BY id DESC"
        rows = self._records.rows(query, journal, name)
        if rows and rows[0]["digest"] == digest:
            return
        self._records.keep("boxes", f"{journal}-{name}-{digest}", data)
        old = [row for row in rows[BOXES_KEPT - 1 :] if row["digest"] != digest]
        with self._records.step("put_box"):
            self._records.add(
                "box", journal=journal, name=name, digest=digest, size=len(data), at=self._records.now()
            )
            for row in old:
                self._records.write("DELETE FROM box WHERE id = ?", row["id"])
        kept = {row["digest"] for row in self._records.rows(query, journal, name)}
        for row in old:
            if row["digest"] not in kept:
                self._records.drop("boxes", f"{journal}-{name}-{row['digest']}")

    def box(self, journal: str, device: EnrolledDevice, name: str) -> bytes:
        """What is kept beside a journal. RefusalError."""
        self._check_reader(journal, device)
        query = "SELECT digest FROM box WHERE journal = ? AND name = ? ORDER BY id DESC LIMIT 1"
        rows = self._records.rows(query, journal, name)
        if not rows:
            raise RefusalError("not-found")
        return self._records.path_of("boxes", f"{journal}-{name}-{rows[0]['digest']}").read_bytes()

    def readable_by(self, device: EnrolledDevice) -> list[JournalFacts]:
        """The journals that a device has, or may take over."""
        query = "SELECT id, epoch, device FROM journal WHERE device IN (?, ?)"
        return [
            self._facts(row) for row in self._records.rows(query, device.id, device.replaces or device.id)
        ]

    def all(self) -> list[JournalFacts]:
        """Every journal."""
        return [self._facts(row) for row in self._records.rows("SELECT id, epoch, device FROM journal")]

    def _facts(self, row: object) -> JournalFacts:
        ident, epoch, device = tuple(row)  # type: ignore[arg-type, var-annotated]
        query = f"{_PARTS} WHERE journal = ? AND whole = 1 ORDER BY epoch DESC, chain DESC, rank DESC LIMIT 1"
        found = self._records.rows(query, ident)
        step, at = (found[0]["step"], found[0]["at"]) if found else (0, "")
        return JournalFacts(ident, epoch, device, step, at)

    def _check_reader(self, journal: str, device: EnrolledDevice) -> None:
        rows = self._records.rows("SELECT device FROM journal WHERE id = ?", journal)
        if not rows:
            raise RefusalError("not-found")
        if rows[0]["device"] not in (device.id, device.replaces or device.id):
            raise RefusalError("others-journal")

    def _prune(self, journal: str) -> None:
        """Keep the newest whole copies; what is older, or was never whole, goes."""
        query = "SELECT DISTINCT epoch, chain FROM part WHERE journal = ? AND whole = 1 ORDER BY epoch, chain"
        whole = [(row["epoch"], row["chain"]) for row in self._records.rows(query, journal)]
        if not whole:
            return
        kept = set(whole[-CHAINS_KEPT:])
        rows = self._records.rows(f"{_PARTS} WHERE journal = ?", journal)
        gone = [
            one
            for one in map(_part, rows)
            if (one.epoch, one.chain) not in kept and (one.epoch, one.chain) < whole[-1]
        ]
        with self._records.step("prune"):
            for one in gone:
                self._records.write(
                    "DELETE FROM part WHERE journal = ? AND epoch = ? AND chain = ? AND rank = ?",
                    *(journal, one.epoch, one.chain, one.rank),
                )
        for one in gone:
            self._records.drop("copies", _file_name(journal, one))


def _part(row: object) -> PartFacts:
    epoch, chain, rank, step, whole, size, digest, at = tuple(row)  # type: ignore[arg-type, var-annotated]
    return PartFacts(epoch, chain, rank, step, bool(whole), size, digest, at)


def _file_name(journal: str, part: PartFacts) -> str:
    return f"{journal}-{part.epoch}-{part.chain}-{part.rank}-{part.digest[:16]}"
