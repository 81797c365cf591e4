"""One touch, four steps: lots closed in the reader, files made, sent, returns fetched; then one line.

Each step is journaled by itself: whatever stops it, the next run goes on from there and nothing leaves twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from tournee.app.cards import PsOnDuty, read_ps
from tournee.app.context import Office, Progress
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, send
from tournee.errors import ReaderError, TourneeError
from tournee.exchange.mail.transport import UnreachableError
from tournee.model import Effect
from tournee.reader import PS_UNLOCKED, PsState, Reader
from tournee.store import LotState, SheetState


class EveningStep(Enum):
    """What goes on, in this order."""

    CLOSE = "close"
    MAKE = "make"
    SEND = "send"
    FETCH = "fetch"


class EveningStoppedError(TourneeError):
    """The carer asked to stop: between two lots, or between two messages."""


@dataclass(frozen=True)
class OutsideMoney:
    """Money that a run brought outside invoices: `paid` cents beyond them, `held` back, `moved` of debts of
    which nothing was paid nor held back; `labels` are the insurers' words for what was paid, each once.
    """

    paid: int = 0
    held: int = 0
    moved: int = 0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class EveningOutcome:
    """What a run changed, invoices and cents; `paid_from` and `paid_to` are the days of the care that was
    paid, None where nothing was; `outside` came beside invoices; `to_settle` is how much waits in all.
    """

    at: datetime
    sent: int
    cents: int
    accepted: int
    refused: int
    waiting: int
    paid: int
    paid_for: int
    paid_from: date | None
    paid_to: date | None
    to_settle: int
    refused_ids: frozenset[int] = frozenset()
    outside: OutsideMoney = OutsideMoney()

    @property
    def line(self) -> str:
        """The one line: `42 acceptées, 1 refusée`."""
        told = [
            f"{many} {one if many < 2 else several}"
            for many, one, several in (
                (self.accepted, "acceptée", "acceptées"),
                (self.refused, "refusée", "refusées"),
                (self.waiting, "envoyée, sans réponse encore", "envoyées, sans réponse encore"),
            )
            if many
        ]
        return ", ".join(told) if told else "Rien de nouveau"


def needs_reader(office: Office) -> bool:
    """Whether something is in no lot, or in one without its certificate; or a DRE alone is to be signed."""
    journal = office.journal
    if journal.invoices.count_sheets(SheetState.CERTIFIED) or journal.lots.ids(LotState.MADE):
        return True
    return any(sheet.is_alone for sheet in journal.invoices.sheets(SheetState.MADE))


def close(office: Office, reader: Reader, progress: Progress) -> int:
    """Close and certify the lots of the card that is in the reader; gives how many. ReaderError while it is
    locked or absent: nothing was touched.
    """
    state = reader.cards().ps
    if state is PsState.ABSENT:
        raise ReaderError(
            "Votre carte CPS n’est pas dans le lecteur.",
            cause="elle signe ce qui part",
            next_step="insérez-la, donnez son code, puis reprenez l’envoi",
        )
    if state != PS_UNLOCKED:
        raise ReaderError(
            "Votre carte CPS attend son code.",
            cause="elle signe ce qui part",
            next_step="donnez le code, puis reprenez l’envoi",
            remedy="unlock",
        )
    return len(close_lots(office, reader, read_ps(reader), progress))


def stoppable(progress: Progress, asked: Callable[[], bool]) -> Progress:
    """Progress that stops a run where stopping cuts nothing: before a lot is begun, before a message is."""

    def told(label: str, done: int, of: int) -> None:
        if asked() and (label == "lots" or label.startswith("fichier ")):
            raise EveningStoppedError("Vous avez arrêté l’envoi.")
        progress(label, done, of)

    return told


def hand_over(office: Office, progress: Progress) -> list[TourneeError]:
    """Send the files that wait; gives what stopped some of them."""
    return [one.error for one in send(office, progress) if one.error is not None]


def take_in(office: Office, progress: Progress, *, again: bool = False) -> list[TourneeError]:
    """Fetch the returns; gives what kept mailboxes from being read. `again`: those set aside too."""
    return fetch(office, again=again, progress=progress).errors


def outcome(office: Office, mark: int, ps: PsOnDuty | None = None) -> EveningOutcome:
    """What came of a run that began at this mark of the history; `ps` is whose card is in the reader."""
    from tournee.app.bedside.carer import carer_shown
    from tournee.app.to_settle import count_to_settle

    told = office.journal.sendings.since(mark)
    return EveningOutcome(
        at=office.clock(),
        sent=len(told.sent),
        cents=told.fee,
        accepted=len(told.accepted),
        refused=len(told.refused),
        waiting=len(told.sent - told.accepted - told.refused),
        paid=told.paid,
        paid_for=len(told.paid_for),
        paid_from=_day(told.paid_from),
        paid_to=_day(told.paid_to),
        to_settle=count_to_settle(office, carer_shown(office, ps)),
        refused_ids=told.refused,
        outside=_outside(told.outside),
    )


def _outside(effects: Sequence[Effect]) -> OutsideMoney:
    labels = (one.label.capitalize() for one in effects if one.paid > 0 and one.label)
    return OutsideMoney(
        paid=sum(one.paid for one in effects if one.paid > 0),
        held=-sum(one.paid for one in effects if one.paid < 0),
        moved=sum(abs(one.moved) for one in effects),
        labels=tuple(dict.fromkeys(labels)),
    )


def is_network(error: TourneeError) -> bool:
    """Whether it is the network that is away."""
    return isinstance(error, UnreachableError)


def _day(day: str) -> date | None:
    return datetime.strptime(day, "%Y%m%d").date() if day else None
