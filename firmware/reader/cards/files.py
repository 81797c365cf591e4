"""The file of a card that is read, in chunks (ISO 7816-4 7.2.3): one file at a time, of one of the cards."""

from reader.transmission.channel import OK
from sesam import codes
from sesam.cobs import crc16
from sesam.octets import copy
from sesam.port import const
from sesam.zone_walk import ID_LENGTH, read_length

_READ_BINARY = const(0xB0)
_STEP = const(0xE0)  # a CPS gives at most E7 bytes at once
_SHORT = const(0x6282)  # the file ended before
_OUTSIDE = const(0x6B00)  # at or past the file's end
_REACH = const(0x7FFF)  # the last offset that READ BINARY can name


class Files:
    """`chunk[:length]` holds what was read last, `last` tells that the file ends there.

    A chunk of a zone ends with a whole group; what was read behind it stays, for the card that it is of, and
    is the beginning of the next chunk. Whoever reads of the other card meanwhile takes its place: it is then
    read again.
    """

    def __init__(self, arena: object) -> None:
        self.chunk = arena.card_data
        self.length = 0
        self.last = False
        self._end = 0  # of what was read into the chunk
        self.card = None  # whose it is, from its power on to the next, and
        self._next = 0  # where in its zone chunk[length] stands

    def read(self, card: object, offset: int) -> int:
        """Fill the chunk from `offset` of the file that is selected; return 0 or a status."""
        self.card = None
        self._end = 0
        self.last = False
        status = 0
        while not status and not self.last and len(self.chunk) - self._end >= _STEP:
            status = self._read_on(card, offset, _STEP)
        self.length = self._end
        return status

    def give(self, atr: object) -> int:
        """Put an answer to reset in place of what was read; return 0."""
        self.card = None
        self.length = atr.length
        self.last = True
        copy(self.chunk, 0, atr.raw, 0, atr.length)
        return 0

    def read_groups(self, card: object, offset: int) -> int:
        """Fill the chunk from `offset` of the card's zone, where a group begins; give the card each one, and
        its mark the bytes. `card.group(chunk, start, end)` returns 0 or a status that stops.

        A group longer than a chunk, or one that is damaged, is refused as CARD_PROTOCOL: memory does not
        follow the file.
        """
        chunk = self.chunk
        kept = self._end - self.length if self.card is card and self._next == offset else 0
        copy(chunk, 0, chunk, self.length, kept)
        self.card = card
        self._end = kept
        self.last = False
        at = 0
        status = 0
        while not status:
            packed = read_length(chunk, at + ID_LENGTH, self._end)
            end = at + ID_LENGTH + (packed & 3) + (packed >> 2)
            if packed >= 0 and end <= self._end:
                card.mark = crc16(chunk, at, end, card.mark)
                status = card.group(chunk, at, end)
                at = end
                continue
            room = len(chunk) - self._end
            if self.last or (at and room < _STEP):
                break
            status = self._read_on(card, offset, min(room, _STEP)) if room else codes.CARD_PROTOCOL
        if not status and self.last and at < self._end:
            status = codes.CARD_PROTOCOL
        self.length = at
        self._next = offset + at
        return status

    def _read_on(self, card: object, offset: int, asked: int) -> int:
        """Read `asked` bytes behind those in the chunk, whose first stands at `offset`; return 0 or a status.

        A card may give less than it is asked for (6Cxx): the file ends where it says so, by 6B00, 6282 or
        nothing, and where no command reaches.
        """
        channel = card.channel
        at = offset + self._end
        if at > _REACH:
            self.last = True
            return 0
        channel.header(card.cla, _READ_BINARY, at >> 8, at & 255)
        status = channel.transmit(0, asked)
        if status:
            return status
        if channel.sw == _OUTSIDE:
            self.last = True
            return 0
        if channel.sw != OK and channel.sw != _SHORT:
            return codes.CARD_STATUS
        if channel.length > asked:  # a 6Cxx may have named more than there is room for
            return codes.CARD_PROTOCOL
        copy(self.chunk, self._end, channel.response, 0, channel.length)
        self._end += channel.length
        self.last = channel.sw == _SHORT or not channel.length
        return 0
