"""A cable emulated in the page: `navigator.serial` with one port, its bytes those of an emulated board.

Chromium asks for a port in a chooser that nothing drives, so the browser's own serial code is not shown; what
it promises the page is kept: a chooser within a touch, granted ports, streams that end when the cable is
pulled, `connect` when it is back.
"""

from __future__ import annotations

import base64
import os
import tty
from contextlib import suppress
from typing import Self

from watched_page import WatchedPage

_CUT = 4096

_PORT = """(() => {
  if (!isSecureContext) return;
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const pause = () => new Promise((done) => { setTimeout(done, 5); });
  const failed = (name) => new DOMException("", name);
  let granted = false;
  const port = {
    readable: null,
    writable: null,
    async open({ baudRate }) {
      if (this.readable) throw failed("InvalidStateError");
      if (!baudRate || await cableRead() === null) throw failed("NetworkError");
      let left = false;
      this.readable = new ReadableStream({
        pull: async (stream) => {
          for (let said = ""; !left; await pause()) {
            said = await cableRead();
            if (said === null) { this.readable = null; stream.error(failed("NetworkError")); return; }
            if (said) { stream.enqueue(bytes(said)); return; }
          }
        },
        cancel: () => { left = true; this.readable = null; },
      }, { highWaterMark: 0 });
      this.writable = new WritableStream({
        write: async (given) => {
          if (!await cableWrite(btoa(String.fromCharCode(...given)))) throw failed("NetworkError");
        },
      });
    },
    async close() {
      if (this.readable?.locked || this.writable?.locked) throw new TypeError("locked");
      this.readable = this.writable = null;
    },
  };
  const serial = Object.assign(new EventTarget(), {
    async getPorts() { return granted && await cableRead(0) !== null ? [port] : []; },
    async requestPort() {
      if (!navigator.userActivation.isActive) throw failed("SecurityError");
      if (await cableRead(0) === null) throw failed("NotFoundError");
      granted = true;
      return port;
    },
  });
  Object.defineProperty(navigator, "serial", { value: serial });
})();"""


class EmulatedCable:
    """The cable of a page that is not in yet; `written` counts the bytes that the page wrote to it."""

    def __init__(self, page: WatchedPage, link_url: str) -> None:
        self.written = 0
        self._page = page.page
        self._plugged = True
        self._line = os.open(link_url, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._line)
        page.context.expose_function("cableRead", self._read)
        page.context.expose_function("cableWrite", self._write)
        page.context.add_init_script(_PORT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._plugged = False
        self._page.goto("about:blank")
        os.close(self._line)

    def pull(self) -> None:
        """The cable comes out."""
        self._plugged = False

    def plug(self) -> None:
        """It is in again."""
        self._plugged = True
        self._page.evaluate("() => navigator.serial.dispatchEvent(new Event('connect'))")

    def _read(self, most: int = _CUT) -> str | None:
        """What the board said since the last look; None without a cable."""
        if not self._plugged:
            return None
        with suppress(BlockingIOError):
            return base64.b64encode(os.read(self._line, most) if most else b"").decode()
        return ""

    def _write(self, told: str) -> bool:
        data = base64.b64decode(told)
        if self._plugged:
            self.written += os.write(self._line, data)
        return self._plugged
