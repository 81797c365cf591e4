"""Byte streams of the unix board: non-blocking descriptors; on MicroPython nothing is allocated."""

import select
import sys


class Descriptor:
    """One descriptor; as it stands, the stream that the core wants for its link."""

    def __init__(self, number: int) -> None:
        self._file = open(number, "r+b", 0)
        poller = select.poll()
        poller.register(self._file, select.POLLIN)
        self._poll = getattr(poller, "ipoll", poller.poll)

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read within `timeout_ms`; 0: none came; -1: the other end is closed for good."""
        for _ in self._poll(timeout_ms):
            n = self._file.readinto(buf)
            return 0 if n is None else n or -1
        return 0

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """Bytes written now, 0 when none can be."""
        if sys.implementation.name == "micropython":
            return self._file.write(buf, start, n) or 0  # in place: no view is made
        return self._file.write(memoryview(buf)[start : start + n]) or 0
