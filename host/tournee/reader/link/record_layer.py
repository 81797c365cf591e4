"""How frames travel: in clear, or each in a record of the protected channel."""

from tournee.firmware.sesam import codes, frame
from tournee.reader.link.framing import Frame, seal
from tournee.reader.link.secure_channel import Protection

_BELIEVED = 3  # times in a row that the reader must say that it cannot open what we send
_IN_CLEAR = (frame.NAK, frame.WELCOME, frame.PART, frame.PIECES)  # what a protected reader may say in clear


class Envelope:
    """Makes and opens frames; with `protection`, nothing but a handshake goes in clear."""

    def __init__(self, protection: Protection | None) -> None:
        self.protection = protection
        self._doubts = 0
        self._doubted = False  # what was sent last has been doubted already

    @property
    def worn(self) -> bool:
        """Whether the keys have served as often as they may."""
        return self.protection is not None and not self.protection.established

    def seal(self, kind: int, number: int, payload: bytes | bytearray) -> bytearray:
        """Make a frame."""
        if self.protection is None:
            return seal(kind, number, payload)
        return seal(frame.PROTECTED, 0, self.protection.seal(kind, number, payload))

    def open(self, one: Frame) -> Frame | None:
        """What a readable frame holds; None when it is not to be listened to."""
        if self.protection is None:
            return one
        if one.kind != frame.PROTECTED:
            return one if one.kind in _IN_CLEAR else None
        opened = self.protection.open(one.payload)
        if opened is not None:
            self._doubts = 0
        return opened

    def doubts(self, one: Frame, *, shaking: bool) -> bool:
        """Whether this is a NAK in clear that says the keys are lost; the reader's word, or a stranger's."""
        if self.protection is None or one.kind != frame.NAK:
            return False
        status = int.from_bytes(one.payload, "big")
        return status in (codes.RECORD_REFUSED, codes.UNPROTECTED) or (shaking and status == codes.PROOF)

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
