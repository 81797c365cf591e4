"""What is kept of the pieces that prove invoices, and what is given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tournee.formats.proof_table import NATURES
from tournee.store.inserts import FileDraft
from tournee.store.states import ProofState


@dataclass(frozen=True)
class TieRow:
    """A piece (the id of its dossier) that a visit has, and of which nature it is."""

    dossier_id: int
    visit_id: int
    nature: str


@dataclass(frozen=True)
class ProofDraft:
    """A piece to send for an invoice; `joined`: its bytes go too, or else they went before."""

    invoice_id: int
    dossier_id: int
    nature: str
    joined: bool


@dataclass(frozen=True)
class PiecesDraft:
    """A file of pieces: what stands around them all, and before each one that is joined, in order."""

    around: FileDraft
    before: Sequence[bytes] = field(repr=False)


@dataclass(frozen=True)
class ProofRow:
    """A piece as it went for an invoice: in which file, at which rank, of which lot; what was answered."""

    id: int
    file_id: int
    file: str
    rank: int
    lot_id: int
    lot: str
    invoice_id: int
    invoice: str
    ps: str
    dossier_id: int
    nature: str
    joined: bool
    state: ProofState
    code: str
    reason: str = field(repr=False)

    @property
    def told(self) -> str:
        """Its nature, in French."""
        return NATURES[self.nature]
