"""What both cards share: one session in a slot, from reset to removal, in which the card was recognised and
opened, and its zone read once."""

from reader.cards.recognise import kind_of
from sesam import codes
from sesam.cobs import CRC_INIT
from sesam.octets import copy
from sesam.port import const

BY_FILE = const(0x02)  # SELECT P1: an EF of the current application
BY_NAME = const(0x04)  # an application by its name
BY_PATH = const(0x09)  # a path from the MF, 3F00 left out

_ANSWER_TO_RESET = const(2)  # a part of what is read
_SELECT = const(0xA4)
_NO_FCI = const(0x0C)
# The whole zone is known, and what is selected: the zone (less 1: the certificate), or nothing for sure.
_WHOLE = const(-1)
_NONE_SELECTED = const(-3)


class Card:
    """Base of the two dialogues; a card says which `KINDS` serve, which one `WAS` served once, its status
    when `ABSENT`, how to `open` it, and what it needs of a `group` of its zone.

    `test` is the card's mark, None before its group was read; `kind` what `reader.cards.recognise` says of
    it. The groups of the zone are taken as a host reads it, or when something else needs them.
    """

    KINDS = ()
    WAS = 0
    ABSENT = 0

    cla = 0  # class of its commands

    def __init__(self, channel: object, files: object) -> None:
        self.channel = channel
        self.files = files
        self.test = None
        self.kind = 0
        self._session = -1
        self._known = 0  # bytes of the zone, which is selected, whose groups were taken; below 0: see _WHOLE
        self.mark = 0  # CRC-16 of the card's zone: tells it from another card

    def current(self) -> bool:
        """Whether the card whose zone was read is still there, powered since."""
        return self._known < 0 and self.channel.powered and self._session == self.channel.session

    def ready(self) -> int:
        """Power, recognise and open the card unless it is, and know its zone; return 0 or a status."""
        status = self._enter()
        while not status and self._known >= 0:
            status = self.read(0, self._known)
        return status

    def read(self, part: int, offset: int) -> int:
        """Read a chunk of the zone (0) or of the certificate (1) into `files`; return 0 or a status.

        Part 2 is the answer to reset of the card powered last. The zone read on from where it is known
        is taken as it comes; a card that is refused is put off.
        """
        files = self.files
        if part == _ANSWER_TO_RESET:
            return files.give(self.channel.atr)
        status = self._enter()
        if status or part or offset != self._known:
            status = status or self.ready()
            if not status and self._known != _WHOLE - part:
                self._known = _NONE_SELECTED
                status = self.select(part)
                if not status:
                    self._known = _WHOLE - part
            return status or files.read(self, offset)
        status = files.read_groups(self, offset)
        self._known += files.length
        if files.last and not status:
            self._known = _WHOLE
            self.test = bool(self.test)
            status = self.judge()
        if status:
            self.channel.deactivate()
        return status

    def _enter(self) -> int:
        """Power, recognise and open the card unless it is; return 0 or a status."""
        channel = self.channel
        if not channel.present():
            return self.ABSENT
        if channel.powered and self._session == channel.session:
            return 0
        self.test = None
        self.mark = CRC_INIT
        self._known = 0
        self.files.card = None  # what is left there is of the card before
        self.forget()
        status = channel.activate()
        if status:
            return status
        self.kind = kind_of(channel.atr.raw, channel.atr.length)
        if self.kind in self.KINDS:
            status = self.open()
        elif not self.kind:
            status = codes.UNKNOWN_CARD
        else:
            status = codes.OUTDATED_CARD if self.kind == self.WAS else codes.WRONG_CARD
        if status:
            channel.deactivate()
        else:
            self._session = channel.session
        return status

    def select_by(self, kind: int, name: bytes) -> int:
        """Select an application or a file; return 0 or a status."""
        channel = self.channel
        channel.header(self.cla, _SELECT, kind, _NO_FCI)
        return channel.expect(channel.put(name), -1)

    def expect_into(self, out: bytearray, lc: int) -> int:
        """Transmit the command; its answer must fill `out`; return 0 or a status."""
        channel = self.channel
        status = channel.expect(lc, len(out))
        if not status and channel.length != len(out):
            status = codes.CARD_PROTOCOL
        if not status:
            copy(out, 0, channel.response, 0, len(out))
        return status
