"""Who may ask: the machine's own name on a desk, a bearer token always; bodies of bounded length and time.

Refused before anything is read: another `Host` (a name made to lead here), no token or a wrong one, a scope
that does not permit it, a body too long or too slow.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tournee.http.problems import refused

READ, WRITE = "tournee:read", "tournee:write"
"""What a token permits: to ask, and to have something done."""

OPEN = ("/v1/health", "/docs", "/openapi.json", "/static-offline-docs/")
"""What says nothing of a practice, and is shown to whoever comes."""

BODY_MAX, BODY_S = 32 * 2**20, 30.0
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


Judge = Callable[[str], Bearer | None]
"""Says whose a token is; None for one that is worth nothing."""


def own_token(token: str) -> Judge:
    """A desk's judge: one token, of who may read the file that it is in."""
    whole = Bearer("local", frozenset((READ, WRITE)))
    return lambda shown: whole if hmac.compare_digest(shown.encode(), token.encode()) else None


class _BodyRefused(Exception):  # noqa: N818
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class HttpDoor:
    """Lets in who may ask. `hosts` are the names of this machine, none: all."""

    def __init__(self, app: ASGIApp, judge: Judge, hosts: Collection[str] = ()) -> None:
        self._app, self._judge, self._hosts = app, judge, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that may pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def closed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = _HEADERS | ({"content-security-policy": _CSP} if scope["path"] == "/docs" else {})
                message["headers"] = [
                    *message.get("headers", ()),
                    *((name.encode(), value.encode()) for name, value in own.items()),
                ]
            await send(message)

        headers = Headers(scope=scope)
        stopped = await self._stopped(scope, headers)
        if stopped is not None:
            await stopped(scope, receive, closed)
            return
        try:
            await self._app(scope, _bounded(headers, receive), closed)
        except _BodyRefused as told:
            if started:
                raise
            await refused(told.status, headers={"connection": "close"})(scope, receive, closed)

    async def _stopped(self, scope: Scope, headers: Headers) -> Response | None:
        if self._hosts and headers.get("host", "") not in self._hosts:
            return refused(421, "cette machine ne porte pas le nom qui est demandé")
        if scope["path"].startswith(OPEN):
            return None
        word, _, token = headers.get("authorization", "").partition(" ")
        bearer = None
        if word.lower() == "bearer" and token:
            bearer = await asyncio.to_thread(self._judge, token.strip())
        if bearer is None:
            why = "il est inconnu, périmé ou d’un autre" if token else "il n’y en a pas"
            return refused(401, why, {"www-authenticate": 'Bearer realm="tournee"'})
        needed = READ if scope["method"] in _SAFE else WRITE
        if needed not in bearer.scopes:
            challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
            return refused(403, f"il faut « {needed} »", {"www-authenticate": challenge})
        scope.setdefault("state", {})["subject"] = bearer.subject
        return None


def _bounded(headers: Headers, receive: Receive) -> Receive:
    """`receive` for a body of bounded length that comes in bounded time."""
    told = headers.get("content-length", "0")
    too_long = not told.isdecimal() or len(told) > len(str(BODY_MAX)) or int(told) > BODY_MAX
    end = asyncio.get_running_loop().time() + BODY_S
    got, whole = 0, False

    async def part() -> Message:
        nonlocal got, whole
        if too_long:
            raise _BodyRefused(413)
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            raise _BodyRefused(408) from None
        got += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if got > BODY_MAX:
            raise _BodyRefused(413)
        return message

    return part
