"""The reader's bytes from the page, which alone may use the radio: a stream whose waits stop nothing else.

Other work of the page goes on while one waits, where the browser can do that (`waiting`); who asks for the
reader has to take turns (`TabletPorts`), and no wait may be within a step of the journal.
"""

from __future__ import annotations

import time

import tournee_page as page
from pyodide.ffi import to_js

from tournee.reader.transports.streams import closed
from tournee.web.ports import PageUnlinked
from tournee.web.segments import SegmentTrial
from tournee.web.tablet.waiting import waited

ADDRESS = "page:"
_FAR = "far"


class PageClock:
    """A `Clock` whose pause is the page's: it ends when that is locked."""

    def now_ms(self) -> int:
        """As `Clock` says."""
        return time.monotonic_ns() // 1_000_000

    def pause(self, seconds: float) -> None:
        """As `Clock` says."""
        waited(page.pause(round(seconds * 1000)))


class PageTransport:
    """The one link that the page has. Waits for a reader that went out of range: TransportClosed when it
    stays away, or goes later; PageUnlinked when none is looked for.
    """

    def __init__(self) -> None:
        link = waited(page.linked())
        if link == _FAR:
            raise closed(ADDRESS)
        if not link:
            raise PageUnlinked
        self._trial = SegmentTrial(page.segment()) if link == "ble" else None

    def read(self, timeout_ms: int) -> bytes:
        """As `Transport` says."""
        data = waited(page.read(timeout_ms))
        if data is None:
            raise closed(ADDRESS)
        if self._trial is not None and len(data):
            self._trial.heard()
        return bytes(data.to_bytes())

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """As `Transport` says."""
        if not data:
            return
        out, segment = self._trial.fill(bytes(data)) if self._trial is not None else (bytes(data), 0)
        if not waited(page.write(to_js(out), segment)):
            raise closed(ADDRESS)

    def close(self) -> None:
        """The page keeps the link: the carer chose the reader, and would have to choose it again."""
