"""The server on the network: TLS, bounded connections, stopped by a signal."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tournee.errors import ConfigError
from tournee.french import reason
from tournee.server.answering import ServerAnswers
from tournee.server.own_certificate import own_certificate
from tournee.server.practice import ServedPractice
from tournee.server.site import TabletSite

if TYPE_CHECKING:
    from pathlib import Path

    from tournee.config import Config

HEAD_S = 15.0
_CONNECTIONS = 100
_HEAD_MAX = 16 * 2**10
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class _TimedProtocol(H11Protocol):
    """uvicorn's, but who says nothing, or drips a head, is let go of."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watched = self.loop.call_later(HEAD_S, self._look)

    def _look(self) -> None:
        if self.scope is None and not self.transport.is_closing():
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._watched.cancel()
        super().connection_lost(exc)


def certificate_of(config: Config) -> tuple[Path, Path]:
    """Certificate and key of a configuration's server: those it names, or its own."""
    from datetime import datetime

    served = config.served
    if served.certificate is not None and served.key is not None:
        return served.certificate, served.key
    return own_certificate(served.folder, served.host, datetime.now(config.zone))


def serve(
    config: Config,
    practice: ServedPractice,
    on_started: Callable[[int], None] = lambda port: None,
    site: TabletSite | None = None,
) -> None:
    """Serve until a signal ends it, with the tablet's page where there is one. `on_started` is told the port
    that is open. ConfigError.
    """
    certificate, key = certificate_of(config)
    told = uvicorn.Config(
        ServerAnswers(practice, site).app(),
        host=config.served.address,
        port=config.served.port,
        loop="asyncio",
        http=_TimedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        h11_max_incomplete_event_size=_HEAD_MAX,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=25,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
        ssl_ciphers=_CIPHERS,
    )
    try:
        told.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"Le certificat {certificate} ou la clé {key} du serveur ne peut pas être lu.",
            cause="ce n’est pas du PEM" if isinstance(error, ssl.SSLError) else reason(error),
            next_step="vérifiez la table [serveur] de la configuration",
        ) from error
    asyncio.run(_serve(uvicorn.Server(told), practice, on_started))


async def _serve(server: uvicorn.Server, practice: ServedPractice, on_started: Callable[[int], None]) -> None:
    import socket

    config = server.config
    family = socket.AF_INET6 if config.host and ":" in config.host else socket.AF_INET
    line = socket.socket(family)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind((config.host, config.port))
    except OSError as error:
        line.close()
        raise ConfigError(
            f"Le serveur ne peut pas écouter sur {config.host}, port {config.port}.",
            cause=reason(error),
            next_step="choisissez une autre adresse ou un autre port dans la table [serveur]",
        ) from error
    practice.start()
    try:
        on_started(line.getsockname()[1])
        await server.serve([line])
    finally:
        await asyncio.to_thread(practice.stop)
