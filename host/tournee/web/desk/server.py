"""`tournee web`: the page served on this machine alone."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import uvicorn

from tournee.app.cards import set_to_time
from tournee.app.context import open_office
from tournee.config import Config, load_config
from tournee.errors import ConfigError
from tournee.reader import Reader
from tournee.shift.joining import join
from tournee.web.application import application
from tournee.web.desk.guard import guard
from tournee.web.desk.threads import DeskPorts

PORT = 8737
"""Part of the page's origin, hence of what the browser keeps for it."""


def serve(path: Path, port: int, opened: Callable[[str], None]) -> None:
    """Serve the page of a configuration until it is stopped; `opened` is told its one-time link.

    ConfigError when the port is taken.
    """
    config = load_config(path)

    def clock() -> datetime:
        return datetime.now(config.zone)

    ports = DeskPorts(lambda: open_office(config), lambda: connect(config, path, clock))
    token = secrets.token_urlsafe(32)
    app = application(ports, clock, middleware=guard(token, port))
    listener = _listener(port)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="wsproto",
            access_log=False,
            log_config=None,
            server_header=False,
        )
    )
    opened(f"http://localhost:{port}/#jeton={token}")
    asyncio.run(_run(server, listener, ports))


async def _run(server: uvicorn.Server, listener: socket.socket, ports: DeskPorts) -> None:
    with contextlib.closing(listener):
        try:
            await server.serve(sockets=[listener])
        finally:
            await ports.close()


def connect(config: Config, path: Path, clock: Callable[[], datetime]) -> Reader:
    """The configured reader, over the shift that is open on it or connected, set to the time."""
    choice = config.reader
    if not choice.port:
        raise ConfigError("Aucun lecteur n’est configuré.", next_step="jumelez un lecteur dans les réglages")
    joined = join(choice.port, str(path.resolve()), "tournee web", lambda there: None)
    reader = Reader.over(joined) if joined is not None else Reader.open(choice.port, choice.secret_of_port())
    return set_to_time(reader, clock)


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()  # who is told the link may be faster than the server's start
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"Le port {port} de cette machine est pris.",
            cause="la page est peut-être déjà ouverte par un autre programme",
            next_step="fermez-le, ou servez la page sur un autre port",
        ) from error
    return listener
