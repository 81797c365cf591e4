"""A practice served over HTTP on loopback, for each test; a board for a module."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from editor import Editor
from editor_practices import bedside, board, editor, identity

from tournee.asgi.serving import listener, settings
from tournee.http.application import application
from tournee.http.door import READ, WRITE, Bearer, Judge, own_token
from tournee.http.work import Works

__all__ = ["bedside", "board", "editor", "identity"]

TOKEN = "t" * 43
OWN = own_token(TOKEN)


@dataclass
class Served:
    """An editor's practice, its address, and a client that is let in."""

    editor: Editor
    url: str
    client: httpx.Client
    works: Works

    def wait(self, begun: httpx.Response) -> dict:
        """The end of a piece of work, by its events."""
        assert begun.status_code == 202, begun.text
        with self.client.stream("GET", f"{begun.headers['location']}/events") as events:
            events.read()
        return self.client.get(begun.headers["location"]).json()


def served(one: Editor, judge: Judge = OWN) -> Iterator[Served]:
    line = listener("127.0.0.1", 0, "")
    host = f"127.0.0.1:{line.getsockname()[1]}"
    app = application(one.practice, judge, {host}, one.folder / "backups")
    server = uvicorn.Server(settings(app, stop_s=5))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([line])))
    thread.start()
    try:
        headers = {"authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=f"http://{host}", headers=headers, timeout=60) as client:
            yield Served(one, f"http://{host}", client, app.state.works)
    finally:
        server.should_exit = True
        thread.join()
        app.state.works.close()


@pytest.fixture
def here(editor: Editor) -> Iterator[Served]:
    """One without a reader."""
    yield from served(editor)


@pytest.fixture
def at_bedside(bedside: Editor) -> Iterator[Served]:
    """One with a reader, both cards in it."""
    yield from served(bedside)


@pytest.fixture
def to_many(editor: Editor) -> Iterator[Served]:
    """One that takes whatever token for a name."""

    async def judge(token: str) -> Bearer:
        return Bearer(token, frozenset((READ, WRITE)))

    yield from served(editor, judge)


@pytest.fixture
def to_read(editor: Editor) -> Iterator[Served]:
    """One whose tokens permit to ask alone."""

    async def judge(token: str) -> Bearer:
        return Bearer(token, frozenset((READ,)))

    yield from served(editor, judge)
