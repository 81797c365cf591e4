"""An application on a real port of loopback, and plain sockets that speak to it."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette

from tournee.web.desk.entrance import Entrance
from tournee.web.desk.server import server

LOCK_AFTER_S = 300.0
PATIENCE_S = 20


def bound() -> tuple[socket.socket, int]:
    """A listener and its port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener, listener.getsockname()[1]


class Served:
    """What a test asks of a server: `ask` by HTTP, `say` raw bytes."""

    def __init__(self, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.port, self._loop = port, loop
        self.host = f"localhost:{port}"
        self.origin = f"http://{self.host}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """One request; header names with `_` for `-`. Status, headers in small letters, body."""
        told = {"host": self.host} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            return answer.status, {name.lower(): one for name, one in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def entry(self, which: str, **values: str) -> tuple[int, dict[str, Any]]:
        """One question at the door."""
        body = json.dumps(values).encode()
        status, _, data = self.ask("POST", f"/entree/{which}", body, content_type="application/json")
        return status, json.loads(data) if data.startswith(b"{") else {}

    def say(self, data: bytes) -> bytes:
        """Send bytes; all that comes until the other end closes."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as line:
            line.sendall(data)
            got = b""
            while some := line.recv(65536):
                got += some
            return got

    def run(self, work: Callable[[], Any]) -> Any:
        """Run a coroutine function in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(PATIENCE_S)


@dataclass
class AtTheDoor:
    """A served door: `clock` is the entrance's, in seconds, moved by hand."""

    served: Served
    entrance: Entrance
    clock: list[float]

    def token(self) -> str:
        """Of a session that was just opened by a link."""
        status, told = self.served.entry("lien", lien=self.entrance.new_link())
        assert status == 200
        return told["jeton"]


@contextmanager
def serving(app: Starlette, listener: socket.socket, head_s: float | None = None):
    """Serve it in a thread while the context lasts."""
    served = server(app)
    if head_s is not None:
        own = served.config.http_protocol_class
        served.config.http_protocol_class = type("Sooner", (own,), {"head_s": head_s})
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def run() -> None:
        loop.call_soon(ready.set)
        await served.serve(sockets=[listener])

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield Served(listener.getsockname()[1], loop)
    finally:
        served.should_exit = True
        thread.join(PATIENCE_S)
        loop.close()
        listener.close()
