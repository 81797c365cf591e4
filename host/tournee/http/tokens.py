"""Bearer tokens (OAuth 2.0, RFC 9068): signed by the configured issuer, for this audience, in time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt

from tournee.config.http import HttpChoice
from tournee.errors import ConfigError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.http.door import Bearer
from tournee.https import HttpsRequest, HttpsServer, LineError, carry

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_KEYS_MAX, _TOKEN_MAX = 1 << 20, 16_384
_SECONDS, _LEEWAY = 10.0, 30.0
_AGE, _SOONEST = 3_600.0, 60.0
_NEXT = "vérifiez cles dans la table [http] de la configuration"


class IssuedTokens:
    """Judges tokens by the issuer's keys, which are fetched when they are needed: at first, when an hour old,
    and, once a minute at most, for a key that is not among them.
    """

    def __init__(self, choice: HttpChoice, clock: Callable[[], float] = time.monotonic) -> None:
        self._choice, self._clock = choice, clock
        self._keys: jwt.PyJWKSet | None = None
        self._tried: float | None = None
        self._lock = threading.Lock()

    def check(self) -> None:
        """Fetch the keys now. ConfigError when there are none."""
        with self._lock:
            self._fetch()

    def judge(self, token: str) -> Bearer | None:
        """Whose it is, None for one that is worth nothing now."""
        if len(token) > _TOKEN_MAX:
            return None
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                return None
            told = jwt.decode(
                token,
                key,
                algorithms=list(_ALGORITHMS),
                audience=self._choice.audience,
                issuer=self._choice.issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, LookupError, RecursionError):
            return None
        subject = str(told["sub"])
        return Bearer(subject, _scopes(told)) if subject.isprintable() else None

    def _key(self, name: object) -> jwt.PyJWK | None:
        found = self._named(name)
        if not self._is_due(found) or not self._lock.acquire(blocking=self._keys is None):
            return found  # while one fetches, those that were fetched before still hold
        try:
            if self._is_due(self._named(name)):
                with suppress(ConfigError):
                    self._fetch()
            return self._named(name)
        finally:
            self._lock.release()

    def _is_due(self, found: jwt.PyJWK | None) -> bool:
        age = _AGE if self._tried is None else self._clock() - self._tried
        return age >= _AGE or (found is None and age > _SOONEST)

    def _named(self, name: object) -> jwt.PyJWK | None:
        keys = self._keys.keys if self._keys is not None else []
        signing = [key for key in keys if key.public_key_use in (None, "sig")]
        if name is None:
            return signing[0] if len(signing) == 1 else None
        return next((key for key in signing if key.key_id == name), None)

    def _fetch(self) -> None:
        self._tried = self._clock()
        try:
            self._keys = jwt.PyJWKSet.from_dict(json.loads(self._read()))
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ConfigError(
                "Les clés de l’émetteur des jetons ne se lisent pas.", cause=str(error), next_step=_NEXT
            ) from error

    def _read(self) -> bytes:
        where = self._choice.keys
        try:
            if not where.startswith("https://"):
                return read_bounded(Path(where), _KEYS_MAX)
            url = urlsplit(where)
            server = HttpsServer(url.hostname or "", url.port or 443, authority=self._choice.authority)
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            request = HttpsRequest("GET", target, answer_max=_KEYS_MAX)
            return carry(server, request, _SECONDS).body
        except LineError as error:
            raise ConfigError(
                "Les clés de l’émetteur des jetons n’ont pas pu être cherchées.",
                cause=str(error),
                next_step=_NEXT,
            ) from error
        except OSError as error:
            raise ConfigError(
                "Les clés de l’émetteur des jetons ne peuvent pas être lues.",
                cause=reason(error),
                next_step=_NEXT,
            ) from error


def _scopes(told: dict[str, Any]) -> frozenset[str]:
    found = told.get("scope", told.get("scp", ""))
    words = found.split() if isinstance(found, str) else found
    return frozenset(str(one) for one in words) if isinstance(words, list) else frozenset()
