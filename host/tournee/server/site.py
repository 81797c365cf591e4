"""The tablet's page, served from a folder beside the requests: an exact list of files, made at the start."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.errors import ConfigError
from tournee.files import read_bounded
from tournee.french import reason
from tournee.server.refusals import RefusalError

FILES_MAX = 500
FILE_MAX = 32 * 2**20
_RELEASE = "release.json"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".zip": "application/zip",
}
POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'"),
        *("connect-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "manifest-src 'self'"),
        *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
    )
)
"""What the page may load and where it may send: this very server."""

_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Encoding": "gzip",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class SiteFile:
    """One file as it is sent: compressed (gzip), its type, what it is known by."""

    content: bytes
    type: str
    tag: str


class TabletSite:
    """The files under a folder, by their address; each read and compressed once, when it is first asked for,
    and again after another release was put there.

    ConfigError where the folder holds no page of a tablet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[str, Path] = {}
        self._kept: dict[str, SiteFile] = {}
        self._release = (0, 0)
        self._look(self._told())

    def get(self, address: str) -> SiteFile | None:
        """The file of an address, None where there is none. ConfigError, OSError."""
        if (release := self._told()) != self._release:
            self._look(release)
        if address not in self._kept and address in self._paths:
            path = self._paths[address]
            data = read_bounded(path, FILE_MAX)
            tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
            self._kept[address] = SiteFile(gzip.compress(data, 6, mtime=0), _TYPES[path.suffix], tag)
        return self._kept.get(address)

    def _told(self) -> tuple[int, int]:
        try:
            told = (self._folder / _RELEASE).stat()
        except OSError as error:
            raise _not_one(self._folder, f"{_RELEASE} : {reason(error)}") from error
        return told.st_mtime_ns, told.st_size

    def _look(self, release: tuple[int, int]) -> None:
        found = [one for one in sorted(self._folder.rglob("*")) if one.is_file() and not one.is_symlink()]
        if len(found) > FILES_MAX:
            raise _not_one(self._folder, f"il a plus de {FILES_MAX} fichiers")
        paths = {f"/{one.relative_to(self._folder).as_posix()}": one for one in found if one.suffix in _TYPES}
        if "/index.html" not in paths:
            raise _not_one(self._folder, "il y manque index.html")
        paths["/"] = paths.pop("/index.html")
        paths |= {address.removesuffix(".html"): one for address, one in paths.items()}
        self._paths, self._kept, self._release = paths, {}, release


def site_route(site: TabletSite, counted: Callable[[Request], object]) -> Route:
    """Every address that no request of the server's has; `counted` is told each, and may refuse it."""

    async def file(request: Request) -> Response:
        counted(request)
        found = await run_in_threadpool(site.get, request.url.path)
        if found is None:
            raise RefusalError("not-found")
        headers = {**_HEADERS, "ETag": found.tag}
        if request.headers.get("if-none-match") == found.tag:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.type, headers=headers)

    return Route("/{path:path}", file, methods=["GET"])


def _not_one(folder: Path, cause: str) -> ConfigError:
    return ConfigError(
        f"Le dossier {folder} n’est pas la page d’une tablette.",
        cause=cause,
        next_step="donnez le dossier qui a été fait pour elle",
    )
