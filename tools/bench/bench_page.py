"""The page at 5,000 patients and 100,000 visits: its fragments in processor time, what the shell weighs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from bench_practice import spent
from large_practice import NOW, large_practice
from measure import row

FRAGMENT = 0.030
"""Limit, in seconds."""

SHELL = 120_000
"""Limit, in bytes: the document with all that it loads."""

SCREENS = ("/tournee", "/patients", "/patients?q=anne", "/patients/1")


def run() -> None:
    """Median processor times of fragments, in this process; bytes of the shell."""
    from tournee.errors import ReaderError
    from tournee.web.application import application
    from tournee.web.assets import assets

    with large_practice() as office:

        class Here:
            async def ask_journal(self, work: Callable[[Any], Any]) -> Any:
                return work(office)

            async def run_courier(self, work: Callable[[Any], Any]) -> Any:
                return work(office)

            async def run_reader(self, work: Callable[[Any, Any], Any]) -> Any:
                raise ReaderError("Aucun lecteur.")

            async def let_reader_go(self) -> None:
                pass

        app = application(Here(), lambda: NOW)
        for screen in SCREENS:
            path, _, query = screen.partition("?")
            ask = partial(_get, app, f"/ecran{path}", query)
            row(f"fragment {screen}", spent(partial(_run, ask)), "limit", FRAGMENT)
        weight = sum(len(data) for data, _ in assets().values()) + len(asyncio.run(_get(app, "/", "")))
        row("the shell, in kB (shown as ms)", weight / 1e6, "limit", SHELL / 1e6)


def _run(ask: Callable[[], Any]) -> None:
    asyncio.run(ask())


async def _get(app: Any, path: str, query: str) -> bytes:
    """The body of an answer of 200 of an ASGI application."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
        "server": ("localhost", 0),
        "scheme": "http",
    }
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    if told[0]["status"] != 200:
        raise AssertionError(f"{path}: {told[0]['status']}")
    return b"".join(one.get("body", b"") for one in told)
