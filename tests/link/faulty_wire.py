"""A wire between a host's session and a board in the same process, that spoils the frames it is told to."""

from collections.abc import Callable

from link_rig import LinkBoard, ManualClock

from tournee.reader.transports.streams import closed

TO_READER = "to reader"
TO_HOST = "to host"
GARBAGE = b"\x07\xff\0\0\x31garbage\xfe\0\x05"

#: What may happen to one frame. The connection lives on after the first six, and is gone after the others.
FAULTS = (
    "lost",
    "twice",
    "damaged",
    "truncated",
    "after garbage",
    "merged",
    "cut before",
    "cut inside",
    "cut after",
)


class FaultyWire:
    """A transport and what opens it: `plan(direction, rank)` names the fault of each frame, or None."""

    def __init__(self, board: LinkBoard, clock: ManualClock, plan: Callable[[str, int], str | None]) -> None:
        self.board = board
        self.clock = clock
        self.plan = plan
        self.counts = {TO_READER: 0, TO_HOST: 0}
        self.connections = 0
        self.incoming = bytearray()
        self.alive = False

    def connect(self) -> "FaultyWire":
        self.connections += 1
        self.incoming.clear()
        self.alive = True
        return self

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        self._need_alive()
        for asked in frames_of(bytes(data)):
            if self.alive:
                for answer in frames_of(self.board.feed(self._spoil(TO_READER, asked))):
                    if self.alive:
                        self.incoming += self._spoil(TO_HOST, answer)
        self._need_alive()

    def read(self, timeout_ms: int) -> bytes:
        if self.incoming:
            data = bytes(self.incoming)
            self.incoming.clear()
            return data
        self._need_alive()
        self.clock.now += timeout_ms
        return b""

    def close(self) -> None:
        self.alive = False

    def _need_alive(self) -> None:
        if not self.alive and not self.incoming:
            raise closed("wire")

    def _spoil(self, direction: str, data: bytes) -> bytes:
        rank = self.counts[direction]
        self.counts[direction] += 1
        fault = self.plan(direction, rank)
        if fault is None:
            return data
        if fault.startswith("cut"):
            self.alive = False
        middle = len(data) // 2
        return {
            "lost": b"",
            "twice": data + data,
            "damaged": data[:middle] + bytes((data[middle] ^ 0x10,)) + data[middle + 1 :],
            "truncated": data[:middle],
            "after garbage": GARBAGE + data,
            "merged": data[:-1],
            "cut before": b"",
            "cut inside": data[:middle],
            "cut after": data,
        }[fault]


def frames_of(data: bytes) -> list[bytes]:
    """Take apart what one end wrote, frame by frame."""
    return [b"\0" + piece + b"\0" for piece in data.split(b"\0") if piece]
