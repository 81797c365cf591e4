"""The code that a phone shows, or gives by contact: its bytes, judged for their form before they leave.

Whose key signed it only the service can say.
"""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import cbor2

from tournee.errors import ServiceError
from tournee.services.phone_card.table import (
    CODE_MAX,
    CODE_SECONDS,
    COSE_TAG,
    ES256,
    NAME,
    NONCE,
    PREFIX,
    CodeClaim,
)

_SIGNATURE = 64
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_SIZES = {CodeClaim.ID: NAME, CodeClaim.PSEUDONYM: NAME, CodeClaim.NONCE: NONCE}


class PhoneCodeError(ServiceError):
    """A code that no phone makes, or one that is over."""


@dataclass(frozen=True)
class PhoneCode:
    """A code: `content` is what is sent, `ends` when it is over."""

    content: bytes = field(repr=False)
    ends: datetime
    identifier: bytes
    pseudonym: bytes = field(repr=False)
    nonce: bytes = field(repr=False)


def code_of_text(text: str) -> PhoneCode:
    """The code in a QR code's text. PhoneCodeError."""
    body = text.removeprefix(PREFIX)
    if body == text or len(body) > CODE_MAX * 4 // 3 + 4 or not _ALPHABET.issuperset(body):
        raise _wrong("ce n’est pas un code de l’appli carte Vitale")
    try:
        content = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (ValueError, binascii.Error) as error:
        raise _wrong("le code est abîmé") from error
    return code_of(content)


def code_of(content: bytes) -> PhoneCode:
    """A code as it came, of the form of the profile. PhoneCodeError."""
    if len(content) > CODE_MAX:
        raise _wrong(f"le code a {len(content)} octets")
    try:
        claims = _claims(content)
        ends = datetime.fromtimestamp(claims[CodeClaim.ENDS], UTC)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, OSError, RecursionError) as error:
        raise _wrong("le code n’a pas la forme attendue") from error
    return PhoneCode(
        content, ends, claims[CodeClaim.ID], claims[CodeClaim.PSEUDONYM], claims[CodeClaim.NONCE]
    )


def _claims(content: bytes) -> dict[int, Any]:
    """What a COSE_Sign1 says; ValueError, or what CBOR raises."""
    stream = io.BytesIO(content)
    whole = cbor2.CBORDecoder(stream).decode()
    if stream.tell() != len(content) or not isinstance(whole, cbor2.CBORTag) or whole.tag != COSE_TAG:
        raise ValueError("no COSE_Sign1")
    protected, unprotected, payload, signature = whole.value
    if unprotected or not isinstance(signature, bytes) or len(signature) != _SIGNATURE:
        raise ValueError("no signature by ES256")
    if cbor2.loads(protected) != {1: ES256}:
        raise ValueError("another algorithm")
    claims = cbor2.loads(payload)
    if (
        not isinstance(claims, dict)
        or set(claims) != set(CodeClaim)
        or type(claims[CodeClaim.ENDS]) is not int
    ):
        raise ValueError("other claims")
    for one, size in _SIZES.items():
        if not isinstance(claims[one], bytes) or len(claims[one]) != size:
            raise ValueError("a claim of another size")
    return claims


def require_fresh(code: PhoneCode, now: datetime) -> None:
    """PhoneCodeError for a code that is over, or that says it lives longer than one may."""
    left = (code.ends - now).total_seconds()
    if left <= 0:
        raise PhoneCodeError(
            "Ce code n’est plus valable : il ne sert que 90 secondes.",
            cause="l’écran montré est ancien, ou l’horloge de cet appareil avance",
            next_step="demandez au patient d’afficher un nouveau code, puis lisez-le",
        )
    if left > CODE_SECONDS + CODE_SECONDS:  # the clocks may differ by as much again
        raise _wrong("il dit valoir plus longtemps qu’un code ne vaut")


def _wrong(cause: str) -> PhoneCodeError:
    return PhoneCodeError(
        "Ce n’est pas un code de l’appli carte Vitale.",
        cause=cause,
        next_step="demandez au patient d’ouvrir l’appli et d’afficher son code, puis lisez-le",
    )
