"""A long frame on a bad link, in parts: an answer that the reader keeps is fetched, a request is uploaded.

Both are bytes of the frame as it would have gone whole. Which of the two is to be done shows by itself: a
reader has no answer to a request that it has not taken, and wants no piece of one that it has.
"""

from enum import Enum, auto

from tournee.firmware.sesam import codes, frame
from tournee.reader.link.framing import Frame, encode_frame

PART = frame.PIECE_DATA  # bytes at once: with what is around them, two writes at the smallest MTU
AT_ONCE = 16  # parts sent, or asked for, before the first reply to them
_TURNS = 4  # every so many turns of fetching the request is sent instead


class FragmentStep(Enum):
    """What a reply to a part brings about."""

    WAIT = auto()
    ONWARD = auto()  # all that was sent is answered, and more is missing
    WHOLE = auto()  # the answer's frame is there
    TAKEN = auto()  # the request that is uploaded
    MISSED = auto()  # the request whose answer is fetched was never taken
    NEVER = auto()  # the reader takes no pieces
    GONE = auto()  # the reader does not know the session, or awaits another request


class Fragments:
    """What passes in parts now, if anything does."""

    def __init__(self) -> None:
        self._now: AnswerFetch | RequestUpload | None = None
        self._takes_pieces = True
        self.frame = b""  # of the answer that was fetched

    def __bool__(self) -> bool:
        return self._now is not None

    @property
    def may_upload(self) -> bool:
        """Whether a request may be uploaded."""
        return self._now is None and self._takes_pieces

    def fetch(self, number: int) -> None:
        """From now on fetch the answer to this request."""
        self._now = AnswerFetch(number)

    def upload(self, number: int, whole: bytearray) -> bytearray:
        """From now on upload this request, `whole` its frame as it would have gone; the first frames."""
        self._now = RequestUpload(number, whole)
        return self._now.frames()

    def stop(self) -> None:
        """What follows passes whole."""
        self._now = None

    def reset(self) -> None:
        """Another connection: what was said of pieces over the last one may have been a stranger's word."""
        self.stop()
        self._takes_pieces = True

    def frames(self) -> bytearray:
        """The frames that bring, or ask for, what is missing; none when the request is to be sent whole."""
        return self._now.frames() if self._now is not None else bytearray()

    def awaits(self, one: Frame) -> bool:
        """Whether this frame is a reply to a part."""
        now = self._now
        return now is not None and one.number == now.number and one.kind in (now.reply, frame.NAK)

    def take(self, one: Frame) -> FragmentStep:
        """Take such a reply: WAIT, ONWARD, WHOLE, TAKEN or GONE."""
        now = self._now
        assert now is not None
        step = now.take(one)
        if step not in (FragmentStep.WAIT, FragmentStep.ONWARD):
            self._now = None
        if step is FragmentStep.WHOLE:
            self.frame = now.frame
        self._takes_pieces = self._takes_pieces and step is not FragmentStep.NEVER
        return FragmentStep.ONWARD if step in (FragmentStep.MISSED, FragmentStep.NEVER) else step


class AnswerFetch:
    """The parts of the answer to request `number`; `frame` is the whole once it is there."""

    reply = frame.PART

    def __init__(self, number: int) -> None:
        self.number = number
        self.frame = b""
        self._whole = 0
        self._parts: dict[int, bytes] = {}
        self._asked: set[int] = set()
        self._turns = 0

    def frames(self) -> bytearray:
        """The FETCH frames that ask for what is missing, the first parts first; each fourth turn none."""
        self._turns += 1
        if self._turns % _TURNS == 0:
            return bytearray()
        missing = [at for at in range(0, max(self._whole, 1), PART) if at not in self._parts][:AT_ONCE]
        self._asked = set(missing)
        made = bytearray()
        for at in missing:
            made += encode_frame(frame.FETCH, self.number, at.to_bytes(2, "big") + bytes((PART,)))
        return made

    def take(self, one: Frame) -> FragmentStep:
        """Take a PART, or a NAK."""
        if one.kind == frame.NAK:
            return FragmentStep.MISSED
        if self._keep(one.payload):
            return FragmentStep.WHOLE
        return FragmentStep.WAIT if self._asked else FragmentStep.ONWARD

    def _keep(self, payload: bytes) -> bool:
        """Keep a PART's payload; whether the frame is whole."""
        if len(payload) <= frame.PART_HEAD:
            return False
        whole, at = int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:4], "big")
        data = payload[frame.PART_HEAD :]
        if whole != self._whole:
            self._whole = whole
            self._parts.clear()
        if at % PART or len(data) != min(PART, whole - at):
            return False
        self._parts[at] = data
        self._asked.discard(at)
        if len(self._parts) * PART < whole:
            return False
        self.frame = b"".join(self._parts[at] for at in sorted(self._parts))
        self._parts.clear()
        return True


class RequestUpload:
    """The pieces of the frame of request `number`, `whole` as it would have gone."""

    reply = frame.PIECES

    def __init__(self, number: int, whole: bytearray) -> None:
        self.number = number
        self.frame = b""  # none comes this way
        self._whole = whole
        self._there = 0  # a bit for each piece that the reader has
        self._sent: set[int] = set()
        self._bursts = 0
        self._acknowledged = False  # the reader has said which pieces it has

    def _refused(self, status: int) -> FragmentStep:
        if status == codes.PROTOCOL and not self._acknowledged:
            return FragmentStep.NEVER
        late = status == codes.SEQUENCE and self._bursts <= 1  # maybe about a FETCH of before
        gone = status in (codes.NO_SESSION, codes.SEQUENCE) and not late
        return FragmentStep.GONE if gone else FragmentStep.WAIT

    def frames(self) -> bytearray:
        """The PIECE frames that bring what is missing, the first first; all, where nothing seems to be."""
        self._bursts += 1
        length = len(self._whole)
        if self._there == (1 << -(-length // PART)) - 1:
            self._there = 0
        missing = [at for at in range(0, length, PART) if not self._there >> at // PART & 1][:AT_ONCE]
        self._sent = set(missing)
        made = bytearray()
        for at in missing:
            made += piece(self.number, self._whole, at)
        return made

    def take(self, one: Frame) -> FragmentStep:
        """Take PIECES, empty where the request is taken; or a NAK."""
        if one.kind == frame.NAK:
            return self._refused(int.from_bytes(one.payload, "big"))
        if not one.payload:
            return FragmentStep.TAKEN
        self._acknowledged = True
        self._there = int.from_bytes(one.payload, "little")
        self._sent = {at for at in self._sent if not self._there >> at // PART & 1}
        return FragmentStep.WAIT if self._sent else FragmentStep.ONWARD


def piece(number: int, whole: bytes | bytearray, at: int) -> bytearray:
    """Make the PIECE of request `number` that brings a part of its frame `whole`, from this offset on."""
    head = len(whole).to_bytes(2, "big") + at.to_bytes(2, "big")
    return encode_frame(frame.PIECE, number, head + whole[at : at + PART])
