"""Files of a card, read in chunks (ISO 7816-4 7.1.1, 7.2.3); used by both cards."""

from reader.transmission.channel import OK
from sesam import codes
from sesam.octets import copy
from sesam.port import const
from sesam.zone_walk import ID_LENGTH, read_length

BY_FILE = const(0x02)  # SELECT P1: an EF of the current application
BY_NAME = const(0x04)  # an application by its name
BY_PATH = const(0x09)  # a path from the MF, 3F00 left out

_SELECT = const(0xA4)
_READ_BINARY = const(0xB0)
_NO_FCI = const(0x0C)
_STEP = const(0xE0)  # a CPS gives at most E7 bytes at once
_SHORT = const(0x6282)  # the file ended before
_OUTSIDE = const(0x6B00)  # at or past the file's end
_REACH = const(0x7FFF)  # the last offset that READ BINARY can name


class Files:
    """Files of the card in `channel`; `chunk[:length]` holds what was read last, `last` tells that the file
    ends there."""

    def __init__(self, channel: object, arena: object) -> None:
        self._channel = channel
        self.cla = 0  # class of its commands
        self.chunk = arena.chunk
        self.length = 0
        self.last = False

    def select(self, kind: int, name: bytes) -> int:
        """Select an application or a file; return 0 or a status."""
        channel = self._channel
        channel.header(self.cla, _SELECT, kind, _NO_FCI)
        return channel.expect(channel.put(name), -1)

    def read(self, offset: int) -> int:
        """Fill the chunk from `offset` of the selected file; return 0 or a status.

        A card may give less than it is asked for (6Cxx): the file ends where it says so, by 6B00, 6282 or
        nothing, and where no command reaches.
        """
        channel = self._channel
        chunk = self.chunk
        self.length = 0
        self.last = False
        while not self.last and self.length < len(chunk):
            at = offset + self.length
            if at > _REACH:
                self.last = True
                return 0
            asked = len(chunk) - self.length
            if asked > _STEP:
                asked = _STEP
            channel.header(self.cla, _READ_BINARY, at >> 8, at & 255)
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
            copy(chunk, self.length, channel.response, 0, channel.length)
            self.length += channel.length
            self.last = channel.sw == _SHORT or not channel.length
        return 0

    def each_group(self, take: object) -> int:
        """Walk the zone in the selected file, group by group: `take(chunk, start, end)` returns 0 or a status
        that stops.

        A group longer than a chunk, or one that is damaged, is refused as CARD_PROTOCOL: memory does not
        follow the file.
        """
        offset = 0
        while True:
            status = self.read(offset)
            at = 0
            while not status and at < self.length:
                packed = read_length(self.chunk, at + ID_LENGTH, self.length)
                end = at + ID_LENGTH + (packed & 3) + (packed >> 2)
                if packed < 0 or end > self.length:
                    break
                status = take(self.chunk, at, end)
                at = end
            if status:
                return status
            if self.last:
                return 0 if at == self.length else codes.CARD_PROTOCOL
            if at == 0:
                return codes.CARD_PROTOCOL
            offset += at
