"""A service asked through the journal: written before it leaves, kept waiting off line, answered with its
time and origin, refused, or set aside as no answer. No failure of a service stops the round.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NamedTuple

from tournee.app.context import Office
from tournee.errors import TourneeError
from tournee.services.failures import ServiceAnswerError, ServiceCallError, ServiceRefusedError
from tournee.store import RequestState, ServiceRow

SIGNED = ("droits", "ordonnance")
"""Services that are asked by the carer's card."""

_log = logging.getLogger(__name__)


class Said(NamedTuple):
    """What a service said: who says so (`ADRi`, `ApCV` …), and its words as they are kept."""

    origin: str
    content: bytes


Carry = Callable[[ServiceRow], Said]
"""Takes a request to its service and back. Raises a ServiceError."""


def ask(
    office: Office,
    service: str,
    subject: bytes,
    request: bytes,
    carry: Carry | None,
    *,
    ps: str = "",
    visit: int | None = None,
) -> ServiceRow:
    """Ask now; without `carry`, or where the service is not reached, the request waits. A twin that waits
    already is asked in its place. The row tells what came of it.
    """
    requests = office.journal.requests
    twins = [one.id for one in requests.waiting(service) if (one.subject, one.request) == (subject, request)]
    number = twins[0] if twins else requests.ask(service, subject, request, ps=ps, visit=visit)
    return requests.get(number) if carry is None else carry_one(office, number, carry)


def carry_one(office: Office, request_id: int, carry: Carry) -> ServiceRow:
    """Take a waiting request to its service: answered, refused, set aside, or waiting on and why."""
    requests = office.journal.requests
    row = requests.get(request_id)
    if row.state is not RequestState.WAITING:
        return row
    try:
        said = carry(row)
    except ServiceCallError as error:
        requests.put_off(row.id, _why(error))
    except ServiceRefusedError as error:
        requests.refuse(row.id, _why(error))
    except ServiceAnswerError as error:
        requests.fail(row.id, _why(error))
    else:
        requests.answer(row.id, said.origin, said.content)
    found = requests.get(row.id)
    _log.info("request %d to %s: %s", row.id, row.service, found.state.value)
    return found


def _why(error: TourneeError) -> str:
    """What happened and why, in one sentence that is kept."""
    return f"{error.message.rstrip('.')} : {error.cause.rstrip('.')}." if error.cause else error.message


def waiting_said(row: ServiceRow) -> str:
    """Of a request that waits, in French: why, and what to do about it."""
    card = ", votre carte CPS dans le lecteur" if row.service in SIGNED else ""
    return f"{row.reason} La demande attend : elle repart avec votre prochain envoi{card}.".lstrip()


def carry_waiting(office: Office, service: str, carry: Carry) -> tuple[ServiceRow, ...]:
    """Take all that waits for a service there, as long as it answers; what became of each."""
    done = []
    for row in office.journal.requests.waiting(service):
        done.append(carry_one(office, row.id, carry))
        if done[-1].state is RequestState.WAITING:
            break  # the others would wait as long for nothing
    return tuple(done)
