"""A wire like Bluetooth in one process: pieces of the MTU's size, lost, repeated, late, cut; fake time."""

import heapq
import random
from dataclasses import dataclass, field

from link_rig import Board, Clock

from tournee.reader.transport import closed

_HEAD = 3  # bytes of a write or a notification around its value
_INTERVAL_MS = 15
_LATE_MS = 40  # a piece that is overtaken by those behind it
_DELAY_MS = 2_000  # a piece that comes when nobody waits for it any more
_SPOILT = 0.05  # share of the pieces that are repeated, overtaken or delayed
WHIMS = ("none", "repeated", "overtaken", "delayed")


@dataclass
class AirWire:
    """A transport and what opens it. Of each write and notification, `loss` is the share that vanishes;
    `cut_at` the rank of the piece, either way, at which the connection dies."""

    board: Board
    clock: Clock
    mtu: int
    loss: float
    whim: str
    cut_at: int
    seed: int
    connections: int = 0
    pieces: int = 0
    _under_way: list = field(default_factory=list)

    def __post_init__(self) -> None:
        self._source = random.Random(self.seed)

    def connect(self) -> "AirWire":
        self.connections += 1
        self._under_way = []
        self.alive = True
        return self

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        self._carry(True, bytes(data))
        self._need_alive()

    def read(self, timeout_ms: int) -> bytes:
        """Let time pass until something comes for the host, `timeout_ms` at most."""
        end = self.clock.now + timeout_ms
        while self._under_way and self._under_way[0][0] <= end:
            self.clock.now, _, to_reader, piece = heapq.heappop(self._under_way)
            if not to_reader:
                return piece
            self._carry(False, self.board.feed(piece))
        self._need_alive()
        self.clock.now = end
        return b""

    def close(self) -> None:
        self.alive = False

    def _need_alive(self) -> None:
        if not self.alive:
            raise closed("air")

    def _carry(self, to_reader: bool, data: bytes) -> None:
        size = self.mtu - _HEAD
        for at in range(0, len(data), size):
            self.pieces += 1
            if self.pieces == self.cut_at:
                self._under_way = []
                self.alive = False
            if self.alive and self._source.random() >= self.loss:
                self._send(to_reader, data[at : at + size])

    def _send(self, to_reader: bool, piece: bytes) -> None:
        whim = self.whim if self._source.random() < _SPOILT else "none"
        late = {"overtaken": _LATE_MS, "delayed": _DELAY_MS}.get(whim, 0)
        for _ in range(2 if whim == "repeated" else 1):
            rank = self.pieces * 2 + _
            heapq.heappush(self._under_way, (self.clock.now + _INTERVAL_MS + late, rank, to_reader, piece))
