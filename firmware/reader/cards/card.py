"""What both cards share: one session in a slot, from reset to removal, in which the card was recognised and
opened."""

from reader.cards.files import Files
from reader.cards.recognise import kind_of
from sesam import codes
from sesam.cobs import CRC_INIT, crc16
from sesam.octets import copy


class Card:
    """Base of the two dialogues; a card says which `KINDS` serve, which one `WAS` served once, its status
    when `ABSENT`, and how to `open` it.

    `test` is the card's mark; `kind` what `reader.cards.recognise` says of it.
    """

    KINDS = ()
    WAS = 0
    ABSENT = 0

    def __init__(self, channel: object, arena: object) -> None:
        self.channel = channel
        self.files = Files(channel, arena)
        self.test = False
        self.kind = 0
        self._session = -1
        self.mark = 0  # CRC-16 of the card's zone: tells it from another card
        self._take = self._marked  # bound once: binding allocates

    def current(self) -> bool:
        """Whether the card that was opened is still there, powered since."""
        return self.channel.powered and self._session == self.channel.session

    def ready(self) -> int:
        """Power, recognise and open the card unless it is; return 0 or a status."""
        channel = self.channel
        if not channel.present():
            return self.ABSENT
        if self.current():
            return 0
        self.test = False
        self.mark = CRC_INIT
        self.forget()
        status = channel.activate()
        if status:
            return status
        self.kind = kind_of(channel.atr.raw, channel.atr.length)
        if self.kind in self.KINDS:
            status = self.open() or self.files.each_group(self._take) or self.judge()
        elif not self.kind:
            status = codes.UNKNOWN_CARD
        else:
            status = codes.OUTDATED_CARD if self.kind == self.WAS else codes.WRONG_CARD
        if status:
            channel.deactivate()
        else:
            self._session = channel.session
        return status

    def read(self, part: int, offset: int) -> int:
        """Read a chunk of the zone (0) or of the certificate (1) into `files`; return 0 or a status."""
        return self.ready() or self.select(part) or self.files.read(offset)

    def _marked(self, buf: bytearray, start: int, end: int) -> int:
        self.mark = crc16(buf, start, end, self.mark)
        return self.group(buf, start, end)

    def expect_into(self, out: bytearray, lc: int) -> int:
        """Transmit the command; its answer must fill `out`; return 0 or a status."""
        channel = self.channel
        status = channel.expect(lc, len(out))
        if not status and channel.length != len(out):
            status = codes.CARD_PROTOCOL
        if not status:
            copy(out, 0, channel.response, 0, len(out))
        return status
