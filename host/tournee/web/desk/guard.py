"""Closed to others: the machine's own name, the page's own origin, a token in a header; never a cookie.

Refused before anything is done: another `Host` (a name made to lead here), another `Origin`, a fetch from
another site, a preflight, a request or a WebSocket without a session's token, a body too long or too slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tournee.asgi.bodies import BodyBound, serve_bounded, with_headers
from tournee.web.desk.entrance import Entrance, PageSession

HEADER = "x-tournee"
BY_ITSELF = "x-tournee-seul"
"""Header of what the page asks though nobody touched it: it keeps no session open."""

ASKED, SHOWN = "x-tournee-alea", "x-tournee-preuve"
"""Headers of a request's random text, and of what the host shows of the device's key for it."""

SUBPROTOCOL = "tournee.1"
LOCKED = 4401
"""Code by which a WebSocket ends with its session."""

FORM_MAX, FILE_MAX, BACKUP_MAX, ENTRY_MAX = 65_536, 32 << 20, 4 << 30, 4_096
FORM_S, FILE_S, BACKUP_S = 20.0, 120.0, 3_600.0
BACKUP_PATH = "/ecran/debut/sauvegarde"
_ENTRY = "/entree/"
_FORMS = ("application/x-www-form-urlencoded", "application/json")
_BY_THEMSELVES = ("/nouvelles", "/fil")
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


def guard(entrance: Entrance, port: int, seconds: float = FORM_S) -> list[Middleware]:
    """The middleware of a page on this port; a form has so many seconds to come."""
    return [Middleware(Guard, entrance=entrance, port=port, seconds=seconds)]


class Guard:
    """Refuses whatever does not come from the page itself, and adds the headers that keep it closed."""

    def __init__(self, app: ASGIApp, entrance: Entrance, port: int, seconds: float) -> None:
        self._app, self._entrance, self._seconds = app, entrance, seconds
        self._hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that may pass."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        shown = self._entrance.shown(headers.get(HEADER, ""), headers.get(ASKED, ""))
        closed = with_headers(send, HEADERS | {SHOWN: shown} if shown else HEADERS)
        status = self._status(scope, headers)
        if status:
            await _refused(status)(scope, receive, closed)
        else:
            await serve_bounded(self._app, self._bound(scope, headers), _refused, scope, receive, closed)

    def _status(self, scope: Scope, headers: Headers) -> int:
        """0 for a request that may pass, else how it is refused."""
        path, method = scope["path"], scope["method"]
        if not self._is_at_home(headers) or method not in ("GET", "HEAD", "POST"):
            return 403
        is_shell = path == "/" and method == "GET"
        site = headers.get("sec-fetch-site", "none")
        is_led_to = is_shell and headers.get("sec-fetch-dest") == "document"  # by the file with the link
        if site not in ("none", "same-origin") and not is_led_to:
            return 403
        if is_shell or path.startswith("/static/"):
            return 0
        if path.startswith(_ENTRY):
            return 0 if method == "POST" else 403
        if self._entrance.session(headers.get(HEADER, "")) is None:
            return 401
        if path not in _BY_THEMSELVES and BY_ITSELF not in headers:
            self._entrance.touched()
        return 0

    def _is_at_home(self, headers: Headers) -> bool:
        return headers.get("host") in self._hosts and headers.get("origin", "") in {"", *self._origins}

    def _bound(self, scope: Scope, headers: Headers) -> BodyBound:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        form = kind in _FORMS
        most, seconds = (FORM_MAX, self._seconds) if form else (FILE_MAX, FILE_S)
        if scope["path"].startswith(_ENTRY):
            most = ENTRY_MAX
        elif scope["path"] == BACKUP_PATH and not form:
            most, seconds = BACKUP_MAX, BACKUP_S
        return BodyBound(most, seconds)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        offered = scope.get("subprotocols", [])
        session = self._entrance.session(offered[1]) if len(offered) == 2 else None
        at_home = self._is_at_home(headers) and headers.get("origin") is not None
        if session is None or offered[0] != SUBPROTOCOL or not at_home:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, _until_ended(session, receive), send)
        if session.ended.is_set():
            with suppress(RuntimeError, OSError):
                await send({"type": "websocket.close", "code": LOCKED})


def _refused(status: int, headers: Mapping[str, str] | None = None) -> ASGIApp:
    return PlainTextResponse("refus", status, headers)


def _until_ended(session: PageSession, receive: Receive) -> Receive:
    async def message() -> Message:
        coming, end = asyncio.ensure_future(receive()), asyncio.ensure_future(session.ended.wait())
        try:
            await asyncio.wait({coming, end}, return_when=asyncio.FIRST_COMPLETED)
            if coming.done() and not session.ended.is_set():
                return coming.result()
            return {"type": "websocket.disconnect", "code": LOCKED}
        finally:
            coming.cancel()
            end.cancel()

    return message
