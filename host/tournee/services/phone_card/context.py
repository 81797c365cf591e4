"""A context: what the service opens for a carer when it has judged a phone's code, for half an hour."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tournee.crypto import ecdsa
from tournee.crypto.values import NotAuthentic
from tournee.services.calling import ServiceAnswerError
from tournee.services.json_answer import object_of
from tournee.services.phone_card.table import SEALED_WORDS, TIME

CONTEXT_MAX = 32_768
"""Bytes of an answer that opens a context."""

_WHO = "l’appli carte Vitale"
_FIELDS = {
    "identifiant": str,
    "jeton": str,
    "fin": str,
    "zone": str,
    "delegue": str,
    "signature": str,
}
_NAME_MAX = 64


@dataclass(frozen=True)
class PhoneContext:
    """A context. `zone` is groups 101 to 109 as a card has them, `delegate` the person whose phone it is
    where that is not the insured person, `signature` the service's over what is not secret.
    """

    identifier: str
    token: str = field(repr=False)
    ends: datetime
    zone: bytes = field(repr=False)
    delegate: str
    signature: bytes = field(repr=False)

    def left(self, now: datetime) -> int:
        """Whole seconds that it still lives; 0 when it is over."""
        return max(0, int((self.ends - now).total_seconds()))

    def as_json(self) -> bytes:
        """As it is kept, and as the service told it."""
        told = {
            "identifiant": self.identifier,
            "jeton": self.token,
            "fin": f"{self.ends:{TIME}}",
            "zone": base64.b64encode(self.zone).decode(),
            "delegue": self.delegate,
            "signature": base64.b64encode(self.signature).decode(),
        }
        return json.dumps(told, ensure_ascii=False).encode()


def signed_words(identifier: str, ends: str, zone: bytes) -> bytes:
    """What the service signs of a context."""
    return SEALED_WORDS + f"{identifier}\n{ends}\n".encode() + hashlib.sha256(zone).digest()


def context_of(data: bytes, seal_certificate: bytes) -> PhoneContext:
    """A context as it was told, its signature verified by the certificate (DER) of the service's seal: a zone
    that was altered is none of it. ServiceAnswerError.
    """
    told = object_of(data, _FIELDS, limit=CONTEXT_MAX, who=_WHO)
    try:
        ends = datetime.strptime(told["fin"], TIME).replace(tzinfo=UTC)
        zone, signature = (base64.b64decode(told[one], validate=True) for one in ("zone", "signature"))
    except ValueError as error:
        raise _wrong("une de ses valeurs est illisible") from error
    if not all(0 < len(told[one]) <= _NAME_MAX for one in ("identifiant", "jeton")):
        raise _wrong("son identifiant ou son jeton n’a pas la longueur attendue")
    try:
        ecdsa.verify(
            ecdsa.key_in(seal_certificate), signature, signed_words(told["identifiant"], told["fin"], zone)
        )
    except NotAuthentic as error:
        raise _wrong("les droits reçus ne sont pas ceux que le service a signés") from error
    return PhoneContext(
        told["identifiant"], told["jeton"], ends, zone, told["delegue"][:_NAME_MAX], signature
    )


def _wrong(cause: str) -> ServiceAnswerError:
    return ServiceAnswerError(
        "La réponse de l’appli carte Vitale ne peut pas servir.",
        cause=cause,
        next_step="lisez de nouveau le téléphone, ou demandez la carte Vitale",
    )
