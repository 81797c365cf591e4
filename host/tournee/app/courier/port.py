"""The port that use cases send and fetch by: what differs from place to place stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tournee.exchange.mail.received_mail import OpenMailbox
    from tournee.exchange.mail.submission import Outgoing, Receipt
    from tournee.exchange.route import Route


@dataclass(frozen=True)
class ReturnsBox:
    """A place where returns wait. `name` begins the source that the journal keeps of each letter; `keep`:
    letters stay there once they are journaled, so that those known are not fetched again.
    """

    name: str
    keep: bool
    open: Callable[[], AbstractContextManager[OpenMailbox]]


class Courier(Protocol):
    """Takes sealed files away and brings returns."""

    @property
    def knows_again(self) -> bool:
        """Whether a message handed over twice is taken once: one that may have left can then be handed over
        again, unasked.
        """

    def hand_over(
        self,
        route: Route,
        message: Outgoing,
        on_leaving: Callable[[], None],
        on_accepted: Callable[[Receipt], None],
        on_left: Callable[[int], None] = lambda sent: None,
    ) -> None:
        """Hand one message over. `on_leaving` is called before any byte of it leaves; if it raises, none
        does. `on_left` is called with the bytes that left so far, `on_accepted` once it was taken.

        Raises TransportError (nothing was taken) and UncertainError (unknown).
        """

    def boxes(self, routes: Sequence[Route]) -> Iterator[ReturnsBox]:
        """Where returns of these routes wait, each place once, the first route's first."""
