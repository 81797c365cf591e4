"""One reader's byte stream as a page carries it: a `Transport` over the page's WebSocket."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tournee.reader.transports.streams import closed
from tournee.web.segments import SegmentTrial

_KEPT_MAX = 262_144
"""Bytes that wait to be read, many times what a reader may have under way."""

Send = Callable[[bytes, int], None]
"""Sends bytes in segments of so many at most (0: as they are); waits until the radio has them. OSError."""


class PageWire:
    """The stream of one linked reader; `feed` and `end` are called as its page speaks, the rest by a session.

    `link` is `ble` or `serial`; `segment` what the page knows of its radio, 0 when it does not. The page
    keeps its connection when the stream is closed.
    """

    def __init__(self, send: Send, link: str, name: str, segment: int = 0) -> None:
        self.link, self.name = link, name
        self._send = send
        self._trial = SegmentTrial(segment) if link == "ble" else None
        self._changed = threading.Condition()
        self._coming = bytearray()
        self.gone = False

    def feed(self, data: bytes) -> bool:
        """Bytes came from the reader; False when nobody has read for so long that they are too many."""
        with self._changed:
            if len(self._coming) + len(data) > _KEPT_MAX:
                return False
            self._coming += data
            self._changed.notify_all()
        return True

    def end(self) -> None:
        """The stream is over."""
        with self._changed:
            self.gone = True
            self._changed.notify_all()

    def may_be(self, name: str) -> bool:
        """Whether it may be the reader of this name; a cable tells none, any is meant by ""."""
        return not (name and self.name) or name == self.name

    def forget(self) -> None:
        """Drop what came for an earlier session."""
        with self._changed:
            self._coming.clear()

    def read(self, timeout_ms: int) -> bytes:
        """As `Transport` says."""
        with self._changed:
            self._changed.wait_for(lambda: self._coming or self.gone, timeout_ms / 1000)
            if not self._coming and self.gone:
                raise closed(self._url)
            data = bytes(self._coming)
            self._coming.clear()
        if data and self._trial is not None:
            self._trial.heard()
        return data

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """As `Transport` says."""
        if self.gone:
            raise closed(self._url)
        if not data:
            return
        out, segment = self._trial.fill(bytes(data)) if self._trial is not None else (bytes(data), 0)
        try:
            self._send(out, segment)
        except OSError as error:  # TimeoutError is one
            raise closed(self._url) from error

    def close(self) -> None:
        """The page keeps its connection, for the next session on it."""

    @property
    def _url(self) -> str:
        return f"page:{self.name}"
