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
_A_TURN = 6  # pieces, each way, in a connection interval
WHIMS = ("none", "repeated", "overtaken", "delayed", "all")


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
    carried: int = 0  # bytes, both ways
    _under_way: list = field(default_factory=list)
    _turns: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._source = random.Random(self.seed)

    def connect(self) -> "AirWire":
        self.connections += 1
        self._under_way = []
        self._turns = {True: (0, 0), False: (0, 0)}
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
            self.carried += len(data[at : at + size])
            if self.pieces == self.cut_at:
                self._under_way = []
                self.alive = False
            if self.alive and self._source.random() >= self.loss:
                self._send(to_reader, data[at : at + size])

    def _send(self, to_reader: bool, piece: bytes) -> None:
        whim = self.whim if self._source.random() < _SPOILT else "none"
        if whim == "all":
            whim = self._source.choice(WHIMS[1:-1])
        late = {"overtaken": _LATE_MS, "delayed": _DELAY_MS}.get(whim, 0)
        for copy in range(2 if whim == "repeated" else 1):
            at = self._next_turn(to_reader) + late
            heapq.heappush(self._under_way, (at, self.pieces * 2 + copy, to_reader, piece))

    def _next_turn(self, to_reader: bool) -> int:
        """When a piece that is sent now arrives: so many pass in an interval."""
        turn, passed = self._turns[to_reader]
        now = self.clock.now // _INTERVAL_MS + 1
        turn, passed = (turn, passed + 1) if turn >= now else (now, 1)
        if passed > _A_TURN:
            turn, passed = turn + 1, 1
        self._turns[to_reader] = (turn, passed)
        return turn * _INTERVAL_MS
