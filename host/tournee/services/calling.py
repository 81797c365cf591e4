"""A service called over HTTPS: before one deadline, within a bound, and what failed told in French.

What is asked of a person stands in the body alone; of a call a log has the service, the answer's status and
its size. Off line is the normal state: every error says that nothing is lost.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from tournee.https import (
    HttpsAnswer,
    HttpsRequest,
    HttpsServer,
    LineError,
    NotReachedError,
    NotTrustedError,
    TooLongError,
    TooSlowError,
    carry,
)
from tournee.services.failures import (
    ServiceAnswerError,
    ServiceBusyError,
    ServiceCallError,
    ServiceCutError,
    ServiceLongError,
    ServiceRefusedError,
    ServiceSlowError,
    ServiceTlsError,
    ServiceUnreachableError,
)
from tournee.services.point import ENVELOPE_MAX, ServicePoint

__all__ = [
    "SECONDS",
    "ServiceAnswerError",
    "ServiceBusyError",
    "ServiceCallError",
    "ServiceCutError",
    "ServiceLongError",
    "ServiceRefusedError",
    "ServiceSlowError",
    "ServiceTlsError",
    "ServiceUnreachableError",
    "call",
    "tried",
    "within",
]

SECONDS = 5.0
"""How long a service may take, from the first byte to the last."""

_until: ContextVar[float] = ContextVar("until", default=math.inf)
_LATER = "continuez : la demande attend, et repart d’elle-même avec votre prochain envoi"
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@contextmanager
def within(seconds: float, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """All calls made inside end before one deadline; those after it are made no more (ServiceSlowError)."""
    was = _until.set(min(_until.get(), clock() + seconds))
    try:
        yield
    finally:
        _until.reset(was)


def call(
    point: ServicePoint,
    method: str,
    path: str = "",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float = SECONDS,
    answer_max: int = ENVELOPE_MAX,
    clock: Callable[[], float] = time.monotonic,
) -> HttpsAnswer:
    """Ask once; `path` "" is the point's own. Raises a ServiceCallError; any HTTP status is an answer."""
    server = HttpsServer(
        *(point.host, point.port, point.fingerprint), point.authority, point.certificate, point.key
    )
    asked = HttpsRequest(method, path or point.path, headers or {}, body, answer_max=answer_max)
    where = point.label
    left = min(seconds, _until.get() - clock())
    if left <= 0:
        raise ServiceSlowError(
            f"{where} n’a pas été demandé.", cause="le temps donné aux services est passé", next_step=_LATER
        )
    try:
        answer = carry(server, asked, left, clock=clock)
    except LineError as error:
        _log.info("%s at %s: %s: %s", point.service, server.address, type(error).__name__, error.__cause__)
        raise _failed(where, error, left, answer_max) from error
    _log.info("%s: HTTP %d, %d bytes", point.service, answer.status, len(answer.body))
    return answer


def _failed(where: str, error: LineError, seconds: float, answer_max: int) -> ServiceCallError:
    """What a carer reads of a line that failed: what happened, why, and what she does now."""
    if isinstance(error, NotReachedError):
        return ServiceUnreachableError(f"{where} ne répond pas.", cause=str(error), next_step=_LATER)
    if isinstance(error, NotTrustedError):
        return ServiceTlsError(
            f"{where} n’a pas été reconnu{'e' if where.startswith('La ') else ''} ; rien ne lui a été dit.",
            cause=str(error),
            next_step="continuez, la demande attend ; si cela dure, faites vérifier dans la configuration "
            "l’adresse et les certificats de ce service",
        )
    if isinstance(error, TooSlowError):
        return ServiceSlowError(
            f"{where} n’a pas répondu en {f'{seconds:.2g}'.replace('.', ',')} s.",
            cause="le réseau ou le service est lent",
            next_step=_LATER,
        )
    if isinstance(error, TooLongError):
        return ServiceLongError(
            f"{where} répond trop longuement.", cause=f"plus de {answer_max} octets", next_step=_LATER
        )
    return ServiceCutError(
        f"La liaison avec {where[0].lower()}{where[1:]} a été coupée avant la fin de sa réponse.",
        next_step=_LATER,
    )


def tried(ask: Callable[[], _T], tries: int = 2) -> _T:
    """Ask again where the call came to nothing, `tries` in all; each try makes its request anew, for a
    request may be known by a number used once. Who is not trusted is asked once.
    """
    for _ in range(tries - 1):
        try:
            return ask()
        except ServiceTlsError:
            raise
        except ServiceCallError as error:
            _log.info("asked again: %s", type(error).__name__)
    return ask()
