"""The reader that the page links by its own Bluetooth or cable: the WebSocket `/fil`, and what opens it.

Binary messages are the link's bytes, cut anywhere. Text is JSON. From the page: `linked` (link, name, segment
where it knows it) begins a stream, `sent` says that the radio has the last binary message, `gone` (why:
range, user, write) ends it. From the host: `wanted` (whether the configured reader comes by the page, and its
name), `segment` (n) cuts what follows. One page at a time: the one before is closed with 4409 and does not
come back.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tournee.config.readers import ReaderChoice
from tournee.errors import ReaderError
from tournee.reader import Reader, Transport
from tournee.reader.link.session import Reach
from tournee.reader.transports.open import PAGE
from tournee.reader.transports.streams import closed
from tournee.tables.document import read_ours
from tournee.web.desk.wire import PageWire
from tournee.web.ports import PageUnlinked
from tournee.web.segments import LARGEST

SUBPROTOCOL = "tournee.1"
ELSEWHERE, TOO_MUCH, NOT_UNDERSTOOD = 4409, 1009, 1007
AWAY_S = 20.0
"""A reader out of range is waited for so long."""

MESSAGE_MAX = 65_536
"""Bytes of a message on the WebSocket."""

_SENT_S = 6.0
_NAME_MAX = 64
_log = logging.getLogger(__name__)


class PageReaders:
    """The page's wires for the reader's thread. `wanted` gives the port that is configured now."""

    def __init__(self, wanted: Callable[[], str] = lambda: "") -> None:
        self._wanted = wanted
        self._changed = threading.Condition()
        self._wire: PageWire | None = None
        self._socket: WebSocket | None = None
        self._awaited_until = 0.0

    @property
    def route(self) -> WebSocketRoute:
        """Where the page comes in."""
        return WebSocketRoute("/fil", self.serve)

    @property
    def here(self) -> PageWire | None:
        """The reader that is linked now."""
        wire = self._wire
        return wire if wire is not None and not wire.gone else None

    def open(self, name: str = "") -> Transport:
        """The wire to the reader of this name. Waits for one that went out of range.

        PageUnlinked when none is looked for or another is linked; TransportClosed when it stays away.
        """
        with self._changed:
            while (wire := self.here) is None or not wire.may_be(name):
                left = self._awaited_until - time.monotonic()
                if wire is not None or not self._awaited_until:
                    raise PageUnlinked
                if left <= 0:
                    raise closed(PAGE + name)
                self._changed.wait(left)
        wire.forget()
        return wire

    async def serve(self, socket: WebSocket) -> None:
        """A page's end of the wire; the last page that comes has it."""
        await socket.accept(subprotocol=SUBPROTOCOL)
        before, self._socket = self._socket, socket
        if before is not None:
            self._end(looked_for=False)
            with suppress(RuntimeError, OSError):
                await before.close(ELSEWHERE)
        port = await asyncio.to_thread(self._wanted)
        told = {"t": "wanted", "wanted": port.startswith(PAGE), "name": port.removeprefix(PAGE)}
        page = _Page(socket, asyncio.get_running_loop())
        looked_for = False
        try:
            await socket.send_text(json.dumps(told))
            looked_for = await self._listen(page)
        except (WebSocketDisconnect, OSError, RuntimeError):
            pass
        finally:
            page.sent()
            if self._socket is socket:
                self._socket = None
                self._end(looked_for=looked_for)

    async def _listen(self, page: _Page) -> bool:
        """Take what a page says until it leaves; whether the reader may soon be back by it."""
        while True:
            message = await page.socket.receive()
            if message["type"] == "websocket.disconnect":
                return message.get("code", 1005) in (1005, 1006)  # the line broke; a page that goes says so
            data, text = message.get("bytes"), message.get("text")
            wire = self.here if self._socket is page.socket else None
            if data is not None:
                if wire is not None and not wire.feed(data):
                    await page.socket.close(TOO_MUCH)
                    return False
            elif not self._told(page, text or ""):
                await page.socket.close(NOT_UNDERSTOOD)
                return False

    def _told(self, page: _Page, text: str) -> bool:
        """Take a message in words; False when it is none of ours."""
        try:
            told = json.loads(text)
            kind = told["t"]
        except (ValueError, RecursionError, KeyError, TypeError):
            return False
        if kind == "sent":
            page.sent()
        elif kind == "linked":
            wire = _linked(page, told)
            if wire is None:
                return False
            self._begin(wire)
        elif kind == "gone":
            page.sent()
            self._end(looked_for=told.get("why") in ("range", "write"))
        else:
            return False
        return True

    def _begin(self, wire: PageWire) -> None:
        self._end(looked_for=False)
        _log.info("reader linked by the page: %s", wire.link)
        with self._changed:
            self._wire = wire
            self._awaited_until = time.monotonic() + AWAY_S
            self._changed.notify_all()

    def _end(self, *, looked_for: bool) -> None:
        wire = self._wire
        if wire is not None:
            wire.end()
        with self._changed:
            self._awaited_until = time.monotonic() + AWAY_S if looked_for and wire is not None else 0.0
            self._changed.notify_all()


class _Page:
    """The socket of one page, written to from the reader's thread."""

    def __init__(self, socket: WebSocket, loop: asyncio.AbstractEventLoop) -> None:
        self.socket = socket
        self._loop = loop
        self._sent = asyncio.Event()
        self._segment = 0

    def sent(self) -> None:
        """The radio has what was sent last, or never will."""
        self._sent.set()

    def send(self, data: bytes, segment: int) -> None:
        """As `Send` says: TimeoutError when the page does not say that it is out."""
        try:
            asyncio.run_coroutine_threadsafe(self._send(data, segment), self._loop).result(_SENT_S + 1)
        except (WebSocketDisconnect, RuntimeError, CancelledError) as error:
            raise ConnectionResetError from error

    async def _send(self, data: bytes, segment: int) -> None:
        if segment not in (0, self._segment):
            await self.socket.send_text(json.dumps({"t": "segment", "n": segment}))
            self._segment = segment
        self._sent.clear()
        await self.socket.send_bytes(data)
        await asyncio.wait_for(self._sent.wait(), _SENT_S)


def _linked(page: _Page, told: dict[str, Any]) -> PageWire | None:
    link, name, segment = told.get("link"), told.get("name"), told.get("segment", 0)
    if link not in ("ble", "serial") or not isinstance(name, str) or len(name) > _NAME_MAX:
        return None
    if type(segment) is not int or not 0 <= segment <= LARGEST:
        return None
    return PageWire(page.send, link, "".join(one for one in name if one.isprintable()), segment)


def open_page_reader(readers: PageReaders, choice: ReaderChoice, reach: Reach = lambda there: None) -> Reader:
    """The reader that the page has linked, for a port `page:`.

    In clear the code porteur would be the browser's to read: without the reader's secret, an emulated one
    alone is served. LinkLost, ReaderError.
    """
    secret = choice.secret_of_port()
    reader = Reader.open(lambda: readers.open(choice.port.removeprefix(PAGE)), secret, reach)
    try:
        if secret is None and not _is_emulated(reader.identify().board):
            raise ReaderError(
                "Ce lecteur n’est relié qu’avec le code de son étiquette.",
                cause="sans lui, ses échanges passeraient en clair par le navigateur",
                next_step="jumelez-le dans les réglages",
                remedy="pair-reader",
            )
    except BaseException:
        reader.close()
        raise
    return reader


def _is_emulated(board: str) -> bool:
    from tournee.boards import BOARDS

    tables = (file for file in BOARDS.glob("*/board.toml") if file.parent.name == board)
    return any("emulator" in read_ours(file) for file in tables)
