"""A page's end of the wire without a browser: what a page says and hears, by the ASGI messages themselves."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import select
import threading
import tty
from contextlib import suppress
from typing import Any, Self

from starlette.websockets import WebSocket

from tournee.web.desk.page_readers import PageReaders

PATIENCE_S = 10


class HostLoop:
    """An event loop in a thread, as the host's."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class PageEnd:
    """One page at `/fil`. What the host sends is in `heard`: bytes, dicts, or the code it closed with.

    `radio` is where the host's bytes go; without it they stay with the test, which says `sent` itself.
    """

    def __init__(self, host: HostLoop, readers: PageReaders) -> None:
        self.heard: queue.Queue[Any] = queue.Queue()
        self._host = host
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "path": "/fil", "headers": [], "subprotocols": ["tournee.1", "x"]}
        socket = WebSocket(scope, self._said.get, self._hears)
        self.served = asyncio.run_coroutine_threadsafe(readers.serve(socket), host.loop)

    async def _hears(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.heard.put(message["code"])
        elif message["type"] == "websocket.send":
            text = message.get("text")
            self.heard.put(json.loads(text) if text is not None else message["bytes"])

    def hear(self) -> Any:
        """The next thing from the host."""
        return self.heard.get(timeout=PATIENCE_S)

    def say(self, **told: object) -> None:
        """Say a message in words."""
        self.say_text(json.dumps(told))

    def say_text(self, text: str) -> None:
        """Say any text."""
        self._put({"type": "websocket.receive", "text": text})

    def bring(self, data: bytes) -> None:
        """Bring bytes of the reader."""
        self._put({"type": "websocket.receive", "bytes": data})

    def leave(self, code: int) -> None:
        """Go, with the code of a WebSocket's end."""
        self._put({"type": "websocket.disconnect", "code": code})

    def _put(self, message: dict[str, Any]) -> None:
        self._host.loop.call_soon_threadsafe(self._said.put_nowait, message)


class PageRadio:
    """Joins a page's end to a board's link as the page would; a segment is cut to what the radio carries."""

    def __init__(self, page: PageEnd, link_url: str, carries: int = 1 << 16) -> None:
        self.segments: list[int] = []
        self._page, self._carries = page, carries
        self._line = os.open(link_url, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._line)
        self._over = False
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._down, self._up)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._page.heard.put(None)
        for thread in self._threads:
            thread.join()
        os.close(self._line)

    def _down(self) -> None:
        segment = 20
        while (told := self._page.heard.get()) is not None:
            if isinstance(told, bytes):
                for at in range(0, len(told), segment):
                    part = told[at : at + segment]
                    self.segments.append(len(part))
                    os.write(self._line, part[: self._carries])
                self._page.say(t="sent")
            elif isinstance(told, dict) and told["t"] == "segment":
                segment = told["n"]

    def _up(self) -> None:
        while not self._over:
            if select.select([self._line], [], [], 0.05)[0]:
                with suppress(OSError):
                    self._page.bring(os.read(self._line, 4096))
