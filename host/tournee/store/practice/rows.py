"""What a dossier is given, and gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from tournee.store.states import DossierState

UID_SIZE = 16


@dataclass(frozen=True)
class DossierDraft:
    """A document: `content` is given back as it is.

    `name` tells it from all others of its kind, "" when nothing does; it is found by `words`, given as they
    are to be compared. `patient` is the dossier that it is about, `ps` whose it is; days are AAAAMMJJ or "".
    """

    content: bytes = field(repr=False)
    name: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    patient: int | None = None
    ps: str = ""
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True)
class Revision:
    """What a document said from one time on, and which revisions that was made from."""

    uid: bytes
    at: str
    content: bytes = field(repr=False)
    parents: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class DossierRow:
    """A document as it stands. With more than one head, two devices changed it: `content` is the latest."""

    id: int
    uid: bytes
    kind: str
    state: DossierState
    patient: int | None
    ps: str
    first_day: str
    last_day: str
    became: int | None
    heads: tuple[Revision, ...]

    @property
    def content(self) -> bytes:
        """What it says; nothing once it is erased, or another says it."""
        return self.heads[-1].content if self.heads else b""


def uids_of(together: bytes) -> list[bytes]:
    """Uids that stand end to end, apart."""
    return [together[start : start + UID_SIZE] for start in range(0, len(together), UID_SIZE)]
