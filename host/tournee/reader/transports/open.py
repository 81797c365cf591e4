"""Where a reader is, as one URL, and the stream that leads there."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

from tournee.errors import ReaderError
from tournee.reader.transports.hold import Hold
from tournee.reader.transports.pcsc import SCHEME, open_pcsc
from tournee.reader.transports.streams import SerialTransport, SocketTransport, Transport

_BLUETOOTH = "ble:"
PAGE = "page:"
"""What a browser brings; the reader's name follows, or nothing where any will do."""
_TCP = "socket://"


def connect(url: str) -> Transport:
    """Open the stream of a URL: `/dev/ttyACM0`, `COM3`, a pseudo-terminal, `socket://host:port`, `pcsc:`,
    `ble:address`, …

    TransportClosed when it cannot be opened, ReaderInUse when another program has it, PcscUnavailable when
    PC/SC cannot serve, NotPaired when the reader does not know this host, ReaderError for `page:name`.
    """
    if url.startswith(_TCP):
        hold = Hold(_address(url))
        try:
            return SocketTransport.over_tcp(url, hold.release)
        except BaseException:
            hold.release()
            raise
    if url.startswith(SCHEME):
        return SocketTransport(url, *open_pcsc(url))
    if url.startswith(PAGE):
        raise ReaderError(
            "Ce lecteur est relié par la page de la tournée, dans un navigateur.",
            next_step="ouvrez la page, ou jumelez le lecteur avec cet appareil aussi",
            remedy="pair-reader",
        )
    if url.startswith(_BLUETOOTH):
        from tournee.reader.transports.bluetooth import BluetoothTransport  # loads the platform's stack

        return BluetoothTransport(url.removeprefix(_BLUETOOTH))
    return SerialTransport(url)


def _address(url: str) -> str:
    """One text for a reader's network address, by whatever name it is called; the URL where it is none."""
    with suppress(OSError, ValueError):  # ValueError: a port or a name that cannot be
        parts = urlsplit(url)
        found = socket.getaddrinfo(parts.hostname or "", parts.port or 0, type=socket.SOCK_STREAM)
        address = found[0][4]
        return _TCP + ":".join(map(str, address[:2]))
    return url
