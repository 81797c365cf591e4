"""What keeps a tablet's secrets shut: one key, wrapped by the carer's code and by a key of this browser.

`coffre.json` holds the wrapped key. Who unwraps it needs the code and the browser's own key, which no script
can read out (WebCrypto, not extractable): files copied without it are tried against no code. Wrong codes are
counted on the disk before each is judged; from the fifth on each costs a wait, which is waited with the page
open: neither a restart nor another time of day shortens it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tournee.crypto.ciphers import AesGcm
from tournee.crypto.values import NotAuthentic
from tournee.errors import ConfigError, StoreError
from tournee.files import read_bounded, write_whole
from tournee.french import reason

NAME = "coffre.json"
CODE_DIGITS = 6
TRIES = 5
WAITS_S = (30, 60, 300, 900, 3600)
"""After the last free try, and each one after it; the last holds from then on."""

ROUNDS = 600_000
"""Of PBKDF2-HMAC-SHA-256: a quarter of a second here, about a second on a slow tablet."""

_ROUNDS_MAX = 10_000_000
_SALT, _KEY, _NONCE = 16, 32, 12
_SIZE_MAX = 4096
_BOUND = b"tournee coffre 1"
_BOUND_SECRET = b"tournee secret 1"

Stretch = Callable[[str, bytes, int], Awaitable[bytes | None]]
"""Makes 32 bytes of a code, a salt, so many rounds and the browser's key; None: that key is gone."""


class VaultCipher:
    """A `SecretCipher` under the vault's key."""

    def __init__(self, key: bytes) -> None:
        self._aead = AesGcm(key)

    def encrypt(self, plain: bytes) -> bytes:
        """As `SecretCipher` says."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, plain, _BOUND_SECRET)

    def decrypt(self, encrypted: bytes) -> bytes | None:
        """As `SecretCipher` says."""
        try:
            return self._aead.decrypt(encrypted[:_NONCE], encrypted[_NONCE:], _BOUND_SECRET)
        except (NotAuthentic, ValueError):
            return None


class WrongCodeError(StoreError):
    """A code that is not the one: `left` free tries, or none and `wait_s` seconds before the next."""

    def __init__(self, left: int, wait_s: int) -> None:
        super().__init__("Ce n’est pas le code de cette tablette.")
        self.left, self.wait_s = left, wait_s


@dataclass(frozen=True)
class _Kept:
    salt: str
    rounds: int
    wrapped: str
    wrong: int = 0


class Vault:
    """The vault of a folder. `now` gives seconds that only grow, from the start of this page."""

    def __init__(
        self, folder: Path, stretch: Stretch, now: Callable[[], float], rounds: int = ROUNDS
    ) -> None:
        self._path, self._stretch, self._now, self._rounds = folder / NAME, stretch, now, rounds
        self._since = now()  # the last wrong code, or the start
        self._key: bytes | None = None

    @property
    def is_there(self) -> bool:
        """Whether a code was chosen on this tablet."""
        return self._path.exists()

    @property
    def is_open(self) -> bool:
        """Whether its key is in memory."""
        return self._key is not None

    @property
    def left(self) -> int:
        """How often the code may still be wrong without a wait."""
        return max(0, TRIES - self._read().wrong) if self.is_there else TRIES

    @property
    def wait_s(self) -> int:
        """Seconds before another code is judged."""
        return self._left_of(self._read().wrong) if self.is_there else 0

    @property
    def cipher(self) -> VaultCipher:
        """What encrypts files of secrets, while it is open."""
        assert self._key is not None
        return VaultCipher(self._key)

    async def choose(self, code: str) -> None:
        """Make this the code: the first one makes the vault, another one replaces it while it is open.

        ConfigError for what is no code, or when it is not kept: then it is as before.
        """
        _check(code)
        if self.is_there and self._key is None:
            raise ConfigError("La tablette est verrouillée.", next_step="donnez d’abord son code d’avant")
        key = self._key or secrets.token_bytes(_KEY)
        salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
        wrapping = AesGcm(await self._stretched(code, salt, self._rounds))
        wrapped = nonce + wrapping.encrypt(nonce, key, _BOUND)
        self._write(_Kept(salt.hex(), self._rounds, wrapped.hex()))
        self._key = key

    async def open(self, code: str) -> None:
        """Open it. WrongCodeError; StoreError where it cannot be opened by any code."""
        kept = self._read()
        wait = self._left_of(kept.wrong)
        if wait:
            raise WrongCodeError(0, wait)
        counted = replace(kept, wrong=kept.wrong + 1)
        self._write(counted)
        self._since = self._now()
        wrapping = AesGcm(await self._stretched(code, bytes.fromhex(kept.salt), kept.rounds))
        wrapped = bytes.fromhex(kept.wrapped)
        try:
            self._key = wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _BOUND)
        except NotAuthentic:
            left = max(0, TRIES - counted.wrong)
            raise WrongCodeError(left, self._left_of(counted.wrong)) from None
        self._write(replace(kept, wrong=0))

    def shut(self) -> None:
        """Forget the key."""
        self._key = None

    def _left_of(self, wrong: int) -> int:
        if wrong < TRIES:
            return 0
        whole = WAITS_S[min(wrong - TRIES, len(WAITS_S) - 1)]
        return max(0, -int(-(whole - (self._now() - self._since)) // 1))

    async def _stretched(self, code: str, salt: bytes, rounds: int) -> bytes:
        made = await self._stretch(code, salt, rounds)
        if made is None:
            raise StoreError(
                "Cette tablette ne peut plus être ouverte.",
                cause="le navigateur n’a plus la clé qu’il gardait pour elle",
                next_step="effacez les données de ce site, puis reprenez la copie que le cabinet garde",
            )
        return made

    def _read(self) -> _Kept:
        try:
            told: dict[str, Any] = json.loads(read_bounded(self._path, _SIZE_MAX))
            kept = _Kept(**told)
            right = (
                len(bytes.fromhex(kept.salt)) == _SALT,
                len(bytes.fromhex(kept.wrapped)) == _NONCE + _KEY + 16,
                type(kept.rounds) is int and 0 < kept.rounds <= _ROUNDS_MAX,
                type(kept.wrong) is int and kept.wrong >= 0,
            )
            if not all(right):
                raise ValueError
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise StoreError(
                "Ce qui garde les secrets de cette tablette ne se lit pas.",
                cause=reason(error) if isinstance(error, OSError) else "le fichier est abîmé",
                next_step="effacez les données de ce site, puis reprenez la copie que le cabinet garde",
            ) from error
        return kept

    def _write(self, kept: _Kept) -> None:
        try:
            write_whole(self._path, json.dumps(asdict(kept)).encode())
        except OSError as error:
            raise ConfigError(
                "Cela n’a pas pu être gardé ; le code est comme avant.",
                cause=reason(error),
                next_step="faites de la place sur la tablette, puis recommencez",
            ) from error


def _check(code: str) -> None:
    """ConfigError for what is no code, or is guessed at once."""
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        raise ConfigError(f"Le code a {CODE_DIGITS} chiffres.", next_step="choisissez-le de nouveau")
    if len(set(code)) < 3 or code in "01234567890123" or code in "98765432109876":
        raise ConfigError(
            "Ce code se devine du premier coup.",
            cause="ses chiffres se suivent ou se répètent",
            next_step="prenez six chiffres sans suite",
        )
