"""The shell and what it is made of: no data of a patient is in it, so it may be kept by the browser."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tournee.web.templating import templates

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


@cache
def assets() -> dict[str, tuple[bytes, str]]:
    """Every file of the shell with its type, by name."""
    folder = files("tournee.web") / "static"
    found = {}
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        kind = _TYPES.get(one.name[one.name.rfind(".") :])
        if kind is not None:
            found[one.name] = one.read_bytes(), kind
    return found


@cache
def release() -> str:
    """What changes when a file of the shell does: 16 hex digits."""
    digest = hashlib.sha256()
    for name, (data, _) in assets().items():
        digest.update(f"{name} {len(data)} ".encode() + data)
    return digest.hexdigest()[:16]


async def shell(request: Request) -> Response:
    """The one document of the page."""
    return HTMLResponse(templates().get_template("shell.html").render(release=release()))


async def asset(request: Request) -> Response:
    """A file of the shell."""
    found = assets().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    return Response(found[0], media_type=found[1])


ASSETS = (Route("/static/{name}", asset),)
