"""What an ARL says of pieces, applied: piece by piece, or of a whole file of them (SCOR)."""

from __future__ import annotations

from collections.abc import Callable

from tournee.model import Effect, Outcome
from tournee.store.database import Database
from tournee.store.inserts import number_of
from tournee.store.settling.changes import Changes
from tournee.store.states import DoubtState, FileState, ProofState
from tournee.store.tables.effects import Applied

_CONTRADICTED = {
    ProofState.ACCEPTED: "pièce acceptée, puis refusée : à vérifier",
    ProofState.REFUSED: "pièce refusée, puis acceptée : à vérifier",
}
_STATES = {Outcome.ACCEPTED: ProofState.ACCEPTED, Outcome.REFUSED: ProofState.REFUSED}
_ALL = "SELECT id, state FROM proof WHERE file = ? ORDER BY rank"
_NAMED = """SELECT proof.id, proof.state, proof.lot, proof.invoice FROM proof JOIN lot ON lot.id = proof.lot
    JOIN invoice ON invoice.id = proof.invoice
    WHERE proof.file = ? AND proof.rank = ? AND lot.number = ? AND invoice.number = ?"""


class PieceAnswers:
    """Settles proofs inside the step that settles their return."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def apply(
        self, changes: Changes, effect: Effect, file: int, prove_arrival: Callable[[Changes, int], bool]
    ) -> Applied:
        """Settle the piece that an effect names in the file that its ARL answers, or say why not."""
        found = self._db.rows(
            _NAMED, file, effect.piece, number_of(effect.lot or "-"), number_of(effect.invoice or "-")
        )
        if not found or not prove_arrival(changes, file):
            return Applied(False, "pièce inconnue", file=file, doubt=DoubtState.UNMATCHED)
        (row,) = found
        note = self._settle(row["id"], ProofState(row["state"]), effect)
        self._settle_file(changes, file)
        doubt = DoubtState.CONTRADICTED if note in _CONTRADICTED.values() else None
        return Applied(True, note, row["invoice"], row["lot"], file, doubt)

    def apply_to_all(self, effect: Effect, file: int) -> None:
        """What an ARL says of a whole file, said of each of its pieces; nothing for a file of lots."""
        if effect.outcome in _STATES:
            for row in self._db.rows(_ALL, file):
                self._settle(row["id"], ProofState(row["state"]), effect)

    def _settle(self, proof: int, present: ProofState, effect: Effect) -> str:
        state = _STATES.get(effect.outcome)
        if state is None:
            return "signalement"
        if state is present:
            return "pièce déjà réglée"
        if present is not ProofState.WAITING:
            return _CONTRADICTED[present]
        self._db.move("proof", [proof], state, effect.reason)
        if state is ProofState.REFUSED:
            self._db.update("proof", proof, code=effect.code)
            self._db.give_reason("proof", proof, effect.reason)
            self._db.update("lot", self._db.row("proof", "lot", proof)["lot"], proved=0)
        return ""

    def _settle_file(self, changes: Changes, file: int) -> None:
        """A file whose pieces are all settled is so too: refused when all are."""
        states = {row["state"] for row in self._db.rows(_ALL, file)}
        if ProofState.WAITING.value in states:
            return
        state = FileState.REFUSED if states == {ProofState.REFUSED.value} else FileState.ACKNOWLEDGED
        if changes.state("file", file).leads_to(state):
            changes.move("file", file, state)
