"""Files made of lots, and the messages that carry them: sent, or handed over to who sends them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tournee.api.carrying import Delivery, DeliveryOutcome, HandingCourier, OutgoingMessage
from tournee.api.lanes import Caller
from tournee.api.opening import Practice
from tournee.api.problems import Problem, problem_of
from tournee.app.context import Office
from tournee.errors import StoreError
from tournee.printable import line

if TYPE_CHECKING:
    from tournee.app.handing_over import Dispatch
    from tournee.store import MessageRow

_UNTOLD = "qui l’a pris dit qu’il n’est pas parti"


class MessageStanding(StrEnum):
    """Where a message stands: `MADE`; `TRANSMITTING`, leaving at this moment; `SENT`; `UNCERTAIN`, it may
    have left; `FAILED`, it certainly did not, and goes with the next sending; `UNDELIVERED`, given back;
    `NONE`: none could be made.
    """

    NONE = "none"
    MADE = "made"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True)
class MadeFile:
    """A file that was framed: whose, its name on 6 digits, the route that it is for, of how many invoices."""

    ps: str
    name: str
    route: str
    invoices: int


@dataclass(frozen=True)
class SentFile:
    """What became of a file: whose, its name, where its message stands, its subject and compostage ("": there
    is none); what stopped it, if anything did.
    """

    ps: str
    file: str
    standing: MessageStanding
    subject: str
    compostage: str
    problem: Problem | None = None


def make_files(practice: Practice) -> tuple[MadeFile, ...]:
    """Frame the closed lots as the route in force asks: one file, or one for each recipient."""

    def work(office: Office) -> tuple[MadeFile, ...]:
        from tournee.app import outbound

        return tuple(
            MadeFile(row.ps, row.name, row.route, row.invoices) for row in outbound.make_files(office)
        )

    return practice._ask_journal(work)


def send(practice: Practice) -> tuple[SentFile, ...]:
    """Send every file that waits, each in a message of its own, by the practice's transport or its servers.

    What stops one does not stop the next. One that may have left is never sent again by itself: a return
    settles it, or `send_again`.
    """

    def work(office: Office, _: Caller) -> tuple[SentFile, ...]:
        from tournee.app import outbound

        return tuple(map(_sent, outbound.send(office)))

    return practice._carry(work)


def hand_over(practice: Practice) -> tuple[OutgoingMessage, ...]:
    """Give every message that waits to the one who calls, to be sent by other means; each is given once.

    From now on each may have left, and is an alert, until `note_delivery` says what became of it, or a return
    does. ExchangeError, ConfigError, StoreError when none could be made and something stopped one.
    """

    def work(office: Office, _: Caller) -> tuple[OutgoingMessage, ...]:
        from tournee.app import outbound

        courier = HandingCourier()
        office.courier = courier
        done = outbound.send(office)
        stopped = [one.error for one in done if one.message is None and one.error is not None]
        if stopped and not courier.handed:
            raise stopped[0]
        return tuple(courier.handed)

    return practice._carry(work)


def note_delivery(practice: Practice, compostage: str, delivery: Delivery) -> SentFile:
    """Say what became of a message that was handed over, or of one that may have left; gives where it stands.

    Not delivered, its file goes with the next sending. A return that proved that it arrived stands above what
    is said here. StoreError for a message that there is not, or that nobody was handed.
    """

    def work(office: Office, _: Caller) -> SentFile:
        messages = office.journal.messages
        message = messages.stamped(compostage)
        if message is None:
            raise StoreError(
                f"Aucun message n’a le compostage « {line(compostage, 40)} ».",
                next_step="donnez celui du message qui a été remis, 19 chiffres",
            )
        if delivery.outcome == DeliveryOutcome.DELIVERED:
            messages.sent(message.id, line(delivery.answer))
        elif delivery.outcome == DeliveryOutcome.NOT_DELIVERED:
            messages.never_left(message.id, line(delivery.answer) or _UNTOLD)
        return _standing(office, messages.get(message.id))

    return practice._carry(work)


def send_again(practice: Practice, file: str, *, ps: str = "", accepted: bool = False) -> SentFile:
    """Send a file once more, because you are sure that it has to be, in a new message. `ps` tells whose,
    where several have a file of this name; `accepted`: although its recipient took a lot of it. StoreError,
    ConfigError, ExchangeError.
    """

    def work(office: Office, _: Caller) -> SentFile:
        from tournee.app import outbound

        return _sent(outbound.resend(office, file, ps, accepted=accepted))

    return practice._carry(work)


def _standing(office: Office, message: MessageRow) -> SentFile:
    file = office.journal.files.get(message.file_id)
    return SentFile(
        file.ps, file.name, MessageStanding(message.state.value), message.subject, message.compostage
    )


def _sent(done: Dispatch) -> SentFile:
    problem = None if done.error is None else problem_of(done.error)
    sent = SentFile(done.file.ps, done.file.name, MessageStanding.NONE, "", "", problem)
    if done.message is None:
        return sent
    return replace(
        sent,
        standing=MessageStanding(done.message.state.value),
        subject=done.message.subject,
        compostage=done.message.compostage,
    )
