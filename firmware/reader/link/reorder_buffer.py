"""What cannot be taken yet: RECORDS that came before their turn, or the next request, piece by piece.

The first are kept until the one that was lost comes, so that it alone is sent again. The second is how a
request comes through a link that lets no long frame pass. No allocation after boot. A board without room
(`early` of its `board.toml`) has neither: the host sends all behind a loss again, and every frame whole.
"""

from sesam import codes, frame, messages
from sesam.octets import copy, wipe
from sesam.port import const

_LONGEST = const(10752)  # bytes of a frame in pieces: its bits fit into a control frame
_LENGTH = const(2)  # bytes before each frame that is kept
_MESSAGE_AT = const(4)  # in a frame: type, number, head of the map, key 0, the message's number


class ReorderBuffer:
    """Either frames, from their type to their payload's end, each behind its length, in the order they came;
    or the pieces of one, as it was sent.

    `store[:length]` is that one, once `piece` has said that it is whole.
    """

    def __init__(self, store: bytearray) -> None:
        self.store = store
        self.length = 0  # of the frame that comes in pieces, 0 when none does
        self._number = 0  # its request's
        self._there = bytearray(len(store) // frame.PIECE_DATA // 8 + 1)  # a bit for each piece
        self._end = 0  # of the frames that are kept

    def put(self, buf: bytearray, n: int, last: int) -> None:
        """Keep the request buf[:n] where it is RECORDS, a little ahead of request `last`, and new; and where
        there is room."""
        far = (buf[1] - last - 1) % frame.NUMBERS
        if not 0 < far <= frame.FARTHEST or not buf[1]:
            return
        if n <= _MESSAGE_AT or buf[_MESSAGE_AT] != messages.RECORDS:
            return
        store = self.store
        end = self._end
        if self.length or self._find(buf[1]) < end or end + _LENGTH + n > len(store):
            return
        store[end] = n >> 8
        store[end + 1] = n & 0xFF
        copy(store, end + _LENGTH, buf, 0, n)
        self._end = end + _LENGTH + n

    def take(self, number: int, buf: bytearray) -> int:
        """The one before `number` is taken. Move the request of this number to buf[0:]; return its length, 0
        when it is not kept."""
        self.drop_pieces()
        store = self.store
        at = self._find(number)
        if at == self._end:
            return 0
        n = self._length(at)
        copy(buf, 0, store, at + _LENGTH, n)
        behind = at + _LENGTH + n
        copy(store, at, store, behind, self._end - behind)
        self._end -= behind - at
        wipe(store, self._end, behind - at)
        return n

    def behind(self, last: int) -> int:
        """What is kept, as bits: the lowest for `last` + 2, the next for the number after that."""
        bits = 0
        at = 0
        while at < self._end:
            bits |= 1 << (self.store[at + _LENGTH + 1] - last - 2) % frame.NUMBERS
            at += _LENGTH + self._length(at)
        return bits

    def piece(self, number: int, buf: bytearray, at: int, n: int) -> int:
        """Take a PIECE's payload buf[at:at+n], of request `number`; 0, or the status that refuses it."""
        if n <= frame.PART_HEAD:
            return codes.RANGE
        length = buf[at] << 8 | buf[at + 1]
        offset = buf[at + 2] << 8 | buf[at + 3]
        n -= frame.PART_HEAD
        if length > len(self.store) or length > _LONGEST:
            return codes.PROTOCOL
        if offset % frame.PIECE_DATA or n != min(frame.PIECE_DATA, length - offset):
            return codes.RANGE
        if length != self.length or number != self._number:
            self.drop()
            self.length = length
            self._number = number
        copy(self.store, offset, buf, at + frame.PART_HEAD, n)
        rank = offset // frame.PIECE_DATA
        self._there[rank >> 3] |= 1 << (rank & 7)
        return 0

    def whole(self) -> bool:
        """Whether no piece is missing."""
        for rank in range(self._count()):
            if not self._there[rank >> 3] >> (rank & 7) & 1:
                return False
        return True

    def tell(self, buf: bytearray, at: int) -> int:
        """Write which pieces are there to buf[at:], the first in the lowest bit of the first byte; return the
        end."""
        n = self._count() + 7 >> 3
        copy(buf, at, self._there, 0, n)
        return at + n

    def drop(self) -> None:
        """Keep nothing, and overwrite it: a piece may hold a secret."""
        wipe(self.store, 0, max(self._end, self.length))
        wipe(self._there, 0, len(self._there))
        self._end = 0
        self.length = 0

    def drop_pieces(self) -> None:
        """Keep no pieces: those that come next may be of another frame."""
        if self.length:
            self.drop()

    def _count(self) -> int:
        """Pieces of the frame that comes in pieces."""
        return (self.length + frame.PIECE_DATA - 1) // frame.PIECE_DATA

    def _find(self, number: int) -> int:
        """Where the request of this number stands; the end, when it is not kept."""
        at = 0
        while at < self._end and self.store[at + _LENGTH + 1] != number:
            at += _LENGTH + self._length(at)
        return at

    def _length(self, at: int) -> int:
        return self.store[at] << 8 | self.store[at + 1]
