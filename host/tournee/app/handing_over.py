"""One file, one message: sealed, journaled as leaving, handed to the server, and what is certain of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from tournee import logs
from tournee.app.context import Office, Progress, silent
from tournee.errors import ConfigError, StoreError, TourneeError
from tournee.exchange.files import OCT, Addressee, addressee_in
from tournee.exchange.mail.submission import Receipt, SubmissionRefusedError, UncertainError
from tournee.exchange.mail.transport import TransportError
from tournee.exchange.message import (
    PROFILE,
    Stamped,
    base64_chunks,
    compostage,
    facts_of,
    is_addressed,
    is_readable,
    message_head,
    message_id,
    subject_of,
)
from tournee.exchange.opposition import PROFILE as DLOI_PROFILE
from tournee.exchange.opposition import is_request, subject_of_request
from tournee.exchange.proofs import PROFILE as PROOFS_PROFILE
from tournee.exchange.proofs import is_proofs, records_of, subject_of_proofs
from tournee.exchange.route import Mode, Route
from tournee.exchange.sealing.sealing import seal_for
from tournee.store import FileRow, MessageDraft, MessageRow, MessageState
from tournee.store.tables.messages import KNOWN_AGAIN

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dispatch:
    """What became of one file: its message, None when none could be made; what stopped it, if anything."""

    file: FileRow
    message: MessageRow | None
    error: TourneeError | None = None


def send_file(office: Office, file: FileRow, *, resend: bool, progress: Progress = silent) -> Dispatch:
    """Send one file in a message of its own; ConfigError, CertificateError when nothing of it left.

    `progress` is told of the server that is being reached, of the bytes that left, and that only its answer
    is missing.
    """
    journal, route = office.journal, _route_of(office, file)
    for message in journal.messages.find(MessageState.MADE, file.id):
        if message.route != route.name or not is_addressed(next(iter(message.content)), route.address):
            journal.messages.failed(message.id, f"préparé pour la route {message.route} telle qu’elle était")
    build = partial(_message_draft, office, route, file)
    message_row = journal.messages.get(journal.messages.make(file.id, route.name, build, resend=resend))
    error: TransportError | None = None

    def accepted(receipt: Receipt) -> None:
        """Kept before the server is left: a cut then changes nothing."""
        journal.messages.sent(message_row.id, receipt.answer)
        _log.info("message %d accepted by the server: %d bytes", message_row.id, message_row.content.size)

    size, server = message_row.content.size, route.submission.address if route.submission else route.name
    progress(f"fichier {file.name} : {server}", 0, size)

    def left(sent: int) -> None:
        waiting = f"réponse de {server} attendue" if sent >= size else "envoi"
        progress(f"fichier {file.name} : {waiting}", sent, size)

    try:
        again = office.courier.knows_again
        leaving = partial(journal.messages.transmitting, message_row.id, known_again=again)
        office.courier.hand_over(route, message_row.content, leaving, accepted, left)
    except UncertainError as uncertain:
        _log.error("message %d uncertain: %s", message_row.id, logs.where(uncertain))
        error = uncertain
        journal.messages.uncertain(message_row.id, uncertain.cause)
    except TransportError as refusal:
        _log.warning("message %d not sent: %s", message_row.id, logs.where(refusal))
        error = refusal
        journal.messages.failed(message_row.id, refusal.message)
    return Dispatch(journal.files.get(file.id), journal.messages.get(message_row.id), error)


def hand_over_again(office: Office) -> list[Dispatch]:
    """Hand over once more what may have left, to a courier that knows it again: what it says is then certain.

    What is still uncertain, or cannot be asked now, stays as it is, with its error.
    """
    messages, done = office.journal.messages, []
    for state in (MessageState.TRANSMITTING, MessageState.UNCERTAIN):
        for message in messages.find(state):
            if not message.leased_by.endswith(KNOWN_AGAIN):
                continue  # it left another way, which knows nothing again

            def accepted(receipt: Receipt, message: MessageRow = message) -> None:
                messages.sent(message.id, receipt.answer)

            error: TourneeError | None = None
            try:
                route = _route_of(office, office.journal.files.get(message.file_id))
                office.courier.hand_over(route, message.content, lambda: None, accepted)
            except SubmissionRefusedError as refusal:
                error = refusal
                messages.undelivered(message.compostage, refusal.cause)
            except (TransportError, ConfigError, StoreError) as later:
                _log.warning("message %d not asked for: %s", message.id, logs.where(later))
                error = later
            done.append(Dispatch(office.journal.files.get(message.file_id), messages.get(message.id), error))
    return done


def is_clear(message: MessageRow) -> bool:
    """Whether this message carries its file in clear, as its route said by name: whoever shows the message
    says so (OCT-MSG-8).
    """
    return is_readable(next(iter(message.content)))


def _route_of(office: Office, file: FileRow) -> Route:
    """The route that a file was framed for, the active one or one used before (OCT-MODE-1), narrowed to the
    file's recipient in direct mode.

    What is framed for an OCT, or asked of it, goes to that OCT alone, what is framed for the insurers to them
    alone, whatever the routes are called since (OCT-MODE-3). Among several that lead there, the one of the
    same name is taken.
    """
    addressee = _addressee(office, file)
    party = file.party or (f"{OCT} {addressee.number}" if addressee.type == OCT else "")
    known = [route for route in (office.route, *office.former) if party in ("", route.party)]
    named = [route for route in known if route.name == file.route]
    if named or (party and known):
        return (named or known)[0].towards(addressee.type, addressee.number, addressee.crf)
    whose = f"l’OCT {party.removeprefix(OCT).strip()}" if party else f"la route {file.route}"
    raise ConfigError(
        f"Le fichier {file.name} est fait pour {'un envoi direct' if party == Mode.DIRECT else whose}, "
        "qui n’est plus dans la configuration.",
        cause="cette route a été retirée de la configuration, ou a changé",
        next_step="remettez-la, sans la rendre active : le fichier partira par elle",
    )


def _addressee(office: Office, file: FileRow) -> Addressee:
    """Whom a file is for; pieces go where their lot went."""
    first = next(iter(file.content))
    if not is_proofs(first):
        return addressee_in(first)
    told = addressee_in(records_of(first))
    proofs = office.journal.pieces.of_files([file.id])
    return replace(told, crf=office.journal.lots.get(proofs[0].lot_id).crf)


def _message_draft(office: Office, route: Route, file: FileRow, counter: int) -> MessageDraft:
    now = office.clock()
    stamp = compostage(now, counter)
    subject: Stamped
    first = next(iter(file.content))
    if is_proofs(first):
        subject, profile = subject_of_proofs(first, stamp), PROOFS_PROFILE
    elif is_request(first):
        subject, profile = subject_of_request(first, stamp), DLOI_PROFILE
    else:
        subject, profile = subject_of(facts_of(file.content), stamp), PROFILE
    sealed = seal_for(route, file.content, now=now)
    head = message_head(
        subject=subject,
        sender=route.sender,
        recipient=route.address,
        file_name=file.name,
        sealing=sealed.sealing,
        date=now,
        identifier=message_id(subject, route.sender),
        profile=profile,
    )
    return MessageDraft(str(subject), stamp, chain((head,), base64_chunks(sealed.chunks)))
