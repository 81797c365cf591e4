"""The list in force: an immutable file, mapped into memory, in which a serial is looked up in place.

    header   96 bytes: magic, layout, list number, date, counts, SHA-256 of all the rest of the file
    lows     the low 16 bits of every code, in the order of the codes
    highs    the upper bits that occur, once each, in order: 8 bytes
    ends     for each of them, where its lows end: 4 bytes

Two bytes a serial, and 12 for each run of codes that share their upper bits. Numbers are in the machine's own
byte order, which the layout number shows. The SHA-256 is checked whenever the file is opened: what is damaged
is refused, so that a card never passes for not listed by mistake.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from tournee.errors import OppositionError
from tournee.french import reason
from tournee.opposition.serials import code_of, serial_of

LOW_BITS = 16
LOW_MASK = (1 << LOW_BITS) - 1
LOW: Final = "H"
HIGH: Final = "Q"
END: Final = "I"
LOW_SIZE, HIGH_SIZE, END_SIZE = 2, 8, 4

_MAGIC = b"TOURNLOI"
_LAYOUT = 1
_FACTS = struct.Struct("=8sHxxI6sxxQQ")  # magic, layout, number, date, serials, runs
_DIGEST_SIZE = 32
HEADER_SIZE = 96
_CHUNK = 1 << 20


class DamagedListError(OppositionError):
    """The file of the list is not one, or not whole."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            f"La liste d’opposition {path} est endommagée : aucune carte ne peut être vérifiée.",
            cause=cause,
            next_step="redemandez la liste entière à l’OCT",
            remedy="request-whole-list",
        )


@dataclass(frozen=True)
class ListFacts:
    """What the header says: the list's number, its date AAMMJJ, how many serials, in how many runs."""

    number: int
    date: str
    count: int
    runs: int

    @property
    def lows_end(self) -> int:
        """Where the lows end, in bytes; the highs begin at the next multiple of 8."""
        return HEADER_SIZE + self.count * LOW_SIZE

    @property
    def highs_at(self) -> int:
        """Where the highs begin, in bytes."""
        return (self.lows_end + HIGH_SIZE - 1) // HIGH_SIZE * HIGH_SIZE

    @property
    def ends_at(self) -> int:
        """Where the ends begin, in bytes."""
        return self.highs_at + self.runs * HIGH_SIZE

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.ends_at + self.runs * END_SIZE

    def header(self, body_digest: bytes) -> bytes:
        """The header of a file whose other bytes have this SHA-256."""
        facts = _FACTS.pack(_MAGIC, _LAYOUT, self.number, self.date.encode(), self.count, self.runs)
        digest = hashlib.sha256(facts + body_digest).digest()
        return (facts + digest).ljust(HEADER_SIZE, b"\0")


class OppositionList:
    """The list in force, open for look-up; a context, or `close` it. Use by several threads is safe."""

    def __init__(self, facts: ListFacts, mapped: mmap.mmap) -> None:
        self.facts = facts
        self._mapped = mapped
        whole = memoryview(mapped)
        self.lows = whole[HEADER_SIZE : facts.lows_end].cast(LOW)
        self.highs = whole[facts.highs_at : facts.ends_at].cast(HIGH)
        self.ends = whole[facts.ends_at : facts.size].cast(END)
        self._whole = whole
        self._first: int = self.highs[0] if facts.runs else 0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Check the whole file and map it. DamagedListError; FileNotFoundError when there is none."""
        with path.open("rb") as file:
            facts = _checked(file, path)
            return cls(facts, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def close(self) -> None:
        """Let go of the file; closing again does nothing."""
        for view in (self.lows, self.highs, self.ends, self._whole):
            view.release()
        self._mapped.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self.facts.count

    def holds(self, serial: str) -> bool:
        """Whether this serial is opposed; SerialError when it cannot be one."""
        code = code_of(serial)
        high, low = code >> LOW_BITS, code & LOW_MASK
        highs, ends, lows = self.highs, self.ends, self.lows
        run = high - self._first  # its place if no upper bits were skipped, and the last it can have
        if run >= len(highs):
            run = len(highs) - 1
        if run < 0:
            return False
        if highs[run] != high:
            run = bisect_left(highs, high, 0, run)
            if highs[run] != high:
                return False
        end = ends[run]
        at = bisect_left(lows, low, ends[run - 1] if run else 0, end)
        return at < end and lows[at] == low

    def serials(self) -> Iterator[str]:
        """Every serial, in the order of their codes."""
        start = 0
        for high, end in zip(self.highs, self.ends, strict=True):
            for low in self.lows[start:end].tolist():
                yield serial_of(high << LOW_BITS | low)
            start = end


def list_in_force(path: Path) -> OppositionList | None:
    """The list at `path`, None when none was ever received. DamagedListError."""
    try:
        return OppositionList.open(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedListError(path, reason(error)) from error


def _checked(file: BinaryIO, path: Path) -> ListFacts:
    """The facts of a file that is whole; read through, not mapped, so that it takes no lasting memory."""
    header = file.read(HEADER_SIZE)
    if len(header) < HEADER_SIZE:
        raise DamagedListError(path, "le fichier est coupé")
    magic, layout, number, date, count, runs = _FACTS.unpack_from(header)
    if magic != _MAGIC or layout != _LAYOUT:
        raise DamagedListError(path, "ce n’est pas une liste, ou elle vient d’une autre machine ou version")
    facts = ListFacts(number, date.decode("latin-1"), count, runs)
    if path.stat().st_size != facts.size:
        raise DamagedListError(path, "sa longueur n’est pas celle qu’elle annonce")
    digest = hashlib.sha256()
    chunk = bytearray(_CHUNK)
    while taken := file.readinto(chunk):  # type: ignore[attr-defined]
        digest.update(memoryview(chunk)[:taken])
    if header != facts.header(digest.digest()):
        raise DamagedListError(path, "sa somme de contrôle est fausse")
    return facts
