"""A phone laid on a contactless reader (ISO 14443-4): selected, challenged, it gives the code that it would
show.
"""

from __future__ import annotations

from collections.abc import Callable

from tournee.services.phone_card.code import PhoneCode, PhoneCodeError, code_of
from tournee.services.phone_card.table import (
    AID,
    GET_CHALLENGE,
    INTERNAL_AUTHENTICATE,
    NONCE,
    SELECT,
)

Transmit = Callable[[bytes], bytes]
"""Takes a command APDU to the phone; its answer ends with the status word."""

_OK = b"\x90\x00"


def read_phone(transmit: Transmit) -> PhoneCode:
    """The code of the phone that lies there. PhoneCodeError."""
    _answer(transmit, bytes((0, SELECT, 4, 0, len(AID))) + AID + b"\0")
    nonce = _answer(transmit, bytes((0, GET_CHALLENGE, 0, 0, NONCE)))
    if len(nonce) != NONCE:
        raise _wrong(f"son défi a {len(nonce)} octets")
    code = code_of(_answer(transmit, bytes((0, INTERNAL_AUTHENTICATE, 0, 0, NONCE)) + nonce + b"\0"))
    if code.nonce != nonce:
        raise _wrong("il a signé un autre défi que le sien")
    return code


def _answer(transmit: Transmit, command: bytes) -> bytes:
    answer = transmit(command)
    if answer[-2:] != _OK:
        raise _wrong(f"il répond {answer[-2:].hex().upper() or 'rien'}")
    return answer[:-2]


def _wrong(cause: str) -> PhoneCodeError:
    return PhoneCodeError(
        "Ce qui est posé sur le lecteur n’est pas un téléphone avec l’appli carte Vitale.",
        cause=cause,
        next_step="reposez-le, déverrouillé, ou lisez son code par la caméra",
    )
