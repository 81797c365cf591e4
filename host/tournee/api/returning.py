"""Returns: given as bytes, or fetched from the mailboxes of the routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tournee.api.lanes import Caller
from tournee.api.opening import Practice
from tournee.api.problems import Problem, problem_of
from tournee.app.context import Office
from tournee.errors import ReturnsError

if TYPE_CHECKING:
    from tournee.app.inbound import GivenReturn, Settled


@dataclass(frozen=True)
class TakenReturn:
    """One return, as the journal has it: its number, when it came, its `kind` (ART, ARL, RSP, DLOI, BOUNCE;
    another word when it is not understood), its subject.

    `settled`: what it says is applied; else it is set aside, whole, and `reason` says why. `already_known`:
    these bytes had come before, and changed nothing now. `told` is how many things it says, `applied` how
    many of them changed something, `invoices` the numbers that it speaks of. `notes`: what is odd in it.
    `problems`: what could not be done of what it brings.
    """

    number: int
    taken: datetime
    kind: str
    subject: str = field(repr=False)
    settled: bool
    already_known: bool
    reason: str = field(repr=False)
    told: int
    applied: int
    invoices: tuple[str, ...]
    notes: tuple[str, ...] = field(repr=False)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class FetchedReturns:
    """What a visit to the mailboxes brought: the returns; how many letters were known; those that could not
    be taken, in French; mailboxes that were not reached, and what else went wrong.
    """

    returns: tuple[TakenReturn, ...]
    already_known: int
    letters: tuple[str, ...]
    problems: tuple[Problem, ...]


def take_return(practice: Practice, content: bytes, *, source: str = "logiciel") -> TakenReturn:
    """Take in one return: the bytes of the message as it came (RFC 5322), whole. It is kept before it is
    read; the same bytes again change nothing. `source` says where it came from, for the journal.

    Whatever the bytes are, a return that is not understood, damaged, or not from the one that the file went
    to is set aside, and nothing is raised for it. ReturnsError for what is no bytes, empty or too long.
    """
    if not isinstance(content, bytes | bytearray | memoryview):
        raise ReturnsError(
            "Un retour est fait d’octets (bytes).",
            cause=f"ceci est « {type(content).__name__} »",
            next_step="donnez le message tel qu’il est venu, sans le décoder",
        )
    raw = bytes(content)

    def work(office: Office) -> TakenReturn:
        from tournee.app import inbound

        return _taken(inbound.take_return(office, raw, source))

    return practice._ask_journal(work)


def fetch_returns(practice: Practice, *, again: bool = False) -> FetchedReturns:
    """Take in all that waits in the mailboxes of the routes. A letter is let go of once the journal has it.
    `again` tries what was set aside once more: a key that was missing may have come.
    """

    def work(office: Office, _: Caller) -> FetchedReturns:
        from tournee.app import inbound

        done = inbound.fetch(office, again=again)
        return FetchedReturns(
            tuple(_return(one, ()) for one in done.settled),
            done.already_known,
            tuple(done.problems),
            tuple(map(problem_of, done.errors)),
        )

    return practice._carry(work)


def _taken(done: GivenReturn) -> TakenReturn:
    problems = tuple(map(problem_of, done.errors))
    return _return(done.settled, problems, already_known=done.already_known)


def _return(done: Settled, problems: tuple[Problem, ...], *, already_known: bool = False) -> TakenReturn:
    from tournee.store import ReturnState

    row, effects = done.row, done.effects
    return TakenReturn(
        number=row.id,
        taken=datetime.fromisoformat(row.taken),
        kind=row.kind,
        subject=row.summary,
        settled=row.state is ReturnState.SETTLED,
        already_known=already_known,
        reason=row.reason,
        told=len(effects),
        applied=sum(one.applied for one in effects),
        invoices=tuple(dict.fromkeys(one.effect.invoice for one in effects if one.effect.invoice)),
        notes=row.notes,
        problems=problems,
    )
