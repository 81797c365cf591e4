"""Every value of the phone's card, read by the client, by the emulated phone and by the emulated service.

Nothing of the real one is published: a code of the phone, a context of half an hour, a seal by the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

PREFIX = "APCV1."
"""Begins the text of the QR code; behind it, Base64url without padding of a COSE_Sign1 (RFC 9052)."""

CODE_SECONDS = 90
"""How far ahead a code may say that it ends."""

CONTEXT_SECONDS = 1800
"""How long a context lives."""

AGE_MIN = 16
"""Years of who has the application."""

CODE_MAX = 512
"""Bytes of a code."""

COSE_TAG, ES256 = 18, -7
"""COSE_Sign1, and ECDSA with SHA-256 on P-256."""


class CodeClaim(IntEnum):
    """Keys of what a code says."""

    ID = 1  # 16 bytes: the application on one phone, which has its key
    PSEUDONYM = 2  # 16 bytes: the insured person
    ENDS = 3  # seconds since 1970
    NONCE = 4  # 16 bytes, once


NONCE, NAME = 16, 16
"""Bytes of a nonce; of an identifier or a pseudonym."""

AID = bytes.fromhex("f0544f55524e4545")
"""The application on the phone, laid on a contactless reader (ISO 14443-4)."""

SELECT, GET_CHALLENGE, INTERNAL_AUTHENTICATE = 0xA4, 0x84, 0x88
"""Instructions, of class 00 (ISO 7816-4)."""

CONTEXT_PATH, SEAL_PATH = "/contexte", "/sceller"
"""What is asked by POST, JSON both ways."""

SEALED_WORDS = b"APCV1 contexte\0"
"""Begins what the service signs of a context: then its identifier, its end, the SHA-256 of its zone."""

TIME = "%Y-%m-%dT%H:%M:%SZ"
"""How a time is written, in UTC."""


@dataclass(frozen=True)
class PhoneRefusal:
    """Why the service refuses, as the carer reads it."""

    message: str
    next_step: str


_SHOW_AGAIN = "demandez au patient d’afficher un nouveau code, puis lisez-le"
REFUSALS = {
    "A01": PhoneRefusal(
        "Le service ne connaît pas ce téléphone.", "demandez la carte Vitale, ou passez sans carte"
    ),
    "A02": PhoneRefusal("Ce code n’est plus valable : il ne sert que 90 secondes.", _SHOW_AGAIN),
    "A03": PhoneRefusal("Ce code a déjà servi.", _SHOW_AGAIN),
    "A04": PhoneRefusal("Ce code n’est pas authentique.", _SHOW_AGAIN),
    "A05": PhoneRefusal(
        "Ce téléphone est celui d’une autre personne.", "lisez celui du patient de la visite"
    ),
    "A06": PhoneRefusal(
        "Le service ne reconnaît pas votre carte CPS.", "remettez-la, donnez le code, recommencez"
    ),
    "A07": PhoneRefusal("Les 30 minutes de cette lecture sont passées.", "lisez de nouveau le téléphone"),
    "A08": PhoneRefusal("Cette lecture n’est pas connue du service.", "lisez de nouveau le téléphone"),
    "A09": PhoneRefusal("L’appli n’est pas ouverte avant 16 ans.", "demandez la carte Vitale"),
    "A10": PhoneRefusal("La délégation de ce téléphone est finie.", "demandez la carte Vitale du patient"),
    "A20": PhoneRefusal("Le service de l’appli est occupé.", "recommencez, ou demandez la carte Vitale"),
}
"""By code."""
