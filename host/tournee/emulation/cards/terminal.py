"""What a desktop reader does with a card's line: answer to reset, then whole commands over T=0.

Not the device's own code: the two ends of T=0 here and in `firmware/reader` judge each other's cards.
"""

from tournee.emulation.cards.card import VirtualCard
from tournee.emulation.cards.line.convention import INVERSE_TS, convert

_NULL = 0x60
_HEADER = 5


class Terminal:
    """A virtual card as PC/SC hands it over (`vpcd.WholeCommandCard`)."""

    def __init__(self, card: VirtualCard) -> None:
        self.card = card
        self._inverse = False
        self._coming = bytearray()

    def power(self) -> bytes:
        """Cold reset; the answer to reset."""
        raw = b"".join(emission.data for emission in self.card.activate())
        self._inverse = raw[:1] == convert(bytes((INVERSE_TS,)), inverse=True)
        return convert(raw, inverse=self._inverse)

    def off(self) -> None:
        """Power off."""
        self.card.deactivate()

    def transmit(self, command: bytes) -> bytes:
        """One T=0 command, P3 in its place (a header of four bytes stands for P3 00)."""
        header = command[:_HEADER].ljust(_HEADER, b"\0")
        data = command[_HEADER:]
        ins, wanted = header[1], header[4] or 256
        received = bytearray()
        self._coming.clear()
        self._send(header)
        while self._coming:
            byte = self._coming.pop(0)
            if byte == _NULL:
                continue
            if byte not in (ins, ins ^ 0xFF):
                return bytes(received) + bytes((byte, *self._coming[:1]))
            if data:
                count = len(data) if byte == ins else 1
                self._send(data[:count])
                data = data[count:]
            else:
                count = wanted - len(received) if byte == ins else 1
                received += self._coming[:count]
                del self._coming[:count]
        return b""

    def _send(self, data: bytes) -> None:
        for emission in self.card.receive(convert(data, inverse=self._inverse)):
            self._coming += convert(emission.data, inverse=self._inverse)
