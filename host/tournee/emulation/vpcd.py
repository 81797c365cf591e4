"""Virtual cards in PC/SC: a reader of vpcd (vsmartcard) with one of our cards in it, or of anyone's.

vpcd listens for a card on a port of its own, and speaks in packets `length(2) body`: a body of one byte is an
order (0 off, 1 on, 2 reset, 4 the answer to reset), any longer one a command, answered in kind.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Protocol

_OFF, _ON, _RESET, _ATR = 0, 1, 2, 4


class WholeCommandCard(Protocol):
    """A card as PC/SC sees it."""

    def power(self) -> bytes:
        """Cold reset; the answer to reset."""

    def off(self) -> None:
        """Power off."""

    def transmit(self, command: bytes) -> bytes:
        """One command; its answer with the status word, empty when the card gives none."""


class VpcdCard:
    """A card in a vpcd reader, served by a thread until it is taken out."""

    def __init__(self, card: WholeCommandCard, port: int, host: str = "127.0.0.1") -> None:
        self._card = card
        self._atr = card.power()
        self._line = socket.create_connection((host, port), 5)
        self._line.settimeout(None)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, name="vpcd", daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Take the card out at once, from its own commands as well."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def remove(self) -> None:
        """Take the card out, and end its thread."""
        self.pull()
        self._thread.join()
        self._line.close()

    def _serve(self) -> None:
        orders: dict[int, Callable[[], object]] = {
            _OFF: self._card.off,
            _ON: self._power,
            _RESET: self._power,
        }
        with contextlib.suppress(OSError):
            while True:
                body = self._take(int.from_bytes(self._take(2), "big"))
                if len(body) > 1:
                    self._give(self._card.transmit(body))
                elif body[0] == _ATR:
                    self._give(self._atr)
                else:
                    orders.get(body[0], self._card.off)()

    def _power(self) -> None:
        self._atr = self._card.power()

    def _take(self, n: int) -> bytes:
        """Exactly `n` bytes; vpcd writes in parts, and would wait 40 ms for our acknowledgement of each."""
        data = b""
        while len(data) < n:
            self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = self._line.recv(n - len(data))
            if not part:
                raise ConnectionError("vpcd is gone")
            data += part
        return data

    def _give(self, body: bytes) -> None:
        self._line.sendall(len(body).to_bytes(2, "big") + body)
