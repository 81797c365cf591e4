"""A server that says exactly what a test's script says, to one client, over a real socket: for faults.

The script runs in a thread of its own, its waits are bounded; what it raises is raised when the `with` ends.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds


class Line:
    """The server's end of the connection."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._held = b""

    def say(self, *lines: str) -> None:
        """Send these lines."""
        self.send("".join(line + "\r\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self._link.sendall(data)

    def hear(self, start: str = "") -> bytes:
        """The client's next line, which must begin so."""
        line = self.until(b"\r\n")
        assert line.upper().startswith(start.upper().encode()), line
        return line

    def until(self, end: bytes) -> bytes:
        """Everything the client says up to and with `end`."""
        while end not in self._held:
            data = self._link.recv(65536)
            if not data:
                raise EOFError(f"the client left after {self._held[-80:]!r}")
            self._held += data
        said, _, self._held = self._held.partition(end)
        return said + end

    def gone(self) -> bytes:
        """What the client still says until it leaves."""
        rest = self._held
        try:
            while data := self._link.recv(65536):
                rest += data
        except OSError:
            pass
        return rest

    def cut(self) -> None:
        """Break the connection at once, as a lost network does (RST)."""
        self._link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._link.close()


Script = Callable[[Line], None]


class ScriptedServer:
    """Listens on `port` inside a `with`; `context` makes it speak TLS from the first byte."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._context = context
        self._failure: BaseException | None = None
        self._listener = socket.create_server((HOST, 0))
        self._listener.settimeout(PATIENCE)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join(PATIENCE)
        self._listener.close()
        if error is None and self._failure is not None:
            raise self._failure

    def _serve(self) -> None:
        try:
            link, _ = self._listener.accept()
            link.settimeout(PATIENCE)
            with link:
                if self._context is None:
                    self._script(Line(link))
                else:
                    with self._context.wrap_socket(link, server_side=True) as secure:
                        self._script(Line(secure))
        except BaseException as error:
            self._failure = error
