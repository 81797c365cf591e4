"""A wire like Bluetooth in one process: segments of the MTU's size, lost, repeated, late, cut; fake time."""

import random
from dataclasses import dataclass, field

from timed_wire import TimedWire

_HEAD = 3  # bytes of a write or a notification around its value
_INTERVAL_MS = 15
_LATE_MS = 40  # a segment that is overtaken by those behind it
_DELAY_MS = 2_000  # a segment that comes when nobody waits for it any more
_SPOILT = 0.05  # share of the segments that are repeated, overtaken or delayed
_A_TURN = 6  # segments, each way, in a connection interval
WHIMS = ("none", "repeated", "overtaken", "delayed", "all")


@dataclass
class AirWire(TimedWire):
    """Of each write and notification, `loss` is the share that vanishes;
    `cut_at` the rank of the segment, either way, at which the connection dies."""

    mtu: int
    loss: float
    whim: str
    cut_at: int
    seed: int
    connections: int = 0
    segments: int = 0
    carried: int = 0  # bytes, both ways
    _turns: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._source = random.Random(self.seed)

    def connect(self) -> TimedWire:
        self.connections += 1
        self._turns = {True: (0, 0), False: (0, 0)}
        return super().connect()

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        self._carry(True, bytes(data))
        self.need_alive()

    def deliver(self, data: bytes) -> None:
        self._carry(False, self.board.feed(data))

    def _carry(self, to_reader: bool, data: bytes) -> None:
        size = self.mtu - _HEAD
        for at in range(0, len(data), size):
            self.segments += 1
            self.carried += len(data[at : at + size])
            if self.segments == self.cut_at:
                self.cut()
            if self.alive and self._source.random() >= self.loss:
                self._send(to_reader, data[at : at + size])

    def _send(self, to_reader: bool, segment: bytes) -> None:
        whim = self.whim if self._source.random() < _SPOILT else "none"
        if whim == "all":
            whim = self._source.choice(WHIMS[1:-1])
        late = {"overtaken": _LATE_MS, "delayed": _DELAY_MS}.get(whim, 0)
        for copy in range(2 if whim == "repeated" else 1):
            at = self._next_turn(to_reader) + late
            self.send(at, self.segments * 2 + copy, to_reader, segment)

    def _next_turn(self, to_reader: bool) -> int:
        """When a segment that is sent now arrives: so many pass in an interval."""
        turn, passed = self._turns[to_reader]
        now = self.clock.now // _INTERVAL_MS + 1
        turn, passed = (turn, passed + 1) if turn >= now else (now, 1)
        if passed > _A_TURN:
            turn, passed = turn + 1, 1
        self._turns[to_reader] = (turn, passed)
        return turn * _INTERVAL_MS
