"""An insurer asked on line: one question, one answer, by mutual TLS; refused and odd answers told apart."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from tournee.printable import line
from tournee.services.calling import ServiceAnswerError, ServiceRefusedError, call
from tournee.services.insurers.bounded_json import read_object
from tournee.services.insurers.messages import refusal_of
from tournee.services.insurers.table import (
    BODY_MAX,
    FORBIDDEN_STATUS,
    MEDIA,
    PATHS,
    REFUSALS,
    REFUSED_STATUS,
    SECONDS,
)
from tournee.services.point import ServicePoint

_OK = 200


def address_of(point: ServicePoint, told: str) -> ServicePoint:
    """Where a question goes: a path on the point, or an address of its own, as the directory tells it."""
    if told.startswith("/"):
        return replace(point, path=told)
    parts = urlsplit(told)
    return replace(point, host=parts.hostname or "", port=parts.port or 443, path=parts.path or "/")


def put(point: ServicePoint, question: str, told: str, body: bytes, *, seconds: float = SECONDS) -> bytes:
    """Ask (`question` of `PATHS`), at the place that the directory tells ("": the profile's); gives the
    answer's bytes, an object. Raises ServiceCallError, ServiceRefusedError, ServiceAnswerError.
    """
    there = address_of(point, told or PATHS[question])
    answer = call(
        there, "POST", body=body, headers={"Content-Type": MEDIA}, seconds=seconds, answer_max=BODY_MAX
    )
    if answer.status in (REFUSED_STATUS, FORBIDDEN_STATUS):
        code = refusal_of(read_object(answer.body))
        raise ServiceRefusedError(
            f"La mutuelle refuse la demande : {REFUSALS[code]} ({code}).",
            code=code,
            next_step="continuez sans elle, ou vérifiez ce que dit l’attestation",
        )
    if answer.status != _OK or answer.media != MEDIA:
        raise ServiceAnswerError(
            "La mutuelle répond autre chose que ce qui est attendu.",
            cause=f"HTTP {answer.status}, {line(answer.media, 40)}",
            next_step="continuez sans elle : le calcul de Tournée sert",
        )
    read_object(answer.body)
    return answer.body
