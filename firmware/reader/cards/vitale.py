"""The patient's card: Vitale 2 (domain 3.2; profile, Certification)."""

from reader.arena import HEADER
from reader.cards.card import BY_FILE, BY_NAME, Card
from reader.cards.recognise import VITALE_1, VITALE_2
from sesam import codes
from sesam.octets import copy, same
from sesam.port import const
from sesam.zone_walk import find

_AID = b"\xd2\x50\x00\x00\x02VITALE"
_FILES = (b"\x20\x02", b"\x20\x03")  # zone, certificate

_INSURED = const(101)  # groups of the zone
_BENEFICIARY = const(104)
_CARD_TYPE = const(1)  # their fields
_SERIAL = const(2)
_INSURED_NIR = const(8)
_BENEFICIARY_NIR = const(9)
_NIR_LENGTH = const(13)
_KEY_LENGTH = const(2)
_PATIENT_LENGTH = const(15)
_TEST = const(84)  # "T"


class VitaleCard(Card):
    """Dialogue with the Vitale card, which knows the NIR of the insured and of each beneficiary who has
    one."""

    KINDS = (VITALE_2,)
    WAS = VITALE_1
    ABSENT = codes.VITALE_ABSENT

    def __init__(self, channel: object, files: object, arena: object, opposition: object = None) -> None:
        Card.__init__(self, channel, files)
        self._opposition = opposition
        self._patients = arena.patients
        self._count = 0

    def forget(self) -> None:
        """Another card, or a reset of the same."""
        self._count = 0

    def open(self) -> int:
        """Select application and zone; return 0 or a status."""
        return self.select_by(BY_NAME, _AID) or self.select(0)

    def select(self, part: int) -> int:
        """Select the zone (0) or the certificate (1); return 0 or a status."""
        return self.select_by(BY_FILE, _FILES[part])

    def group(self, buf: bytearray, start: int, end: int) -> int:
        """Take what is needed of one group of the zone: mark, NIR. A card that may be opposed is read no
        further."""
        group = buf[start] << 8 | buf[start + 1]
        if group == _INSURED:
            packed = find(buf, start, end, group, 1, _CARD_TYPE)
            self.test = packed >= 0 and packed & 255 == 1 and buf[packed >> 8] == _TEST
            if self._opposition:
                packed = find(buf, start, end, group, 1, _SERIAL)
                self._opposition.hold(buf, packed >> 8, packed & 255 if packed >= 0 else 0)
                if self._opposition.suspects():
                    return codes.OPPOSED_CARD
            return self._keep(buf, start, end, _INSURED_NIR)
        if group == _BENEFICIARY:
            return self._keep(buf, start, end, _BENEFICIARY_NIR)
        return 0

    def _keep(self, buf: bytearray, start: int, end: int, field: int) -> int:
        """Remember a NIR and the key in the next field, when they are there."""
        group = buf[start] << 8 | buf[start + 1]
        nir = find(buf, start, end, group, 1, field)
        key = find(buf, start, end, group, 1, field + 1)
        if nir < 0 or nir & 255 != _NIR_LENGTH or key < 0 or key & 255 != _KEY_LENGTH:
            return 0
        at = self._count * _PATIENT_LENGTH
        if at == len(self._patients):
            return codes.CARD_COMMUNICATION
        copy(self._patients, at, buf, nir >> 8, _NIR_LENGTH)
        copy(self._patients, at + _NIR_LENGTH, buf, key >> 8, _KEY_LENGTH)
        self._count += 1
        return 0

    def judge(self) -> int:
        """A card that names nobody cannot be read right."""
        return 0 if self._count else codes.CARD_COMMUNICATION

    def holds(self, buf: bytearray, at: int) -> bool:
        """Whether the 15 characters at `at` are a NIR and key of this card."""
        for i in range(self._count):
            if same(buf, at, self._patients, i * _PATIENT_LENGTH, _PATIENT_LENGTH):
                return True
        return False

    def seal(self, digest: bytearray, out: bytearray) -> int:
        """Have the card sign the 32-byte digest (INTERNAL AUTHENTICATE), into `out`; return 0 or a status."""
        if not self.current():
            return codes.CARD_REMOVED
        self.channel.header(0, 0x88, 0, 0)
        copy(self.channel.command, HEADER, digest, 0, len(digest))
        return self.expect_into(out, len(digest))
