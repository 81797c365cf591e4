"""Which file of ours an ARL answers: matched by the message's compostage and by the bytes that were sent, not
by numbers alone (OCT-RET-2; profile, ARL).

An ARL is the answer to one message. What it says counts when that message is ours, and file, digest, lots and
their dates are those of the file that it brought; else nothing of it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tournee.model import Effect, Outcome, Target
from tournee.store.database import Database
from tournee.store.inserts import number_of
from tournee.store.integrity.keyed_digests import is_told
from tournee.store.numbering.numbers import Numbers
from tournee.store.numbering.ranges import Kind
from tournee.store.statements import Row
from tournee.store.states import DoubtState
from tournee.store.tables.effects import Applied

_DUPLICATE_CODE = "0105"
_SENT = """SELECT file.id, file.number, file.ps, file.digest FROM message JOIN file ON file.id = message.file
    WHERE message.compostage = ?"""
_FILES = "SELECT id, number, ps, digest FROM file"
_LOTS = "SELECT number, date FROM lot WHERE file = ? AND state <> 'abandoned'"
_BLAMED = """SELECT 1 FROM lot JOIN sheet ON sheet.lot = lot.id OR sheet.id IN
    (SELECT sheet FROM former_lot WHERE former_lot.lot = lot.id) JOIN invoice ON invoice.id = sheet.invoice
    WHERE lot.file = ? AND invoice.number = ? LIMIT 1"""
_PROVED = """SELECT 1 FROM proof JOIN invoice ON invoice.id = proof.invoice
    WHERE proof.file = ? AND proof.rank = ? AND invoice.number = ?"""

_UNKNOWN = {Target.FILE: "fichier inconnu", Target.LOT: "lot inconnu", Target.PIECE: "pièce inconnue"}
_NOT_SENT = "réponse à un envoi que ce journal n’a pas fait"
_OTHER_BYTES = "réponse à un autre fichier que celui qui est parti d’ici sous ce compostage"
_OTHER_FILE = "ce n’est pas le fichier envoyé : numéros, dates ou lots diffèrent"


class Answered(NamedTuple):
    """The file that an ARL answers, None where its numbers must say it; or why it answers none: `amiss`, said
    of what `fits` by itself. What an `alarming` one says to no effect waits for the carer's eye.
    """

    file: int | None = None
    amiss: str = ""
    alarming: bool = False
    fits: tuple[Effect, ...] = ()

    def refused(self, effect: Effect) -> Applied:
        """What becomes of an effect of an ARL that answers nothing of ours."""
        unknown = _UNKNOWN[effect.target]
        waits = self.alarming or effect.outcome is not Outcome.ACCEPTED
        note = self.amiss if effect in self.fits or effect.stamp else unknown
        return Applied(False, note, doubt=DoubtState.UNMATCHED if waits else None)

    def alarmed(self, done: Applied) -> Applied:
        """What became of an effect, before the carer's eye where it changed nothing and should not be so."""
        waits = self.alarming and not done.applied and done.doubt is None
        return replace(done, doubt=DoubtState.UNMATCHED) if waits else done


class Answers:
    """Matches ARL with what was sent."""

    def __init__(self, db: Database, numbers: Numbers) -> None:
        self._db, self._numbers = db, numbers

    def of(self, effects: Sequence[Effect]) -> Callable[[Effect], Answered]:
        """Which file each of these effects of one return speaks of, as far as they are an ARL's."""
        told: dict[tuple[str, str, str], list[Effect]] = {}
        for one in effects:
            if one.target in (Target.FILE, Target.LOT, Target.PIECE):
                told.setdefault(_key(one), []).append(one)
        found = {key: self._answered(key[0], some) for key, some in told.items()}
        return lambda effect: found[_key(effect)]

    def _answered(self, stamp: str, told: Sequence[Effect]) -> Answered:
        first = told[0]
        if stamp:
            sent = self._db.rows(_SENT, stamp)
            if not sent:
                return Answered(amiss=_NOT_SENT, alarming=self._is_ours(first))
            digest = sent[0]["digest"]
            said = {one.digest for one in told if one.digest}
            if digest and not all(is_told(self._db.cipher, digest, one) for one in said):
                return Answered(amiss=_OTHER_BYTES, alarming=True)
        elif not first.file:
            return Answered()
        else:
            wanted = {"number = ?": number_of(first.file) or -1, "ps = ?": first.ps}
            sent = self._db.where(_FILES, "id DESC", wanted)
            if not sent:
                return Answered(alarming=self._is_ours(first))
        fitting = {file["id"]: tuple(one for one in told if self._fits(file, one)) for file in sent}
        for file, some in fitting.items():
            if len(some) == len(told):
                return Answered(file)
        return Answered(amiss=_OTHER_FILE, alarming=True, fits=max(fitting.values(), key=len))

    def taken_elsewhere(self, effect: Effect) -> bool:
        """Whether a duplicate (0105) came first under a compostage that is none of this journal's; the next
        numbers are then of new ranges.
        """
        if effect.code != _DUPLICATE_CODE or not effect.taken_under:
            return False
        if self._db.rows("SELECT 1 FROM message WHERE compostage = ?", effect.taken_under):
            return False
        self._numbers.doubt()
        return True

    def never_given(self, invoice: str) -> bool:
        """Whether an invoice number is of this journal's ranges and it never gave it to anyone; the next
        numbers are then of new ranges. One of another host's ranges is kept in mind.
        """
        number = number_of(invoice)
        if not self._numbers.is_ours(Kind.INVOICE, number):
            self._numbers.learn(Kind.INVOICE, number)
            return False
        if self._db.rows("SELECT 1 FROM invoice WHERE number = ? LIMIT 1", number):
            return False
        self._numbers.doubt()
        return True

    def _is_ours(self, effect: Effect) -> bool:
        """Whether the file that an ARL names is of this journal's ranges; the next numbers are then not."""
        number = number_of(effect.file) if effect.file else -1
        if not self._numbers.is_ours(Kind.FILE, number):
            if effect.outcome is Outcome.ACCEPTED:
                self._numbers.learn(Kind.FILE, number)
            return False
        self._numbers.doubt()
        return True

    def _fits(self, file: Row, effect: Effect) -> bool:
        if effect.file and number_of(effect.file) != file["number"]:
            return False
        if effect.ps not in ("", file["ps"]):
            return False
        if effect.target is Target.PIECE:
            return bool(self._db.rows(_PROVED, file["id"], effect.piece, number_of(effect.invoice or "-")))
        if effect.invoice and not self._db.rows(_BLAMED, file["id"], number_of(effect.invoice)):
            return False
        return effect.target is Target.FILE or any(
            lot["number"] == number_of(effect.lot) and effect.lot_date in ("", lot["date"])
            for lot in self._db.rows(_LOTS, file["id"])
        )


def _key(effect: Effect) -> tuple[str, str, str]:
    """An ARL that names its message answers that one; else each of the files that it names is for itself."""
    return (effect.stamp, "", "") if effect.stamp else ("", effect.ps, effect.file)
