"""A wire whose frames take their time both ways, and that spoils those that it is told to; fake time."""

import heapq
from dataclasses import dataclass, field

from faulty_wire import frames_of
from link_rig import Board, Clock

from tournee.reader.transport import closed

_WAY_MS = 20
_FRAME_MS = 2  # one frame behind the other
_LATE_MS = 50  # a frame that is overtaken
_DELAY_MS = 2_000  # one that comes when nobody waits for it any more

FAULTS = ("lost", "twice", "damaged", "overtaken", "delayed", "cut")


@dataclass
class LateWire:
    """A transport and what opens it. `faults` names what happens to the frame of each rank, as they are sent,
    whichever way they go; frames beyond them pass."""

    board: Board
    clock: Clock
    faults: dict[int, str]
    sent: int = 0  # frames that the host has sent
    frames: int = 0  # and both ends
    _under_way: list = field(default_factory=list)
    _free_ms: dict = field(default_factory=dict)

    def connect(self) -> "LateWire":
        self._under_way = []
        self._free_ms = {True: 0, False: 0}
        self.alive = True
        return self

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        for one in frames_of(bytes(data)):
            self.sent += 1
            self._carry(True, one)
        self._need_alive()

    def read(self, timeout_ms: int) -> bytes:
        end = self.clock.now + timeout_ms
        while self._under_way and self._under_way[0][0] <= end:
            self.clock.now, _, to_reader, one = heapq.heappop(self._under_way)
            if not to_reader:
                return one
            for answer in frames_of(self.board.feed(one)):
                self._carry(False, answer)
        self._need_alive()
        self.clock.now = end
        return b""

    def close(self) -> None:
        self.alive = False

    def _need_alive(self) -> None:
        if not self.alive:
            raise closed("wire")

    def _carry(self, to_reader: bool, one: bytes) -> None:
        fault = self.faults.get(self.frames)
        self.frames += 1
        if fault == "cut":
            self.alive = False
            self._under_way = []
        if fault == "lost" or not self.alive:
            return
        if fault == "damaged":
            middle = len(one) // 2
            one = one[:middle] + bytes((one[middle] % 255 + 1,)) + one[middle + 1 :]
        late = {"overtaken": _LATE_MS, "delayed": _DELAY_MS}.get(fault or "", 0)
        free = max(self.clock.now, self._free_ms[to_reader]) + _FRAME_MS
        self._free_ms[to_reader] = free
        for copy in range(2 if fault == "twice" else 1):
            at = free + _WAY_MS + late
            heapq.heappush(self._under_way, (at, 2 * self.frames + copy, to_reader, one))
