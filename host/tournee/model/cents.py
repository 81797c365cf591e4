"""Where each cent that returns speak of is: paid, refused, deferred, left unpaid, or a debt's movement."""

from collections.abc import Iterable
from dataclasses import dataclass

from tournee.model.effect import Effect, Outcome

_WAITS = frozenset({Outcome.DEFERRED, Outcome.REMARK})  # a share told of and not processed waits


@dataclass(frozen=True)
class Cents:
    """Cents by what became of them, each in one place: `paid` less what is held back; of what was asked,
    `refused`, `deferred`, the `franchise` that the patient owes, and the `remainder` of what was paid in part
    (below 0: more was paid than asked); `moved` are movements of a debt, by which nothing is paid.
    """

    paid: int = 0
    refused: int = 0
    deferred: int = 0
    remainder: int = 0
    franchise: int = 0
    moved: int = 0

    def __add__(self, other: "Cents") -> "Cents":
        return Cents(
            self.paid + other.paid,
            self.refused + other.refused,
            self.deferred + other.deferred,
            self.remainder + other.remainder,
            self.franchise + other.franchise,
            self.moved + other.moved,
        )


def cents_of(effects: Iterable[Effect]) -> Cents:
    """All that these effects say of money, added up."""
    return sum(map(_told_by, effects), Cents())


def _told_by(effect: Effect) -> Cents:
    left = effect.asked - effect.paid - effect.franchise if effect.asked else 0
    return Cents(
        paid=effect.paid,
        refused=left if effect.outcome is Outcome.REJECTED else 0,
        deferred=left if effect.outcome in _WAITS else 0,
        remainder=left if effect.outcome is Outcome.PAID else 0,
        franchise=effect.franchise,
        moved=effect.moved,
    )
