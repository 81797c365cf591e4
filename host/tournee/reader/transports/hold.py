"""Word to this machine's other programs that a reader is in use, where its stream could be shared.

BlueZ lets any number of programs write to one connection. Linux gives a name in the abstract space of sockets
to one program, and takes it back when that ends, however it ends; other systems have nothing of the kind.
"""

import errno
import hashlib
import socket
import sys

from tournee.reader.transports.holders import listened_by
from tournee.reader.transports.streams import ReaderInUse

_PREFIX = b"\0tournee reader "
_ASKING = 1
_ASK_S = 0.5


class Hold:
    """A reader's URL, held until `release`; ReaderInUse when another program holds it."""

    def __init__(self, url: str) -> None:
        self._socket: socket.socket | None = None
        if sys.platform != "linux":
            return
        name = _PREFIX + hashlib.sha256(url.casefold().encode()).hexdigest().encode()
        held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            held.bind(name)
            held.listen(_ASKING)  # who asks is told by the system whose it is
        except OSError as error:
            held.close()
            if error.errno == errno.EADDRINUSE:
                raise ReaderInUse(url, _holder(name)) from error
            return
        self._socket = held

    def release(self) -> None:
        """Let other programs have it; harmless when they may already."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _holder(name: bytes) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(_ASK_S)
        try:
            asking.connect(name)
        except OSError:  # gone, or too many ask
            return ""
        return listened_by(asking)
