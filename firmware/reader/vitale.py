"""The patient's card: Vitale 2 (domain 3.2; profile, Certification)."""

from sesam import codes
from sesam.keys import NIR_LENGTH
from sesam.port import const
from sesam.zone_walk import find

from reader.arena import HEADER, PATIENT, PATIENTS, SIGNATURE
from reader.columns import same
from reader.files import BY_FILE, BY_NAME, Files
from reader.recognise import VITALE_2, kind_of
from reader.sha256 import STATE

_AID = bytes.fromhex("D250000002564954414C45")
_FILES = (bytes.fromhex("2002"), bytes.fromhex("2003"))

_INSURED = const(101)  # groups of the zone
_BENEFICIARY = const(104)
_CARD_TYPE = const(1)  # their fields
_INSURED_NIR = const(8)
_BENEFICIARY_NIR = const(9)
_TEST = ord("T")


class VitaleCard:
    """Dialogue with the Vitale card. It knows the NIR of the insured and of each beneficiary who has one; `test` is its mark."""

    def __init__(self, channel: object, arena: object) -> None:
        self.channel = channel
        self.files = Files(channel, arena)
        self._patients = arena.patients
        self._session = -1
        self._take = self._group
        self.count = 0
        self.test = False
        self.kind = 0

    def current(self) -> bool:
        """Whether the card that was opened is still there, powered since."""
        return self.channel.powered and self._session == self.channel.session

    def ready(self) -> int:
        """Power, recognise and open the card unless it is; return 0 or a status."""
        channel = self.channel
        if not channel.present():
            return codes.VITALE_ABSENT
        if self.current():
            return 0
        self.count = 0
        self.test = False
        status = channel.activate()
        if status:
            return status
        self.kind = kind_of(channel.atr.raw, channel.atr.length)
        status = self._open() if self.kind == VITALE_2 else codes.UNKNOWN_CARD
        if status:
            channel.deactivate()
        else:
            self._session = channel.session
        return status

    def _open(self) -> int:
        status = self.files.select(BY_NAME, _AID) or self.files.select(BY_FILE, _FILES[0])
        status = status or self.files.each_group(self._take)
        return status or (0 if self.count else codes.CARD_COMMUNICATION)

    def _group(self, buf: bytearray, start: int, end: int) -> int:
        group = buf[start] << 8 | buf[start + 1]
        if group == _INSURED:
            place = find(buf, start, end, group, 1, _CARD_TYPE)
            self.test = place >= 0 and place & 255 == 1 and buf[place >> 8] == _TEST
            return self._keep(buf, start, end, group, _INSURED_NIR)
        if group == _BENEFICIARY:
            return self._keep(buf, start, end, group, _BENEFICIARY_NIR)
        return 0

    def _keep(self, buf: bytearray, start: int, end: int, group: int, field: int) -> int:
        """Remember a NIR and the key in the next field, when they are there."""
        nir = find(buf, start, end, group, 1, field)
        key = find(buf, start, end, group, 1, field + 1)
        if nir < 0 or nir & 255 != NIR_LENGTH or key < 0 or key & 255 != PATIENT - NIR_LENGTH:
            return 0
        if self.count == PATIENTS:
            return codes.CARD_COMMUNICATION
        at = self.count * PATIENT
        for i in range(NIR_LENGTH):
            self._patients[at + i] = buf[(nir >> 8) + i]
        for i in range(PATIENT - NIR_LENGTH):
            self._patients[at + NIR_LENGTH + i] = buf[(key >> 8) + i]
        self.count += 1
        return 0

    def holds(self, buf: bytearray, at: int) -> bool:
        """Whether the 15 characters at `at` are a NIR and key of this card."""
        for i in range(self.count):
            if same(buf, at, self._patients, i * PATIENT, PATIENT):
                return True
        return False

    def read(self, part: int, offset: int) -> int:
        """Read a piece of the zone (0) or of the certificate (1) into `files`; return 0 or a status."""
        return self.ready() or self.files.select(BY_FILE, _FILES[part]) or self.files.read(offset)

    def seal(self, digest: bytearray, out: bytearray) -> int:
        """Have the card sign the 32-byte digest (INTERNAL AUTHENTICATE): 256 bytes into `out`; return 0 or a status."""
        if not self.current():
            return codes.CARD_REMOVED
        channel = self.channel
        channel.header(0, 0x88, 0, 0)
        for i in range(STATE):
            channel.command[HEADER + i] = digest[i]
        status = channel.expect(STATE, SIGNATURE)
        if status:
            return status
        if channel.length != SIGNATURE:
            return codes.CARD_PROTOCOL
        for i in range(SIGNATURE):
            out[i] = channel.response[i]
        return 0
