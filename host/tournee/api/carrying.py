"""Messages carried by an editor's own transport, and what it says became of each.

A message is journaled as leaving before a transport sees it. What the transport says is all that is known: if
it raises, says nothing, or its process dies, the message may have left, and is never handed over again by
itself.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from tournee.api.lanes import Caller
from tournee.app.courier.mail import MailCourier
from tournee.app.courier.port import Courier, ReturnsBox
from tournee.errors import ConfigError
from tournee.exchange.mail.submission import DeferredError, Outgoing, Receipt, UncertainError
from tournee.exchange.route import Route
from tournee.printable import line

_TAKEN = 250
_HANDED = "remis au logiciel qui l’envoie, qui n’a pas encore dit ce qu’il est devenu"


class DeliveryOutcome(StrEnum):
    """What became of a message: `DELIVERED`, who takes it on has it; `NOT_DELIVERED`, nobody has any of it;
    `UNKNOWN`, somebody may.
    """

    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivery:
    """What a transport says of a message; `answer` is what it was told, kept in the journal."""

    outcome: DeliveryOutcome
    answer: str = ""


@dataclass(frozen=True)
class OutgoingMessage:
    """A message ready to leave: `content` is all of it (RFC 5322, ASCII, CRLF), to be sent as it is.

    The rest is what its headers say, for a transport that builds messages itself (OCT-MSG): `recipient`,
    `sender`, `subject`, `date`, `message_id`, `content_type` and `description` of its one part, `file_name`;
    `attachment` is what that part holds, sealed. `compostage` (19 digits) names the message, here and in its
    subject.
    """

    compostage: str
    recipient: str
    sender: str
    subject: str
    date: str
    message_id: str
    content_type: str
    description: str
    file_name: str
    content: bytes = field(repr=False)

    @property
    def attachment(self) -> bytes:
        """The bytes of the sealed file, out of their Base64."""
        return base64.b64decode(self.content.partition(b"\r\n\r\n")[2])


class MailTransport(Protocol):
    """What carries an editor's messages: takes one, and says what became of it."""

    def __call__(self, message: OutgoingMessage) -> Delivery:
        """Carry it. Raising is as good as `UNKNOWN`: the message may have left."""


def outgoing(message: Outgoing) -> OutgoingMessage:
    """A message of the journal, held whole."""
    content = b"".join(message)
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    told = dict(one.split(": ", 1) for one in head.split("\r\n"))
    subject = told["Subject"]
    return OutgoingMessage(
        compostage=next(part for part in subject.split("/") if len(part) == _STAMP),
        recipient=told["To"],
        sender=told["From"],
        subject=subject,
        date=told["Date"],
        message_id=told["Message-ID"],
        content_type=told["Content-Type"],
        description=told["Content-Description"],
        file_name=told["Content-Type"].partition('name="')[2].rstrip('"'),
        content=content,
    )


_STAMP = 19  # digits of a compostage; no other part of a subject has as many


def deferred(answer: str) -> DeferredError:
    """The error of a message that certainly did not leave."""
    return DeferredError(
        "Le message n’est pas parti.",
        cause=line(answer) or "le logiciel qui envoie dit qu’il n’a pas été pris",
        next_step="recommencez l’envoi plus tard ; rien n’est perdu",
        answer=line(answer),
    )


def uncertain(cause: str) -> UncertainError:
    """The error of a message that may have left."""
    return UncertainError(
        "Personne ne sait si le message est parti.",
        cause=line(cause),
        next_step="attendez l’accusé ; ne renvoyez qu’après vous être assuré que rien n’est arrivé",
    )


class _OwnReturns:
    """The part that all of an editor's couriers share: returns of the mailboxes that there are."""

    knows_again = False

    def boxes(self, routes: Sequence[Route]) -> Iterator[ReturnsBox]:
        there = [route for route in routes if route.mailbox is not None]
        if not there:
            raise ConfigError(
                "Aucune boîte aux lettres n’est configurée.",
                cause="aucune route n’a de table « retours »",
                next_step="remettez les retours un par un, ou indiquez où ils attendent",
            )
        return MailCourier().boxes(there)


class OwnCourier(_OwnReturns):
    """See `Courier`: messages go by an editor's transport, called in the thread of `caller`."""

    def __init__(self, transport: MailTransport, caller: Callable[[], Caller]) -> None:
        self._transport, self._caller = transport, caller

    def hand_over(
        self,
        route: Route,
        message: Outgoing,
        on_leaving: Callable[[], None],
        on_accepted: Callable[[Receipt], None],
        on_left: Callable[[int], None] = lambda sent: None,
    ) -> None:
        """Have it carried. DeferredError, UncertainError."""
        told = outgoing(message)
        on_leaving()
        try:
            delivery = self._caller().ask(lambda: self._transport(told))
        except Exception as error:
            raise uncertain(f"le transport s’est arrêté : {type(error).__name__}, {error}") from error
        if not isinstance(delivery, Delivery):
            raise uncertain("le transport n’a pas dit ce que le message est devenu")
        if delivery.outcome == DeliveryOutcome.NOT_DELIVERED:
            raise deferred(delivery.answer)
        if delivery.outcome != DeliveryOutcome.DELIVERED:
            raise uncertain(delivery.answer or "le transport ne sait pas si le message est parti")
        on_left(message.size)
        on_accepted(Receipt(_TAKEN, line(delivery.answer)))


class HandingCourier(_OwnReturns):
    """See `Courier`: messages are given to whoever asked, who says later what became of them; until then they
    may have left.
    """

    def __init__(self) -> None:
        self.handed: list[OutgoingMessage] = []

    def hand_over(
        self,
        route: Route,
        message: Outgoing,
        on_leaving: Callable[[], None],
        on_accepted: Callable[[Receipt], None],
        on_left: Callable[[int], None] = lambda sent: None,
    ) -> None:
        """Keep it to be given. Always UncertainError: nobody knows yet."""
        told = outgoing(message)
        on_leaving()
        self.handed.append(told)
        raise uncertain(_HANDED)


class LaterCourier(_OwnReturns):
    """See `Courier`: nothing leaves from here; what would leave goes with the next sending."""

    def hand_over(
        self,
        route: Route,
        message: Outgoing,
        on_leaving: Callable[[], None],
        on_accepted: Callable[[Receipt], None],
        on_left: Callable[[int], None] = lambda sent: None,
    ) -> None:
        """Always DeferredError."""
        raise deferred("il part avec le prochain envoi")


def returns_of(courier: Courier) -> Courier:
    """The same courier where it has servers; one whose routes have a mailbox, or none, else."""
    return _LenientMail() if isinstance(courier, MailCourier) else courier


class _LenientMail(_OwnReturns, MailCourier):
    """By mail, where a route may have no mailbox: it needs none of what is not used."""
