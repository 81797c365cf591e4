"""The recovery code: what opens a practice's copies when its tablet is lost. It stands on paper only.

128 bits and a check of 12, in 28 letters and digits. The journal's key is encrypted under a key made of it by
HKDF (RFC 5869): what the server keeps cannot be tried out.
"""

from __future__ import annotations

import hashlib
import secrets

from tournee.crypto.derivation import hkdf
from tournee.errors import StoreError
from tournee.store import Cipher
from tournee.store.cipher import KEY_SIZE

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LENGTH, _GROUP = 28, 4
_CHECK_BITS = 12
_BINDING = "recovery key"
_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})


class RecoveryCodeError(StoreError):
    """What was typed is no recovery code, or that of another practice."""


def new_recovery_code() -> str:
    """A code, as it is written down."""
    secret = secrets.randbits(128)
    value = secret << _CHECK_BITS | _check(secret)
    letters = "".join(_ALPHABET[value >> 5 * rank & 31] for rank in reversed(range(_LENGTH)))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def lock_key(cipher: Cipher, code: str) -> bytes:
    """The key of a journal, for whoever has the code."""
    return cipher.wrapped(Cipher(_key_of(code)), f"{_BINDING} {cipher.identity}")


def unlock_key(locked: bytes, code: str, identity: str) -> bytes:
    """The journal's key; RecoveryCodeError for a code that is mistyped, or another's."""
    wrapping = Cipher(_key_of(code))
    try:
        key = wrapping.decrypt(locked, f"{_BINDING} {identity}")
        if Cipher(key).identity == identity:
            return key
    except StoreError:
        pass
    raise RecoveryCodeError(
        "Ce code de secours n’ouvre pas cette copie.",
        cause="c’est celui d’un autre cabinet, ou un autre a été fait depuis",
        next_step="prenez le dernier qui a été noté",
    )


def _key_of(code: str) -> bytes:
    letters = "".join(one for one in code.upper().translate(_ALIKE) if one.isalnum())
    value = 0
    is_fit = len(letters) == _LENGTH and all(one in _ALPHABET for one in letters)
    for one in letters if is_fit else "":
        value = value << 5 | _ALPHABET.index(one)
    secret = value >> _CHECK_BITS
    if not is_fit or value & (1 << _CHECK_BITS) - 1 != _check(secret):
        raise RecoveryCodeError(
            "Ce code de secours est mal tapé.",
            cause="une lettre manque, ou en remplace une autre",
            next_step="tapez-le comme il est écrit : sept groupes de quatre",
        )
    return hkdf(secret.to_bytes(16, "big"), b"", b"tournee recovery", KEY_SIZE)


def _check(secret: int) -> int:
    digest = hashlib.sha256(b"tournee recovery check" + secret.to_bytes(16, "big")).digest()
    return int.from_bytes(digest[:2], "big") & (1 << _CHECK_BITS) - 1
