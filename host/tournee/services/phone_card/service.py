"""The service of the phone's card, called: a context opened by a code, records sealed in it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from tournee.https import HttpsAnswer
from tournee.services.calling import (
    SECONDS,
    ServiceAnswerError,
    ServiceCallError,
    ServiceRefusedError,
    call,
)
from tournee.services.json_answer import object_of
from tournee.services.phone_card.code import PhoneCode
from tournee.services.phone_card.context import CONTEXT_MAX, PhoneContext, context_of
from tournee.services.phone_card.table import CONTEXT_PATH, REFUSALS, SEAL_PATH
from tournee.services.point import ServicePoint

SEAL_MAX = 72
"""Bytes of a seal: an ECDSA signature on P-256, in DER."""

_WHO = "l’appli carte Vitale"
_ANSWER_MAX = 2 * CONTEXT_MAX
_OK, _REFUSED = 200, 403


def open_context(
    point: ServicePoint, seal_certificate: bytes, code: PhoneCode, assertion: bytes, renews: str = ""
) -> PhoneContext:
    """Have a code judged, told by the carer's assertion who asks; `renews` names the context that is over and
    whose person this must be. Raises a ServiceError.
    """
    asked = {
        "code": base64.b64encode(code.content).decode(),
        "assertion": base64.b64encode(assertion).decode(),
        "renouvelle": renews,
    }
    return context_of(_asked(point, CONTEXT_PATH, asked), seal_certificate)


def seal_digest(point: ServicePoint, context: PhoneContext, digest: bytes) -> bytes:
    """The seal over the SHA-256 of an invoice's records 2 to 5, in DER. Raises a ServiceError."""
    asked = {"identifiant": context.identifier, "jeton": context.token, "empreinte": digest.hex()}
    told = object_of(_asked(point, SEAL_PATH, asked), {"sceau": str}, limit=1024, who=_WHO)
    try:
        seal = base64.b64decode(told["sceau"], validate=True)
    except ValueError:
        seal = b""
    if not 0 < len(seal) <= SEAL_MAX:
        raise ServiceAnswerError(
            "Le sceau de l’appli carte Vitale ne peut pas servir.",
            cause="il est illisible, ou trop long",
            next_step="recommencez ; rien n’a été signé",
        )
    return seal


def _asked(point: ServicePoint, path: str, told: Mapping[str, Any]) -> bytes:
    body = json.dumps(told).encode()
    try:
        answer = call(
            *(point, "POST", path, body, {"Content-Type": "application/json"}),
            seconds=SECONDS,
            answer_max=_ANSWER_MAX,
        )
    except ServiceCallError as error:
        error.next_step = "sans réseau l’appli ne sert pas : demandez la carte Vitale, ou passez sans carte"
        raise
    if answer.status == _OK:
        return answer.body
    raise _refusal(answer)


def _refusal(answer: HttpsAnswer) -> Exception:
    if answer.status == _REFUSED:
        code = object_of(answer.body, {"code": str}, limit=1024, who=_WHO)["code"]
        why = REFUSALS.get(code)
        if why is not None:
            return ServiceRefusedError(why.message, code=code, next_step=why.next_step)
    return ServiceAnswerError(
        "L’appli carte Vitale ne répond pas comme il faut.",
        cause=f"réponse {answer.status}",
        next_step="demandez la carte Vitale, ou passez sans carte",
    )
