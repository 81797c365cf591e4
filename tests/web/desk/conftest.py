"""A door on loopback: a small application behind the guard, on a real port."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

sys.path.insert(0, str(Path(__file__).parent))

from loopback import LOCK_AFTER_S, AtTheDoor, bound, serving

from tournee.web.desk.enrolled import NAME, Enrolled
from tournee.web.desk.entrance import Entrance
from tournee.web.desk.entry import entry_routes
from tournee.web.desk.guard import guard


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _socket(socket: WebSocket) -> None:
    await socket.accept("tournee.1")
    async for text in socket.iter_text():
        await socket.send_text(text)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[AtTheDoor]:
    listener, port = bound()
    clock = [1000.0]
    kept = Enrolled(tmp_path / NAME, lambda: date(2026, 11, 30))
    entrance = Entrance(kept, port, lambda: clock[0], LOCK_AFTER_S)
    routes = [
        Route("/", _echo),
        Route("/static/x.js", _echo),
        Route("/nouvelles", _echo),
        Route("/ecran/x", _echo, methods=["GET", "POST"]),
        WebSocketRoute("/fil", _socket),
        *entry_routes(entrance),
    ]
    app = Starlette(routes=routes, middleware=guard(entrance, port, seconds=0.3))
    with serving(app, listener, head_s=0.3) as served:
        yield AtTheDoor(served, entrance, clock)
