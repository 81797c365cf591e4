"""The opposition list by mail: asked for, and brought forward by what comes back (OCT-LOI).

What has not come in order waits in the journal; what is missing is asked for, once for each gap.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tournee import logs
from tournee.app.context import Office, Progress, silent
from tournee.app.handing_over import Dispatch, send_file
from tournee.app.opposition.in_force import latest_heard_of, list_path, number_in_force
from tournee.app.outbound import ps_type_of
from tournee.errors import StoreError, TourneeError
from tournee.exchange.lots import LotSender
from tournee.exchange.opposition import request_file
from tournee.model import Increment
from tournee.opposition.applying import IncrementError, apply_increment
from tournee.returns.dloi import read_dloi
from tournee.store import FileDraft, IncrementRow, IncrementState, MessageState

_log = logging.getLogger(__name__)

_SENT = (MessageState.SENT, MessageState.TRANSMITTING, MessageState.UNCERTAIN)


def request_list(office: Office, ps: str = "", ps_type: str = "", *, whole: bool = False) -> Dispatch:
    """Ask the OCT (`Office.oct_route`) for what follows the list in force, or the `whole` list (OCT-LOI-1).

    `ps` is the billing number of who asks, with its type: left out, the one that the journal knows. The whole
    list, when it comes, takes the place of the one in force, which stays until then; a damaged one goes on
    refusing every card. The request is journaled before it leaves.
    """
    if not ps:
        ps = _only_ps(office)
    sender = LotSender(ps, ps_type or ps_type_of(office, ps), "")
    if whole:
        _whole_mark(office).touch()
    return _ask(office, sender, 0 if whole else number_in_force(office))


def bring_forward(
    office: Office, progress: Progress = silent, told: Mapping[int, tuple[Increment, ...]] | None = None
) -> list[TourneeError]:
    """Apply all increments that follow one another from the list in force, whenever they came; ask for what
    is missing, once (OCT-LOI-2). Gives what could not be done. `told`: what returns read just now hold, by
    their ids; what came before is read in the journal.
    """
    waiting = office.journal.opposition.increments(IncrementState.WAITING)
    if not waiting:
        return []
    contents = dict(told or {})
    try:
        for rank, row in enumerate(waiting, 1):
            progress("liste d’opposition", rank, len(waiting))
            _apply(office, row, contents)
        return _ask_for_missing(office)
    except TourneeError as error:
        return [error]


def _apply(office: Office, row: IncrementRow, contents: dict[int, tuple[Increment, ...]]) -> None:
    def act() -> tuple[IncrementState, str]:
        anew = row.before == 0 and _whole_mark(office).exists()
        in_force = 0 if anew else number_in_force(office)
        if row.after <= in_force:
            return IncrementState.KNOWN, f"déjà appliqué : la liste en vigueur est {in_force:06}"
        if row.before < in_force:
            return IncrementState.KNOWN, f"part d’une liste antérieure à celle en vigueur ({in_force:06})"
        if row.before > in_force:
            return (
                IncrementState.WAITING,
                f"attend la liste {row.before:06} (ici {in_force:06})",
            )
        if row.return_id not in contents:
            contents[row.return_id] = read_dloi(office.journal.returns.get(row.return_id).content).increments
        try:
            done = apply_increment(list_path(office), contents[row.return_id][row.rank], anew=anew)
        except IncrementError as error:
            _log.warning("increment %d refused: %s", row.id, logs.where(error))
            return IncrementState.REFUSED, error.message
        if anew:
            _whole_mark(office).unlink()
        _log.info("opposition list %06d in force", row.after)
        odd = ((done.already, "ajouts déjà présents"), (done.absent, "retraits absents"))
        return IncrementState.APPLIED, ", ".join(f"{what} : {count}" for count, what in odd if count)

    office.journal.opposition.increment_done(row.id, act)


def _ask_for_missing(office: Office) -> list[TourneeError]:
    """A request for what follows the list in force, when a later one is known than at the last request."""
    in_force = number_in_force(office)
    latest = latest_heard_of(office)
    if latest <= in_force:
        return []
    for file in office.journal.opposition.requests(in_force, latest):
        if any(message.state in _SENT for message in office.journal.messages.find(file_id=file)):
            return []
    done = request_list(office)
    return [] if done.error is None else [done.error]


def _ask(office: Office, sender: LotSender, in_force: int) -> Dispatch:
    build = partial(_request_draft, office, sender, in_force)
    made = office.journal.opposition.make_request(sender.number, in_force, latest_heard_of(office), build)
    file = office.journal.files.get(made)
    return send_file(office, file, resend=False)


def _request_draft(office: Office, sender: LotSender, in_force: int, name: int) -> FileDraft:
    route = office.oct_route
    clear = request_file(sender, name, office.clock(), route.recipient_number, in_force)
    return FileDraft(clear, b"", 0, route.name, route.party)


def _whole_mark(office: Office) -> Path:
    """A file that is there while the whole list is awaited."""
    path = list_path(office)
    return path.with_name(path.name + ".attendue")


def _only_ps(office: Office) -> str:
    known = office.journal.visits.professionals()
    if len(known) == 1:
        return known[0]
    raise StoreError(
        "Au nom de quel professionnel demander la liste d’opposition ?",
        cause=f"le journal en connaît {len(known)}",
        next_step="indiquez son numéro, ou insérez sa carte",
        remedy="request-list-for",
    )
