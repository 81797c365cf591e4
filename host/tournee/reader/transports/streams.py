"""Byte streams to the reader: what one is, serial ports and pseudo-terminals, sockets. Nothing but bytes."""

import contextlib
import select
import socket
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import serial

from tournee.errors import ReaderError

_BAUD = 115_200
_SLICE_S = 0.05  # one read waits at most this long: serial time-outs are set once, at opening
_WRITE_S = 5.0
_CHUNK = 4_096


class TransportClosed(ReaderError):  # noqa: N818 - a state of the stream, told as an exception
    """The stream to the reader cannot be opened, or is gone; connecting again may help."""


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
    """A serial port, pseudo-terminal or any other stream that pyserial opens by URL."""

    def __init__(self, url: str, baud: int = _BAUD) -> None:
        try:
            self._port = serial.serial_for_url(url, baud, timeout=_SLICE_S, write_timeout=_WRITE_S)
        except (OSError, ValueError) as error:
            raise closed(url) from error

    def read(self, timeout_ms: int) -> bytes:
        """Give the first byte and all that is there behind it."""
        try:
            if not timeout_ms and not self._port.in_waiting:
                return b""
            data: bytes = self._port.read(1)
            waiting = self._port.in_waiting if data else 0
            return data + self._port.read(waiting) if waiting else data
        except (OSError, TypeError) as error:  # TypeError: pyserial, when the port vanishes under it
            raise closed(self._port.name) from error

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """Send all of `data`."""
        try:
            self._port.write(data)
        except (OSError, TypeError) as error:
            raise closed(self._port.name) from error

    def close(self) -> None:
        """Close the port."""
        with contextlib.suppress(OSError, TypeError):
            self._port.close()


class SocketTransport:
    """A connected socket (for TCP: pyserial's own `socket://` reads byte by byte). `ended` is called once it
    is closed."""

    def __init__(self, url: str, connected: socket.socket, ended: Callable[[], None] = lambda: None) -> None:
        self._url = url
        self._socket = connected
        self._ended = ended

    @classmethod
    def over_tcp(cls, url: str) -> "SocketTransport":
        """Connect to `socket://host:port`. TransportClosed."""
        try:
            parts = urlsplit(url)
            connected = socket.create_connection((parts.hostname or "", parts.port or 0), _WRITE_S)
        except (OSError, ValueError) as error:  # ValueError: a port or a name that cannot be
            raise closed(url) from error
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(url, connected)

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
