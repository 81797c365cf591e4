"""Who may ask: the machine's own name on a desk, a bearer token always; bodies of bounded length and time.

Refused before anything is read: another `Host` (a name made to lead here), no token or a wrong one, a scope
that does not permit it, a body too long or too slow.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tournee.asgi.bodies import BodyBound, serve_bounded, with_headers
from tournee.http.problems import refused

READ, WRITE = "tournee:read", "tournee:write"
"""What a token permits: to ask, and to have something done."""

OPEN, _OPEN_UNDER = ("/v1/health", "/docs", "/openapi.json"), "/static-offline-docs/"
"""What says nothing of a practice, and is shown to whoever comes."""

BODY = BodyBound(32 * 2**20, 30.0)
_ASKING = ("/v1/prices",)  # a POST, as a body is asked of
_SAFE = ("GET", "HEAD", "OPTIONS")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}
_CSP = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Bearer:
    """Who a token is of, and what it permits."""

    subject: str
    scopes: frozenset[str]


Judge = Callable[[str], Awaitable[Bearer | None]]
"""Says whose a token is; None for one that is worth nothing."""


def own_token(token: str) -> Judge:
    """A desk's judge: one token, of who may read the file that it is in."""
    whole = Bearer("local", frozenset((READ, WRITE)))

    async def judge(shown: str) -> Bearer | None:
        return whole if hmac.compare_digest(shown.encode(), token.encode()) else None

    return judge


class HttpDoor:
    """Lets in who may ask. `hosts` are the names of this machine, none: all."""

    def __init__(self, app: ASGIApp, judge: Judge, hosts: Collection[str] = ()) -> None:
        self._app, self._judge, self._hosts = app, judge, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that may pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        csp = {"content-security-policy": _CSP} if scope["path"] == "/docs" else {}
        closed = with_headers(send, _HEADERS | csp)
        stopped = await self._stopped(scope, Headers(scope=scope))
        if stopped is not None:
            await stopped(scope, receive, closed)
        else:
            await serve_bounded(self._app, BODY, _body_refused, scope, receive, closed)

    async def _stopped(self, scope: Scope, headers: Headers) -> Response | None:
        if self._hosts and headers.get("host", "") not in self._hosts:
            return refused(421, "cette machine ne porte pas le nom qui est demandé")
        if scope["path"] in OPEN or scope["path"].startswith(_OPEN_UNDER):
            return None
        word, _, token = headers.get("authorization", "").partition(" ")
        bearer = None
        if word.lower() == "bearer" and token:
            bearer = await self._judge(token.strip())
        if bearer is None:
            why = "il est inconnu, périmé ou d’un autre" if token else "il n’y en a pas"
            return refused(401, why, {"www-authenticate": 'Bearer realm="tournee"'})
        needed = READ if scope["method"] in _SAFE or scope["path"] in _ASKING else WRITE
        if needed not in bearer.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
            return refused(403, f"il faut « {needed} »", {"www-authenticate": challenge})
        scope.setdefault("state", {})["subject"] = bearer.subject
        return None


def _body_refused(status: int, headers: Mapping[str, str]) -> Response:
    return refused(status, headers=headers)
