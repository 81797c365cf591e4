"""Closed to others: the machine's own name, the page's own origin, a token in a header; never a cookie."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-tournee"
_OPEN = ("/", "/static/")
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "serial=(self), camera=(self), geolocation=(), microphone=(), usb=()",
    "cache-control": "no-store",
}


def guard(token: str, port: int) -> list[Middleware]:
    """The middleware of a page on this port, for who has this token."""
    return [Middleware(Guard, token=token, port=port)]


class Guard:
    """Refuses whatever does not come from the page itself, and adds the headers that keep it closed."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app, self._token = app, token
        names = ("localhost", "127.0.0.1")
        self._hosts = {f"{name}:{port}" for name in names}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that may pass."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def closed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *told]
            await send(message)

        if self._is_refused(scope):
            await PlainTextResponse("refus", 403)(scope, receive, closed)
            return
        await self._app(scope, receive, closed)

    def _is_refused(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return True
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return True
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return True
        path = scope["path"]
        if path == _OPEN[0] or path.startswith(_OPEN[1:]):
            return False
        return not secrets.compare_digest(headers.get(HEADER, "").encode(), self._token.encode())
