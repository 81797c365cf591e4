"""The service of rights asked over the network: two tries, each with numbers of its own, then off line."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from datetime import datetime

from tournee.services.calling import (
    ServiceAnswerError,
    ServiceBusyError,
    ServiceRefusedError,
    call,
    tried,
)
from tournee.services.point import ServicePoint
from tournee.services.rights import table
from tournee.services.rights.assertion import Asserting
from tournee.services.rights.envelope import Asking, RightsTold, ask_rights
from tournee.services.rights.request import RightsRequest
from tournee.services.rights.table import RightsCode

_ANSWERS = (200, 400, 500)  # SOAP 1.2 over HTTP: an answer, a fault of the sender's, one of the receiver's
_MEDIA = "application/soap+xml"
_VERSION = "open-2"


def ask_over_network(
    point: ServicePoint,
    request: RightsRequest,
    who: Asserting,
    now: Callable[[], datetime],
    *,
    seconds: float = table.SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> RightsTold:
    """Raises a ServiceCallError once all tries came to nothing, ServiceRefusedError, ServiceAnswerError, and
    what the reader raises. A service that says it is busy is tried again as one that does not answer.
    """

    def post(envelope: bytes) -> bytes:
        headers = {"Content-Type": f'{_MEDIA}; charset=utf-8; action="{table.ACTION}"'}
        answer = call(point, "POST", body=envelope, headers=headers, seconds=seconds, clock=clock)
        if answer.status not in _ANSWERS or answer.media != _MEDIA:
            raise ServiceAnswerError(
                "Ce que dit le service des droits n’est pas une réponse.",
                cause=f"statut HTTP {answer.status}, type inattendu",
                next_step="continuez avec la carte ; redemandez plus tard",
            )
        return answer.body

    def once() -> RightsTold:
        asking = Asking(now(), str(uuid.uuid4()), secrets.token_hex(16), _VERSION)
        try:
            return ask_rights(request, who, asking, post)
        except ServiceRefusedError as refused:
            if refused.code == RightsCode.BUSY:
                raise ServiceBusyError(
                    refused.message, cause=refused.cause, next_step="continuez : la demande attend"
                ) from refused
            raise

    return tried(once, table.TRIES)
