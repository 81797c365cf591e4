"""What comes back: taken whole into the journal, then let go of in the mailbox, then understood (OCT-RET)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tournee import logs
from tournee.app.believed import oddities, unlike_before, why_not_believed
from tournee.app.context import Office, Progress, silent
from tournee.app.correcting.waiting import Reconciled, reconcile
from tournee.app.courier.port import ReturnsBox
from tournee.app.opposition.by_mail import bring_forward
from tournee.crypto.values import NotDoneHere
from tournee.errors import ConfigError, ReturnsError, StoreError, TourneeError
from tournee.french import euros
from tournee.model import Effect, Outcome, Target
from tournee.printable import line
from tournee.returns.bounce import Bounce
from tournee.returns.classify import Return, Unseal, take_in
from tournee.returns.dloi import Dloi
from tournee.returns.effects import effects_of
from tournee.returns.message import peek_envelope
from tournee.returns.quarantine import Quarantined
from tournee.returns.rsp.content import Rsp
from tournee.store import OTHER_PS, DoubtState, EffectRow, MessageState, ReturnRow, ReturnState

_log = logging.getLogger(__name__)

_BROKEN = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
_TOLD_MAX = 5
_ARRIVED = "un serveur dit ce message non remis, et un retour avait parlé de son fichier : rien n’est changé"


@dataclass(frozen=True)
class Settled:
    """One return and what it changed; `read` is what it says, `effects` what became of each thing said."""

    row: ReturnRow
    read: Return
    effects: tuple[EffectRow, ...]


@dataclass(frozen=True)
class Fetched:
    """One visit to the mailboxes: returns settled, letters that could not be taken, mailboxes not reached,
    corrections that the returns let be made.
    """

    settled: list[Settled]
    already_known: int
    problems: list[str]
    errors: list[TourneeError]
    corrections: Reconciled = field(default_factory=Reconciled)


def fetch(office: Office, *, again: bool = False, progress: Progress = silent) -> Fetched:
    """Take in all returns that wait, of the active route and of those used before (OCT-MODE-3).

    A letter is journaled before its mailbox lets go of it; a cut anywhere shows it again, and the journal
    knows it by its bytes. A mailbox that cannot be reached does not keep the others from being visited.
    `again` tries the returns set aside before once more: a key that was missing may have come.
    """
    office.journal.messages.recover()
    known = 0
    problems: list[str] = []
    errors: list[TourneeError] = []
    for box in office.courier.boxes(office.routes):
        try:
            seen, wrong = _take_letters(office, box, progress)
        except TourneeError as error:
            _log.warning("mailbox of route %s: %s", box.name, logs.where(error))
            errors.append(error)
        else:
            known += seen
            problems += wrong
    waiting = office.journal.returns.ids(ReturnState.TAKEN)
    if again:
        waiting += office.journal.returns.ids(ReturnState.QUARANTINED)
    settled = []
    for rank, return_id in enumerate(waiting, 1):
        settled.append(_settle_or_set_aside(office, office.journal.returns.get(return_id), errors))
        progress("retours lus", rank, len(waiting))
    told = {one.row.id: one.read.content.increments for one in settled if isinstance(one.read.content, Dloi)}
    errors += bring_forward(office, progress, told)
    return Fetched(settled, known, problems, errors, reconcile(office))


LONGEST = 64 * 1024 * 1024
"""Bytes of the longest return that is taken in, as of the longest letter of a mailbox."""


@dataclass(frozen=True)
class GivenReturn:
    """One return that was given as bytes; `already_known`: these bytes had come before. `errors`: what could
    not be done of what it brings, `corrections` those that it let be made.
    """

    settled: Settled
    already_known: bool
    errors: tuple[TourneeError, ...] = ()
    corrections: Reconciled = field(default_factory=Reconciled)


def take_return(office: Office, raw: bytes, source: str) -> GivenReturn:
    """Take in one return that came another way than by a mailbox: kept whole, then settled as `fetch` does.

    `source` says where it came from, for the journal. Bytes that came before change nothing; one that a cut
    left unsettled is settled. ReturnsError for what is empty or too long to be one; whatever else the bytes
    are, nothing is raised for them: a return that is not understood is set aside.
    """
    if not 0 < len(raw) <= LONGEST:
        raise ReturnsError(
            "Ce retour est vide." if not raw else f"Ce retour est trop long : {len(raw)} octets.",
            cause="" if not raw else f"un retour a {LONGEST} octets au plus",
            next_step="demandez à qui vous l’a remis le message entier, tel qu’il est venu",
        )
    returns = office.journal.returns
    given = returns.take(raw, line(source))
    return_id = returns.known(raw) if given is None else given
    if return_id is None:
        raise StoreError("Ce retour n’est pas dans le journal, où il était.")
    row = returns.get(return_id)
    if row.state is not ReturnState.TAKEN:
        return GivenReturn(_kept(office, row), True)
    errors: list[TourneeError] = []
    settled = _settle_or_set_aside(office, row, errors)
    content = settled.read.content
    told = {row.id: content.increments} if isinstance(content, Dloi) else {}
    errors += bring_forward(office, silent, told)
    return GivenReturn(settled, given is None, tuple(errors), reconcile(office))


def _kept(office: Office, row: ReturnRow) -> Settled:
    """A return as the journal keeps it, of which nothing is opened anew."""
    read = Return(peek_envelope(row.raw), Quarantined(row.reason, "journal"), b"")
    return Settled(row, read, office.journal.effects.of_return(row.id))


def _take_letters(office: Office, box: ReturnsBox, progress: Progress) -> tuple[int, list[str]]:
    known = 0
    problems = []
    kept = office.journal.returns.sources() if box.keep else frozenset()
    with box.open() as opened:
        for rank, letter in enumerate(opened.letters(lambda key: f"{box.name} {key}" in kept), 1):
            progress(f"lettres de {box.name}", rank, 0)
            if letter.problem:
                _log.warning("route %s: a letter could not be taken", box.name)
                about = f"{box.name}, {line(letter.key)}" if letter.key else box.name
                problems.append(f"{about} : {letter.problem}")
                continue
            if office.journal.returns.take(letter.raw, f"{box.name} {letter.key}") is None:
                known += 1
            opened.acknowledge(letter)
    return known, problems


def _settle_or_set_aside(office: Office, row: ReturnRow, errors: list[TourneeError]) -> Settled:
    """What one return breaks keeps no other from being settled, now or at the next fetch (OCT-RET-5)."""
    try:
        return _settle(office, row, errors)
    except _BROKEN as error:
        _log.exception("return %d could not be settled", row.id)
        aside = Quarantined(
            f"Ce que dit ce retour n’a pas pu être traité ({type(error).__name__}).", "journal"
        )
        if row.state is ReturnState.TAKEN:
            row = office.journal.returns.quarantine(row.id, f"{aside.reason} ({aside.where})")
        return Settled(row, Return(peek_envelope(row.raw), aside, b""), ())


def _settle(office: Office, row: ReturnRow, errors: list[TourneeError]) -> Settled:
    read = take_in(row.raw, _opener(office, errors))
    _log.info("return %d: %s, %d bytes", row.id, read.kind, len(row.raw))
    if isinstance(read.content, Quarantined):
        _log.warning("return %d set aside (%s)", row.id, read.content.where)
        if row.state is ReturnState.TAKEN:
            reason = f"{read.content.reason} ({read.content.where})"
            row = office.journal.returns.quarantine(row.id, reason)
        return Settled(row, read, ())
    if isinstance(read.content, Bounce):
        return _give_back(office, row, read, read.content)
    changes = effects_of(read.content)
    doubt = why_not_believed(office, read, changes)
    if doubt:
        _log.warning("return %d set aside: not from whom it should come", row.id)
        if row.state is ReturnState.TAKEN:
            row = office.journal.returns.quarantine(row.id, f"ce retour n’est pas cru : {doubt}")
        return Settled(row, read, ())
    read = replace(read, notes=(*read.notes, *oddities(office, read)))
    if isinstance(read.content, Dloi):
        office.journal.opposition.keep_increments(row.id, read.content.increments)
    settled = office.journal.returns.settle(
        *(row.id, read.kind, read.envelope.subject, changes, read.clear),
        body=read.body,
        notes=read.odd,
        doubt=_doubt(office, read),
    )
    read = replace(read, notes=(*read.notes, *_of_others(settled.effects)))
    return Settled(settled.row, read, settled.effects)


def _doubt(office: Office, read: Return) -> tuple[DoubtState, str] | None:
    """What the carer must settle of a return itself: its sums or damage first, then how it came."""
    unsound = read.content.unsound if isinstance(read.content, Rsp) else ()
    odd = unlike_before(office, read)
    if unsound or odd:
        state = DoubtState.UNSOUND if unsound else DoubtState.ODD
        return state, " ; ".join((*unsound[:_TOLD_MAX], *odd))
    return None


def _of_others(effects: Sequence[EffectRow]) -> tuple[str, ...]:
    """What a file of several professionals tells of those who are not of this journal."""
    others = [row.effect for row in effects if row.note == OTHER_PS]
    if not others:
        return ()
    numbers = ", ".join(sorted({effect.ps for effect in others})[:_TOLD_MAX])
    paid = euros(sum(effect.paid for effect in others))
    return (f"Pour d’autres professionnels ({numbers}) : {len(others)} éléments, {paid} €, laissés de côté.",)


def _give_back(office: Office, row: ReturnRow, read: Return, bounce: Bounce) -> Settled:
    """A bounce marks its message undelivered; one of a message that another station sent is kept as that, one
    that names no message is set aside.
    """
    message = office.journal.messages.undelivered(bounce.compostage, bounce.words)
    if message is None and bounce.compostage:
        told = Effect(Target.FILE, Outcome.REMARK, stamp=bounce.compostage, label=bounce.told)
        found = office.journal.returns.settle(row.id, read.kind, bounce.told, (told,))
        return Settled(found.row, read, found.effects)
    if message is None:
        if row.state is ReturnState.TAKEN:
            row = office.journal.returns.quarantine(row.id, f"{bounce.told} (aucun message envoyé d’ici)")
        return Settled(row, replace(read, notes=()), ())
    notes = () if message.state is MessageState.UNDELIVERED else (_ARRIVED,)
    settled = office.journal.returns.settle(row.id, read.kind, bounce.told, (), notes=notes)
    return Settled(settled.row, read, ())


def _opener(office: Office, errors: list[TourneeError]) -> Unseal | None:
    """What opens a sealed return; a key that cannot be had, or a place that must not use
    it, is told once, and the return is set aside."""
    if office.unseal is None:
        return None
    unseal = office.unseal

    def opener(data: bytes) -> bytes:
        try:
            return unseal(data)
        except (ConfigError, NotDoneHere) as error:
            if str(error) not in map(str, errors):
                errors.append(error)
            raise

    return opener


def accept_insured(office: Office, return_id: int) -> Settled:
    """Apply what a return says for a NIR that the caisse gave anew; StoreError when it says no such thing."""
    settled = office.journal.returns.accept_insured(return_id)
    return replace(read_again(office, return_id), row=settled.row, effects=settled.effects)


def read_again(office: Office, return_id: int) -> Settled:
    """One return as it came, what it says and what became of it; StoreError when there is none.

    What was settled is told from what the journal keeps, and needs no key; ConfigError when that of another
    cannot be had.
    """
    row = office.journal.returns.get(return_id)
    errors: list[TourneeError] = []
    read = take_in(row.raw, _opener(office, errors), opened=row.content)
    if errors:
        raise errors[0]
    effects = office.journal.effects.of_return(return_id)
    read = replace(read, notes=(*read.notes, *oddities(office, read), *_of_others(effects)))
    return Settled(row, read, effects)
