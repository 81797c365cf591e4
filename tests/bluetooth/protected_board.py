"""A whole reader with a secret, in a thread of the test's process: real firmware, no card in its slots."""

import os
import threading
import tty

from reader.core import Core
from reader.crypto.aes import Aes
from reader.crypto.sha256 import Sha256
from reader.link.protection import Protection
from tournee.emulation.slots import DirectSlot, FakeClock

_MESSAGE = 656
_EARLY = 1_872
_STEP_MS = 20


def _fill(buf: bytearray) -> None:
    buf[:] = os.urandom(len(buf))


class _Line:
    """The board's end of a pseudo-terminal, as the core wants its stream."""

    def __init__(self, number: int) -> None:
        self._number = number

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        try:
            data = os.read(self._number, len(buf))
        except OSError:
            return -1
        buf[: len(data)] = data
        return len(data)

    def write(self, buf: bytearray, start: int, n: int) -> int:
        return os.write(self._number, memoryview(buf)[start : start + n])


class ProtectedBoard:
    """A context: `link_url` is its serial line. Without a `secret` it is a reader for a cable."""

    def __init__(self, secret: bytes | None) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.link_url = os.ttyname(self._slave)
        clock = FakeClock()
        slots = (DirectSlot(None, clock), DirectSlot(None, clock))
        guard = Protection(Sha256, Aes, _fill, clock)
        guard._secret = secret
        self._core = Core(
            _Line(self._master),
            slots,
            clock,
            Sha256,
            b"test",
            _MESSAGE,
            4000,
            protection=guard,
            early=_EARLY,
        )
        self._thread = threading.Thread(target=self._core.run, daemon=True)

    def __enter__(self) -> "ProtectedBoard":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._slave)  # the board's reads then end: the line is closed for good
        self._thread.join()
        os.close(self._master)
