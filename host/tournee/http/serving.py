"""The server on the network: on loopback with a token of this machine, or behind TLS with an issuer's."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

import uvicorn

from tournee.api import Practice
from tournee.asgi.serving import ServerCertificate, listener, settings
from tournee.config.http import HttpChoice
from tournee.errors import ConfigError
from tournee.files import read_bounded, write_whole
from tournee.french import reason
from tournee.http.application import application
from tournee.http.door import Bearer, Judge, own_token
from tournee.http.tokens import IssuedTokens

TOKEN_NAME, BACKUPS_NAME = "http.jeton", "sauvegardes"
_STOP_S = 5
_TOKEN_SIZE = 43


def token_file(home: Path) -> Path:
    """Where this machine's token is, for its owner alone."""
    return home / TOKEN_NAME


def token_of(home: Path) -> str:
    """This machine's token, made when there is none. ConfigError."""
    path = token_file(home)
    try:
        with contextlib.suppress(FileNotFoundError):
            kept = read_bounded(path, 1_024).decode("ascii", "replace").strip()
            if len(kept) == _TOKEN_SIZE:
                return kept
        made = secrets.token_urlsafe(32)
        write_whole(path, made.encode() + b"\n")
        return made
    except OSError as error:
        raise ConfigError(
            f"Le jeton {path} ne peut être ni lu ni écrit.",
            cause=reason(error),
            next_step="vérifiez les droits du dossier et la place libre",
        ) from error


def serve(
    practice: Practice, choice: HttpChoice, home: Path, on_started: Callable[[int], None] = lambda port: None
) -> None:
    """Serve a practice until a signal ends it; `home` is the folder of its configuration. `on_started` is
    told the port that is open. ConfigError.
    """
    judge, hosts = _judge(choice, home), set()
    line = listener(choice.address, choice.port, "choisissez un autre port dans la table [http]")
    port = line.getsockname()[1]
    if choice.is_loopback and not choice.issuer:
        hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")}
    app = application(practice, judge, hosts, home / BACKUPS_NAME)
    tls = (
        ServerCertificate(choice.certificate, choice.key, "http")
        if choice.certificate and choice.key
        else None
    )
    with contextlib.closing(line):
        told = settings(app, stop_s=_STOP_S, tls=tls)
        on_started(port)
        try:
            with contextlib.suppress(KeyboardInterrupt):  # a signal is how it ends
                asyncio.run(uvicorn.Server(told).serve([line]))
        finally:
            app.state.works.close()


def _judge(choice: HttpChoice, home: Path) -> Judge:
    if not choice.issuer:
        return own_token(token_of(home))
    tokens = IssuedTokens(choice)
    tokens.check()

    async def judge(token: str) -> Bearer | None:
        return await asyncio.to_thread(tokens.judge, token)  # it may have to fetch keys

    return judge
