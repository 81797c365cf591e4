"""A wire whose frames take their time both ways, and that spoils those that it is told to; fake time."""

from dataclasses import dataclass, field

from faulty_wire import frames_of
from timed_wire import TimedWire

_WAY_MS = 20
_FRAME_MS = 2  # one frame behind the other
_LATE_MS = 50  # a frame that is overtaken
_DELAY_MS = 2_000  # one that comes when nobody waits for it any more

FAULTS = ("lost", "twice", "damaged", "overtaken", "delayed", "cut")


@dataclass
class LateWire(TimedWire):
    """`faults` names what happens to the frame of each rank, as they are sent,
    whichever way they go; frames beyond them pass."""

    faults: dict[int, str]
    sent: int = 0  # frames that the host has sent
    frames: int = 0  # and both ends
    _free_ms: dict = field(default_factory=dict)

    def connect(self) -> TimedWire:
        self._free_ms = {True: 0, False: 0}
        return super().connect()

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        for one in frames_of(bytes(data)):
            self.sent += 1
            self._carry(True, one)
        self.need_alive()

    def deliver(self, data: bytes) -> None:
        for answer in frames_of(self.board.feed(data)):
            self._carry(False, answer)

    def _carry(self, to_reader: bool, one: bytes) -> None:
        fault = self.faults.get(self.frames)
        self.frames += 1
        if fault == "cut":
            self.cut()
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
            self.send(at, 2 * self.frames + copy, to_reader, one)
