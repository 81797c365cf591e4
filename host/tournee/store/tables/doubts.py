"""Doubts: what settled returns say that only the carer can settle, in front of her until she says it is seen.

They are kept in the history alone: raised with the return, ended by a word. Amounts that differ end by
themselves once what is paid agrees.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from tournee.errors import StoreError
from tournee.model import Effect
from tournee.store.database import Database
from tournee.store.numbering.other_stations import station_of
from tournee.store.statements import Row
from tournee.store.states import DoubtState
from tournee.store.tables.effects import Effects
from tournee.store.tables.payments import Payments

_EFFECT, _RETURN, _UNBALANCED = "effect", "return", DoubtState.UNBALANCED.value
_RAISED = """SELECT subject_id, state, at, id, detail_sealed FROM history AS last
    WHERE subject = ? AND id = (SELECT max(id) FROM history
        WHERE history.subject = last.subject AND history.subject_id = last.subject_id) AND state <> 'seen'
    ORDER BY id"""
_UNREAD = """SELECT id FROM received WHERE state = 'quarantined' AND NOT EXISTS (SELECT 1 FROM history
    WHERE subject = 'return' AND subject_id = received.id AND state = 'seen') ORDER BY id"""


@dataclass(frozen=True)
class DoubtRow:
    """What waits for the carer's eye in a settled return, since when (ISO 8601) and why, in French; `effect`
    is what it says, None when the doubt is of the return itself.
    """

    return_id: int
    state: DoubtState
    reason: str = field(repr=False)
    since: str
    effect: Effect | None = None

    @property
    def station(self) -> int | None:
        """The other station that it is of, None for one that is of none."""
        is_of_other = self.state is DoubtState.OTHER_STATION and self.effect is not None
        return station_of(self.effect) if is_of_other and self.effect is not None else None


class Doubts:
    """All that waits for an eye, and its end."""

    def __init__(self, db: Database, effects: Effects, payments: Payments) -> None:
        self._db, self._effects, self._payments = db, effects, payments

    def waiting(self) -> tuple[DoubtRow, ...]:
        """Every doubt that nobody settled, in the order they were raised."""
        with self._db.reading():
            return tuple(self._waiting().values())

    def seen(self, returns: Collection[int], word: str) -> int:
        """End with a word all doubts of these returns, what they say of another insured person, and the
        waiting of those that cannot be read, which are still tried again; gives how many. StoreError when
        there is none.
        """
        with self._db.step("doubts_seen"):
            ended = [key for key, row in self._waiting().items() if row.return_id in returns]
            ended += [(_EFFECT, one) for one in self._effects.leave_insured(returns)]
            ended += [(_RETURN, one) for one in self._unread() if one in returns]
            if not ended:
                raise StoreError(
                    f"Rien n’est à vérifier dans le retour {', '.join(map(str, sorted(returns)))}.",
                    next_step="regardez dans les alertes de quel retour il s’agit",
                )
            return self._end(ended, word)

    def station_seen(self, station: int, word: str) -> int:
        """End all doubts that are another station's with a word, as `seen`; a new return raises new ones."""
        with self._db.step("station_seen"):
            ended = [key for key, row in self._waiting().items() if row.station == station]
            if not ended:
                raise StoreError(
                    f"Rien n’est à vérifier du poste {station:02}.",
                    next_step="regardez dans les alertes de quel poste il s’agit",
                )
            return self._end(ended, word)

    def unread(self) -> tuple[int, ...]:
        """Returns set aside because they cannot be read, that nobody left at that."""
        with self._db.reading():
            return self._unread()

    def _unread(self) -> tuple[int, ...]:
        return tuple(int(row["id"]) for row in self._db.rows(_UNREAD))

    def _end(self, ended: Collection[tuple[str, int]], word: str) -> int:
        """Inside a step."""
        self._db.remember([(subject, one, DoubtState.SEEN, word) for subject, one in ended])
        return len(ended)

    def _waiting(self) -> dict[tuple[str, int], DoubtRow]:
        raised = self._db.rows(_RAISED, _EFFECT)
        told = self._effects.get_all([row["subject_id"] for row in raised])
        invoices = {told[row["subject_id"]][1] for row in raised if row["state"] == _UNBALANCED}
        amiss = self._payments.amiss(sorted(one for one in invoices if one is not None))
        found = {}
        for row in raised:
            effect, invoice = told[row["subject_id"]]
            reason = self._detail(row) if row["state"] != _UNBALANCED else amiss.get(invoice or 0, "")
            if reason:
                found[_EFFECT, row["subject_id"]] = DoubtRow(
                    effect.return_id, DoubtState(row["state"]), reason, row["at"], effect.effect
                )
        for row in self._db.rows(_RAISED, _RETURN):
            one = row["subject_id"]
            found[_RETURN, one] = DoubtRow(one, DoubtState(row["state"]), self._detail(row), row["at"])
        return found

    def _detail(self, row: Row) -> str:
        return self._db.decrypt_text(row["detail_sealed"], "history", "detail", row["id"])
