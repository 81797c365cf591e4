"""Files of a whole practice on their way to the browser, and in from it: sealed, of their owner alone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tournee.errors import TourneeError
from tournee.files import OWNER_ONLY
from tournee.french import reason
from tournee.web.setting import Setting

_PART = 1 << 18
_OUT, _IN = ".page-sortie", ".page-entree"


class NoSuchFileError(TourneeError):
    """What was to be saved is there no more."""


def outgoing(setting: Setting, name: str) -> Path:
    """Where to write a file that the browser is to save under this name; the one before goes."""
    path = setting.config.resolve().parent / _OUT
    path.unlink(missing_ok=True)
    setting.half_done.to_save, setting.half_done.name = path, name
    return path


def saved(setting: Setting) -> Response:
    """The file to be saved. NoSuchFileError."""
    path = setting.half_done.to_save
    if path is None or not path.exists():
        raise NoSuchFileError("Ce fichier n’est plus là.", next_step="faites-le de nouveau")

    async def parts() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            while some := file.read(_PART):
                yield some

    headers = {
        "content-disposition": f'attachment; filename="{setting.half_done.name}"',
        "content-length": str(path.stat().st_size),
    }
    return StreamingResponse(parts(), media_type="application/octet-stream", headers=headers)


async def received(request: Request, setting: Setting) -> Path:
    """Keep the body of a request as the file that came in. TourneeError when it cannot be written."""
    home = setting.config.resolve().parent
    path = home / _IN
    forget_received(setting)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags, OWNER_ONLY), "wb") as file:
            async for some in request.stream():
                file.write(some)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise TourneeError(
            "Ce fichier n’a pas pu être reçu.", cause=reason(error), next_step="libérez de la place"
        ) from error
    setting.half_done.came = path
    return path


def came(setting: Setting) -> Path:
    """The file that came in. NoSuchFileError."""
    path = setting.half_done.came
    if path is None or not path.exists():
        raise NoSuchFileError("Aucun fichier n’est choisi.", next_step="choisissez-le, puis donnez sa phrase")
    return path


def forget_received(setting: Setting) -> None:
    """Leave nothing of it."""
    path, setting.half_done.came = setting.half_done.came, None
    if path is not None:
        with suppress(OSError):
            path.unlink()
