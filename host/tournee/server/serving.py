"""The server on the network: TLS, bounded connections, stopped by a signal."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from tournee.asgi.serving import ServerCertificate, listener, settings
from tournee.server.answering import ServerAnswers
from tournee.server.own_certificate import own_certificate
from tournee.server.practice import ServedPractice
from tournee.server.site import TabletSite

if TYPE_CHECKING:
    from tournee.config import Config

_STOP_S, _TABLE = 25, "serveur"


def certificate_of(config: Config) -> ServerCertificate:
    """Certificate and key of a configuration's server: those it names, or its own."""
    from datetime import datetime

    served = config.served
    if served.certificate is not None and served.key is not None:
        return ServerCertificate(served.certificate, served.key, _TABLE)
    made = own_certificate(served.folder, served.host, datetime.now(config.zone))
    return ServerCertificate(*made, _TABLE)


def serve(
    config: Config,
    practice: ServedPractice,
    on_started: Callable[[int], None] = lambda port: None,
    site: TabletSite | None = None,
) -> None:
    """Serve until a signal ends it, with the tablet's page where there is one. `on_started` is told the port
    that is open. ConfigError.
    """
    served = config.served
    told = settings(ServerAnswers(practice, site).app(), stop_s=_STOP_S, tls=certificate_of(config))
    line = listener(
        served.address, served.port, "choisissez une autre adresse ou un autre port dans la table [serveur]"
    )
    asyncio.run(_serve(uvicorn.Server(told), line, practice, on_started))


async def _serve(
    server: uvicorn.Server, line: socket.socket, practice: ServedPractice, on_started: Callable[[int], None]
) -> None:
    practice.start()
    try:
        on_started(line.getsockname()[1])
        await server.serve([line])
    finally:
        await asyncio.to_thread(practice.stop)
