"""uvicorn as all of ours run it: heads, connections and what is kept alive are bounded, nothing is logged."""

from __future__ import annotations

import logging
import socket
import ssl
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.types import ASGIApp

from tournee.asgi.soon_heard import SoonHeard
from tournee.errors import ConfigError
from tournee.french import reason

_CONNECTIONS, _HEAD_MAX, _IDLE_S = 128, 16 * 2**10, 15
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


class ServerCertificate(NamedTuple):
    """PEM files of a server's certificate and key, and the `table` of the configuration that names them."""

    certificate: Path
    key: Path
    table: str


def listener(address: str, port: int, next_step: str) -> socket.socket:
    """A socket that listens there, port 0: any free one. ConfigError, with this next step.

    Its protocol is told: only then an answer in two pieces is not held back until the first is acknowledged
    (TCP_NODELAY), 40 ms each.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind((address, port))
        line.listen()  # who is told of it may be faster than the server's start
    except OSError as error:
        line.close()
        raise ConfigError(
            f"Rien ne peut être servi sur {address}, port {port}.", cause=reason(error), next_step=next_step
        ) from error
    return line


def settings(
    app: ASGIApp, *, stop_s: int, tls: ServerCertificate | None = None, message_max: int = 0
) -> uvicorn.Config:
    """How an application is served: `stop_s` seconds are left to what is under way at the end; WebSockets are
    taken where their messages have a bound. ConfigError for a certificate that does not read.
    """
    told = uvicorn.Config(
        app,
        loop="asyncio",
        http=SoonHeard,
        ws="wsproto" if message_max else "none",
        ws_max_size=message_max,
        log_config=None,
        log_level=logging.CRITICAL,  # a stranger fills no log; what fails in ours is logged by ours
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        h11_max_incomplete_event_size=_HEAD_MAX,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=stop_s,
        ssl_certfile=str(tls.certificate) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
        ssl_ciphers=_CIPHERS,
    )
    try:
        told.load()
    except (OSError, ssl.SSLError) as error:
        if tls is None:
            raise
        raise ConfigError(
            f"Le certificat {tls.certificate} ou la clé {tls.key} du serveur ne peut pas être lu.",
            cause="ce n’est pas du PEM" if isinstance(error, ssl.SSLError) else reason(error),
            next_step=f"vérifiez la table [{tls.table}] de la configuration",
        ) from error
    return told
