"""A long answer on a bad link: the frame of the answer that the reader keeps, brought part by part."""

from sesam import frame
from tournee.reader.framing import Frame

PART = 28  # bytes asked for at once: with what is around them, two pieces of the smallest MTU
AT_ONCE = 16  # parts asked for before the first has come
_TURNS = 4  # every so many turns the request is sent instead: it may be that it was never taken


class Fetching:
    """The parts of one frame; `number` is its request's."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._whole = 0
        self._parts: dict[int, bytes] = {}
        self._asked: set[int] = set()
        self._turns = 0

    def awaits(self, one: Frame) -> bool:
        """Whether this frame answers a FETCH: with a part, or that there is none."""
        return one.kind in (frame.PART, frame.NAK) and one.number == self.number

    def goes_on(self) -> bool:
        """Whether this turn is one to fetch in."""
        self._turns += 1
        return self._turns % _TURNS != 0

    def asks(self) -> list[bytes]:
        """The payloads of the FETCH frames that ask for what is missing, the first parts first."""
        missing = [at for at in range(0, max(self._whole, 1), PART) if at not in self._parts][:AT_ONCE]
        self._asked = set(missing)
        return [at.to_bytes(2, "big") + bytes((PART,)) for at in missing]

    @property
    def due(self) -> bool:
        """Whether all that was asked for is there, and more is missing."""
        return not self._asked

    def take(self, payload: bytes) -> bytes:
        """Take a PART's payload; the frame once it is whole, empty before."""
        if len(payload) <= frame.PART_HEAD:
            return b""
        whole, at = int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:4], "big")
        data = payload[frame.PART_HEAD :]
        if whole != self._whole:
            self._whole = whole
            self._parts.clear()
        if at % PART or len(data) != min(PART, whole - at):
            return b""
        self._parts[at] = data
        self._asked.discard(at)
        if len(self._parts) * PART < whole:
            return b""
        made = b"".join(self._parts[at] for at in sorted(self._parts))
        self._parts.clear()
        return made
