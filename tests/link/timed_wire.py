"""What wires share on which things take their time: what is under way, either way, in fake time."""

import heapq
from dataclasses import dataclass, field

from link_rig import LinkBoard, ManualClock

from tournee.reader.transports.streams import closed


@dataclass
class TimedWire:
    """A transport and what opens it. `deliver` hands to the reader what has arrived, and sends what it
    answers."""

    board: LinkBoard
    clock: ManualClock
    alive: bool = field(default=False, init=False)
    under_way: list = field(default_factory=list, init=False)

    def connect(self) -> "TimedWire":
        self.under_way = []
        self.alive = True
        return self

    def read(self, timeout_ms: int) -> bytes:
        """Let time pass until something comes for the host, `timeout_ms` at most."""
        end = self.clock.now + timeout_ms
        while self.under_way and self.under_way[0][0] <= end:
            self.clock.now, _, to_reader, data = heapq.heappop(self.under_way)
            if not to_reader:
                return data
            self.deliver(data)
        self.need_alive()
        self.clock.now = end
        return b""

    def close(self) -> None:
        self.alive = False

    def cut(self) -> None:
        """Break the connection; what is under way is lost."""
        self.alive = False
        self.under_way = []

    def need_alive(self) -> None:
        if not self.alive:
            raise closed("wire")

    def send(self, at: int, rank: int, to_reader: bool, data: bytes) -> None:
        """Have this arrive at that time; `rank` orders what arrives together."""
        heapq.heappush(self.under_way, (at, rank, to_reader, data))
