"""The PS's card: CPS3 and CPS4 in contact (domain 3.3, 3.4; profile, Certification)."""

from reader.arena import HEADER
from reader.cards.card import BY_NAME, BY_PATH, Card
from reader.cards.recognise import CPS2TER, CPS3, CPS4
from reader.crypto.hash_state import COUNT, STATE, bits_into
from reader.transmission.channel import OK
from sesam import codes
from sesam.octets import copy, same, wipe
from sesam.port import const
from sesam.zone_walk import find

_AID = b"\xe8\x28\xbd\x08\x0f\x80\x25\x00\x00\x01\xff\x00\x10"
_AID_4 = b"\x80\x25\x00\x00\x01\xff\x01\x00"
_CLA_4 = const(0x01)  # a CPS4 serves on logical channel 1
_FILES = (b"\x00\x01\xd1\x20", b"\x00\x01\x70\x01")  # zone, certificate
_CODE = const(0x01)  # reference of the code porteur
_TRIES = const(3)  # of a card whose code was just given (profile, Test cards)
_SIGNATURE_KEY = b"\x80\x01\x42\x84\x01\x10"  # RSASSA-PKCS1-v1_5 with SHA-256 (42), key 10
_SIGNATURE_KEY_4 = b"\x91\x02\x42\x90"  # the same; 80 on the key: what is signed is a hash
_CLA_2TER = const(0xA0)
_NO_SUCH_CLASS = const(0x6E00)
_FCI_WAITS = const(0x9F)  # SW1 by which a CPS2ter says so

_BLOCKED = (0x6983, 0x6984, 0x9808, 0x9840)  # the last two are a CPS2ter's (domain 3.5)

_HOLDER = const(1)  # groups of the zone
_SITUATION = const(2)
_CARD_TYPE = const(1)  # their fields
_NATIONAL_NUMBER = const(3)
_BILLING_NUMBER = const(9)
_REPLACEMENT_NUMBER = const(11)  # each with its key in the next field
_NUMBER_LENGTH = const(8)
_ISSUER_LENGTH = const(9)  # with its key
_STEP = const(10)  # and the field that it was in
_RPPS_AT = const(16 * 10)  # behind the numbers
_RPPS_LENGTH = const(11)
_TEST = const(56)  # "8": categories 80, 81, 82 are those of test cards


class PsCard(Card):
    """Dialogue with the PS's card, which knows its billing numbers, those that it has as a replacement, and
    its RPPS; `unlocked`: it may sign; `tries` left."""

    KINDS = (CPS3, CPS4)
    ABSENT = codes.PS_CARD_ABSENT

    def __init__(self, channel: object, files: object, arena: object) -> None:
        Card.__init__(self, channel, files)
        self._issuers = arena.issuers
        self._count = 0
        self.unlocked = False
        self.tries = 0

    def forget(self) -> None:
        """Another card, or a reset of the same."""
        self._count = 0
        wipe(self._issuers, _RPPS_AT, _RPPS_LENGTH)
        self.unlocked = False

    def open(self) -> int:
        """Select application and zone; return 0 or a status."""
        newer = self.kind == CPS4
        self.cla = _CLA_4 if newer else 0
        status = self.select_by(BY_NAME, _AID_4 if newer else _AID)
        if status == codes.CARD_STATUS and not newer and self._is_cps2ter():
            self.kind = CPS2TER  # it makes no signature that the profile has
            return codes.OUTDATED_CARD
        return status or self.select(0)

    def _is_cps2ter(self) -> bool:
        """Whether a card that has refused class 00 takes SELECT of the master file on class A0."""
        channel = self.channel
        if channel.sw != _NO_SUCH_CLASS:
            return False
        channel.header(_CLA_2TER, 0xA4, 0, 0)
        return not channel.transmit(channel.put(b"\x3f\x00"), -1) and channel.sw >> 8 == _FCI_WAITS

    def select(self, part: int) -> int:
        """Select the zone (0) or the certificate (1); return 0 or a status."""
        return self.select_by(BY_PATH, _FILES[part])

    def group(self, buf: bytearray, start: int, end: int) -> int:
        """Take what is needed of one group of the zone: category, RPPS, billing numbers."""
        group = buf[start] << 8 | buf[start + 1]
        if group == _HOLDER:
            packed = find(buf, start, end, group, 1, _CARD_TYPE)
            self.test = packed >= 0 and packed & 255 == 2 and buf[packed >> 8] == _TEST
            packed = find(buf, start, end, group, 1, _NATIONAL_NUMBER)
            if packed >= 0 and packed & 255 == _RPPS_LENGTH:
                copy(self._issuers, _RPPS_AT, buf, packed >> 8, _RPPS_LENGTH)
        elif group == _SITUATION:
            return self._keep(buf, start, end, _BILLING_NUMBER) or self._keep(
                buf, start, end, _REPLACEMENT_NUMBER
            )
        return 0

    def _keep(self, buf: bytearray, start: int, end: int, field: int) -> int:
        """Remember the number in this field of a situation and the key in the next, when they are there."""
        number = find(buf, start, end, _SITUATION, 1, field)
        key = find(buf, start, end, _SITUATION, 1, field + 1)
        if number < 0 or number & 255 != _NUMBER_LENGTH or key < 0 or key & 255 != 1:
            return 0
        issuers = self._issuers
        at = self._count * _STEP
        if at == _RPPS_AT:
            return codes.PS_CARD_INVALID
        copy(issuers, at, buf, number >> 8, _NUMBER_LENGTH)
        issuers[at + _NUMBER_LENGTH] = buf[key >> 8]
        issuers[at + _ISSUER_LENGTH] = field
        self._count += 1
        return 0

    def judge(self) -> int:
        """A card without a billing number bills nothing."""
        return 0 if self._count else codes.PS_CARD_INVALID

    def bills(self, buf: bytearray, at: int, replacing: bool = False) -> bool:
        """Whether the 9 digits at `at` are a billing number of this card; `replacing`: or its number as a
        replacement, and the 11 digits behind them its RPPS."""
        issuers = self._issuers
        if replacing and not same(buf, at + _ISSUER_LENGTH, issuers, _RPPS_AT, _RPPS_LENGTH):
            return False
        entry = self._count * _STEP
        while entry:
            entry -= _STEP
            if replacing or issuers[entry + _ISSUER_LENGTH] == _BILLING_NUMBER:
                if same(buf, at, issuers, entry, _ISSUER_LENGTH):
                    return True
        return False

    def unlock(self, buf: bytearray, at: int, n: int) -> int:
        """Present the code porteur at `at` once, and overwrite it wherever it went; `tries` is what is
        left."""
        status = self.ready()
        channel = self.channel
        if not status:
            self.unlocked = False
            channel.header(self.cla, 0x20, 0, _CODE)
            copy(channel.command, HEADER, buf, at, n)
            status = channel.transmit(n, -1)
        wipe(channel.command, HEADER, n)
        wipe(buf, at, n)
        if status:
            return status
        if channel.sw == OK:
            self.unlocked = True
            self.tries = _TRIES
            return 0
        if channel.sw & 0xFFF0 == 0x63C0:
            self.tries = channel.sw & 15
            return codes.WRONG_CODE if self.tries else codes.CODE_BLOCKED
        if channel.sw in _BLOCKED:
            return codes.CODE_BLOCKED
        return codes.CARD_STATUS

    def sign(self, hashed: object, out: bytearray) -> int:
        """Have the card do the last round over `hashed`'s tail and sign, into `out`; return 0 or a status."""
        if not self.current():
            return codes.CARD_REMOVED
        if not self.unlocked:
            return codes.LOCKED
        channel = self.channel
        cla = self.cla
        channel.header(cla, 0x22, 0x81 if cla else 0x41, 0xB6)
        status = channel.expect(channel.put(_SIGNATURE_KEY_4 if cla else _SIGNATURE_KEY), -1)
        if not status:
            channel.header(cla, 0x2A, 0x90, 0xA0)
            status = channel.expect(self._put_hash(hashed), -1)
        if not status:
            channel.header(cla, 0x2A, 0x9E, 0x9A)
            status = self.expect_into(out, 0)
        if status == codes.CARD_STATUS and channel.sw == 0x6982:  # security status not satisfied
            self.unlocked = False
            status = codes.LOCKED
        return status

    def _put_hash(self, hashed: object) -> int:
        """Put `90 L {state, bits hashed} 80 L {last block}`; return the data's length."""
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
        copy(command, at + 2, hashed.tail, 0, hashed.tail_length)
        return at + 2 + hashed.tail_length - HEADER
