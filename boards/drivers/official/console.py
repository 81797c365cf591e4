"""The USB serial port of an official MicroPython as a reader's link. Never yet run on hardware."""

import select
import sys


class Console:
    """The USB serial port, byte for byte; Ctrl-C is off since the first line of main.py."""

    def __init__(self) -> None:
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        poll = select.poll()
        poll.register(sys.stdin, select.POLLIN)
        self._ready = getattr(poll, "ipoll", poll.poll)  # MicroPython's takes no heap
        self._byte = bytearray(1)

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read within `timeout_ms`; 0: none came."""
        n = 0
        while n < len(buf):
            came = 0
            for _ in self._ready(0 if n else timeout_ms):
                came = self._in.readinto(self._byte) or 0
            if not came:
                break
            buf[n] = self._byte[0]
            n += 1
        return n

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """Bytes written now."""
        return self._out.write(memoryview(buf)[start : start + n]) or 0
