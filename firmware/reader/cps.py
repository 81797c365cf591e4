"""The PS's card: CPS3 in contact (domain 3.3; profile, Certification)."""

from sesam import codes
from sesam.keys import BILLING_LENGTH
from sesam.port import const
from sesam.zone_walk import find

from reader.arena import HEADER, SIGNATURE, SITUATIONS
from reader.channel import OK
from reader.columns import same
from reader.files import BY_NAME, BY_PATH, Files
from reader.recognise import CPS3, kind_of
from reader.sha256 import COUNT, STATE, bits_into

CODE_TRIES = 3  # of a fresh or unlocked card (profile, Test cards)
ZONE = 0
CERTIFICATE = 1

_AID = bytes.fromhex("E828BD080F8025000001FF0010")
_PATHS = (bytes.fromhex("0001D120"), bytes.fromhex("00017001"))
_CODE = const(0x01)  # reference of the code porteur
_SIGNATURE_KEY = bytes.fromhex("800142840110")  # RSASSA-PKCS1-v1_5 with SHA-256, key 10

_HOLDER = const(1)  # groups of the zone
_SITUATION = const(2)
_CARD_TYPE = const(1)  # their fields
_BILLING_NUMBER = const(9)
_BILLING_KEY = const(10)
_TEST = ord("8")  # categories 80, 81, 82 are those of test cards


class PsCard:
    """Dialogue with the PS's card. `issuers` are its billing numbers, `test` its category, `unlocked` whether it may sign."""

    def __init__(self, channel: object, arena: object) -> None:
        self.channel = channel
        self.files = Files(channel, arena)
        self._issuers = arena.issuers
        self._wire = arena.wire
        self._session = -1
        self._take = self._group
        self.count = 0
        self.test = False
        self.unlocked = False
        self.tries = 0
        self.kind = 0  # what `recognise` says of the card

    def current(self) -> bool:
        """Whether the card that was opened is still there, powered since."""
        return self.channel.powered and self._session == self.channel.session

    def ready(self) -> int:
        """Power, recognise and open the card unless it is; return 0 or a status."""
        channel = self.channel
        if not channel.present():
            return codes.PS_CARD_ABSENT
        if self.current():
            return 0
        self.count = 0
        self.unlocked = False
        status = channel.activate()
        if status:
            return status
        self.kind = kind_of(channel.atr.raw, channel.atr.length)
        status = self._open() if self.kind == CPS3 else codes.UNKNOWN_CARD
        if status:
            channel.deactivate()
        else:
            self._session = channel.session
        return status

    def _open(self) -> int:
        status = self.files.select(BY_NAME, _AID) or self.files.select(BY_PATH, _PATHS[ZONE])
        status = status or self.files.each_group(self._take)
        return status or (0 if self.count else codes.PS_CARD_INVALID)

    def _group(self, buf: bytearray, start: int, end: int) -> int:
        group = buf[start] << 8 | buf[start + 1]
        if group == _HOLDER:
            place = find(buf, start, end, group, 1, _CARD_TYPE)
            self.test = place >= 0 and place & 255 == 2 and buf[place >> 8] == _TEST
        elif group == _SITUATION:
            number = find(buf, start, end, group, 1, _BILLING_NUMBER)
            key = find(buf, start, end, group, 1, _BILLING_KEY)
            if number >= 0 and number & 255 == BILLING_LENGTH - 1 and key >= 0 and key & 255 == 1:
                if self.count == SITUATIONS:
                    return codes.PS_CARD_INVALID
                at = self.count * BILLING_LENGTH
                for i in range(BILLING_LENGTH - 1):
                    self._issuers[at + i] = buf[(number >> 8) + i]
                self._issuers[at + BILLING_LENGTH - 1] = buf[key >> 8]
                self.count += 1
        return 0

    def bills(self, buf: bytearray, at: int) -> bool:
        """Whether the 9 digits at `at` are a billing number of this card."""
        for i in range(self.count):
            if same(buf, at, self._issuers, i * BILLING_LENGTH, BILLING_LENGTH):
                return True
        return False

    def read(self, part: int, offset: int) -> int:
        """Read a piece of the zone or of the certificate into `files`; return 0 or a status."""
        return self.ready() or self.files.select(BY_PATH, _PATHS[part]) or self.files.read(offset)

    def unlock(self, buf: bytearray, at: int, n: int) -> int:
        """Present the code porteur once, and overwrite it wherever it went; `tries` is what is left."""
        status = self.ready()
        if status:
            return status
        channel = self.channel
        self.unlocked = False
        channel.header(0, 0x20, 0, _CODE)
        for i in range(n):
            channel.command[HEADER + i] = buf[at + i]
        status = channel.transmit(n, -1)
        for i in range(n):
            channel.command[HEADER + i] = 0
            self._wire[i] = 0
            buf[at + i] = 0
        if status:
            return status
        sw = channel.sw
        if sw == OK:
            self.unlocked = True
            self.tries = CODE_TRIES
            return 0
        if sw & 0xFFF0 == 0x63C0:
            self.tries = sw & 15
            return codes.WRONG_CODE if self.tries else codes.CODE_BLOCKED
        if sw == 0x6983 or sw == 0x6984:
            self.tries = 0
            return codes.CODE_BLOCKED
        return codes.CARD_STATUS

    def sign(self, hashed: object, out: bytearray) -> int:
        """Have the card do the last round over `hashed`'s tail and sign: 256 bytes into `out`; return 0 or a status."""
        if not self.current():
            return codes.CARD_REMOVED
        if not self.unlocked:
            return codes.LOCKED
        channel = self.channel
        channel.header(0, 0x22, 0x41, 0xB6)
        status = channel.expect(channel.put(0, _SIGNATURE_KEY), -1)
        if not status:
            channel.header(0, 0x2A, 0x90, 0xA0)
            status = channel.expect(self._put_hash(hashed), -1)
        if not status:
            channel.header(0, 0x2A, 0x9E, 0x9A)
            status = channel.expect(0, SIGNATURE)
        if status:
            if channel.sw == 0x6982:  # security status not satisfied
                self.unlocked = False
                return codes.LOCKED
            return status
        if channel.length != SIGNATURE:
            return codes.CARD_PROTOCOL
        for i in range(SIGNATURE):
            out[i] = channel.response[i]
        return 0

    def _put_hash(self, hashed: object) -> int:
        command = self.channel.command
        at = HEADER
        command[at] = 0x90
        command[at + 1] = STATE + COUNT
        hashed.state_into(command, at + 2)
        at += 2 + STATE
        bits_into(hashed.hashed, command, at)
        at += COUNT
        command[at] = 0x80
        command[at + 1] = hashed.tail_length
        at += 2
        for i in range(hashed.tail_length):
            command[at + i] = hashed.tail[i]
        return at + hashed.tail_length - HEADER
