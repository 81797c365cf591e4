"""How frames travel: in clear, or each in a record of the protected channel."""

from tournee.firmware.sesam import codes, frame
from tournee.reader.link.framing import Frame, encode_frame
from tournee.reader.link.secure_channel import SecureChannel

_BELIEVED = 3  # waits in a row that must end with nothing but the word that our keys are lost
_LOST_KEYS = (codes.RECORD_REFUSED, codes.UNPROTECTED)


class RecordLayer:
    """Makes and opens frames; with a `channel`, nothing but a handshake goes in clear."""

    def __init__(self, channel: SecureChannel | None) -> None:
        self.channel = channel
        self._doubted = False  # since something was sent last, its keys were said to be lost
        self._doubts = 0  # waits that ended so

    @property
    def exhausted(self) -> bool:
        """Whether the keys have served as often as they may."""
        return self.channel is not None and not self.channel.established

    def protect(self, kind: int, number: int, payload: bytes | bytearray) -> bytearray:
        """Make a frame, in a record where there is a channel."""
        if self.channel is None:
            return encode_frame(kind, number, payload)
        return encode_frame(frame.PROTECTED, 0, self.channel.protect(kind, number, payload))

    def is_anyones(self, one: Frame) -> bool:
        """Whether anybody may have sent this: it came in clear where a channel protects."""
        return self.channel is not None and one.kind != frame.PROTECTED

    def open(self, one: Frame) -> Frame | None:
        """What a frame holds that is not `is_anyones`; None for a record that does not open."""
        if self.channel is None:
            return one
        opened = self.channel.open(one.payload)
        if opened is not None:
            self._doubted = False
            self._doubts = 0
        return opened

    def doubts(self, one: Frame) -> bool:
        """Note a NAK in clear that says that the reader has not our keys; whether it is one."""
        if one.kind != frame.NAK or int.from_bytes(one.payload, "big") not in _LOST_KEYS:
            return False
        self._doubted = True
        return True

    def believes(self) -> bool:
        """A whole wait is over, without a record: whether our keys were said to be lost often enough."""
        self._doubts += self._doubted
        self._doubted = False
        if self._doubts < _BELIEVED:
            return False
        self._doubts = 0
        return True
