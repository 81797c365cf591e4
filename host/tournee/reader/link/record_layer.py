"""How frames travel: in clear, or each in a record of the protected channel."""

from tournee.firmware.sesam import codes, frame
from tournee.reader.link.framing import Frame, encode_frame
from tournee.reader.link.secure_channel import SecureChannel

_BELIEVED = 3  # times in a row that the reader must say that it cannot open what we send
_IN_CLEAR = (frame.NAK, frame.WELCOME, frame.PART, frame.PIECES)  # what a protected reader may say in clear


class RecordLayer:
    """Makes and opens frames; with a `channel`, nothing but a handshake goes in clear."""

    def __init__(self, channel: SecureChannel | None) -> None:
        self.channel = channel
        self._doubts = 0
        self._doubted = False  # what was sent last has been doubted already

    @property
    def exhausted(self) -> bool:
        """Whether the keys have served as often as they may."""
        return self.channel is not None and not self.channel.established

    def protect(self, kind: int, number: int, payload: bytes | bytearray) -> bytearray:
        """Make a frame, in a record where there is a channel."""
        if self.channel is None:
            return encode_frame(kind, number, payload)
        return encode_frame(frame.PROTECTED, 0, self.channel.protect(kind, number, payload))

    def open(self, one: Frame) -> Frame | None:
        """What a readable frame holds; None when it is not to be listened to."""
        if self.channel is None:
            return one
        if one.kind != frame.PROTECTED:
            return one if one.kind in _IN_CLEAR else None
        opened = self.channel.open(one.payload)
        if opened is not None:
            self._doubts = 0
        return opened

    def doubts(self, one: Frame, *, keying: bool) -> bool:
        """Whether this is a NAK in clear that says the keys are lost or, while they are agreed, wrong: by the
        reader, or a stranger."""
        if self.channel is None or one.kind != frame.NAK:
            return False
        status = int.from_bytes(one.payload, "big")
        return status in (codes.RECORD_REFUSED, codes.UNPROTECTED) or (keying and status == codes.PROOF)

    def sent(self) -> None:
        """Something was sent that only a reader without our keys can refuse."""
        self._doubted = False

    def believes(self) -> bool:
        """Doubt once what was sent; tell whether that was once too often."""
        if not self._doubted:
            self._doubted = True
            self._doubts += 1
        if self._doubts < _BELIEVED:
            return False
        self._doubts = 0
        return True
