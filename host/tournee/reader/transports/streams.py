"""Byte streams to the reader: what one is, serial ports and pseudo-terminals, sockets. Nothing but bytes."""

import contextlib
import errno
import os
import select
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from tournee.errors import ReaderError
from tournee.reader.transports.holders import locked_by

if TYPE_CHECKING:
    import serial

if sys.platform not in ("win32", "emscripten"):  # there a port is one program's without asking
    import fcntl
    import termios

    _GONE = (OSError, TypeError, termios.error)  # the last two: pyserial, when the port vanishes under it
else:
    _GONE = (OSError, TypeError)

_BAUD = 115_200
_SLICE_S = 0.05  # one read waits at most this long: serial time-outs are set once, at opening
_WRITE_S = 5.0
_CHUNK = 4_096
_PSEUDO = "/dev/pts/"
_LINKED_S = 5  # seconds that may pass between a link and what is done to its pseudo-terminal


class TransportClosed(ReaderError):  # noqa: N818 - a state of the stream, told as an exception
    """The stream to the reader cannot be opened, or is gone; connecting again may help."""


class ReaderInUse(ReaderError):  # noqa: N818 - a state of the reader, told as an exception
    """Another program has the stream to the reader open; waiting for it helps, trying at once does not.

    `holder` says in French who it is, where that is known.
    """

    def __init__(self, url: str, holder: str = "") -> None:
        super().__init__(
            f"Un autre programme utilise le lecteur ({url}).",
            cause=holder or "une autre commande ou un autre logiciel l’a ouvert, et n’a pas fini",
            next_step="attendez sa fin ou fermez-le, puis recommencez ; rien n’a été envoyé",
        )


class Transport(Protocol):
    """A byte stream."""

    def read(self, timeout_ms: int) -> bytes:
        """Give what has come in, waiting `timeout_ms` at most; empty when nothing has. TransportClosed."""

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """Send all of `data`. TransportClosed.

        `more`: more follows before long, so a transport that sends in segments may keep the last one until it
        is full. Nothing else may depend on it.
        """

    def close(self) -> None:
        """Give the stream up; harmless when it is gone already."""


class SerialTransport:
    """A serial port, pseudo-terminal or any other stream that pyserial opens by URL, for this program alone.

    TransportClosed when it does not open, ReaderInUse when another program has it.
    """

    def __init__(self, url: str, baud: int = _BAUD) -> None:
        import serial  # where there are ports

        if _is_of_another(url):
            raise closed(url)
        try:
            self._port = serial.serial_for_url(
                url, baud, timeout=_SLICE_S, write_timeout=_WRITE_S, exclusive=True
            )
        except (*_GONE, ValueError) as error:
            raise ReaderInUse(url, locked_by(url)) if _is_held(error) else closed(url) from error
        _shut_out_others(self._port)

    def read(self, timeout_ms: int) -> bytes:
        """Give the first byte and all that is there behind it."""
        try:
            if not timeout_ms and not self._port.in_waiting:
                return b""
            data: bytes = self._port.read(1)
            waiting = self._port.in_waiting if data else 0
            return data + self._port.read(waiting) if waiting else data
        except _GONE as error:
            raise closed(self._port.name) from error

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """Send all of `data`."""
        try:
            self._port.write(data)
        except _GONE as error:
            raise closed(self._port.name) from error

    def close(self) -> None:
        """Close the port."""
        with contextlib.suppress(*_GONE):
            self._port.close()


class SocketTransport:
    """A connected socket (for TCP: pyserial's own `socket://` reads byte by byte). `ended` is called once it
    is closed."""

    def __init__(self, url: str, connected: socket.socket, ended: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self._socket = connected
        self._ended = ended

    @classmethod
    def over_tcp(cls, url: str, ended: Callable[[], None] = lambda: None) -> "SocketTransport":
        """Connect to `socket://host:port`. TransportClosed."""
        try:
            parts = urlsplit(url)
            connected = socket.create_connection((parts.hostname or "", parts.port or 0), _WRITE_S)
        except (OSError, ValueError) as error:  # ValueError: a port or a name that cannot be
            raise closed(url) from error
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(url, connected, ended)

    def read(self, timeout_ms: int) -> bytes:
        """Give all that is there."""
        try:
            ready, _, _ = select.select([self._socket], [], [], timeout_ms / 1000)
            if not ready:
                return b""
            data = self._socket.recv(_CHUNK)
        except (OSError, ValueError) as error:
            raise closed(self._url) from error
        if not data:
            raise closed(self._url)
        return data

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """Send all of `data`."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise closed(self._url) from error

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
        self._ended()


def closed(url: str) -> TransportClosed:
    """Say that the stream of this URL is not to be had."""
    return TransportClosed(
        f"La liaison avec le lecteur ne s’ouvre pas ou s’est coupée ({url}).",
        cause="lecteur débranché, éteint ou hors de portée, ou port utilisé par un autre logiciel",
        next_step="vérifiez le branchement et l’alimentation du lecteur, puis recommencez",
    )


def _is_of_another(url: str) -> bool:
    """Whether a link leads to a pseudo-terminal younger than itself: who made it ended without a word, and
    another program was given the number since.
    """
    with contextlib.suppress(OSError, ValueError):
        link = Path(url)
        if str(link.readlink()).startswith(_PSEUDO):
            return link.stat().st_ctime - link.lstat().st_mtime > _LINKED_S
    return False


def _is_held(error: Exception) -> bool:
    """Whether a port did not open because another program has it; Windows says so by its words alone."""
    windows = sys.platform == "win32" and "PermissionError" in str(error)
    return windows or getattr(error, "errno", None) in (errno.EAGAIN, errno.EBUSY)


def _shut_out_others(port: "serial.SerialBase") -> None:
    """Have the system open the port for no program more, not even one that asks for no lock; until it is
    closed. A pseudo-terminal outlives who opened it, and would stay shut."""
    if sys.platform == "win32" or not hasattr(port, "fd"):
        return
    with contextlib.suppress(OSError):
        if not os.ttyname(port.fd).startswith(_PSEUDO):
            fcntl.ioctl(port.fd, termios.TIOCEXCL)
