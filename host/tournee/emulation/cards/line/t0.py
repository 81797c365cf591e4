"""T=0 as a card speaks it (ISO 7816-3 10): header, procedure bytes, 61xx and 6Cxx; no I/O, no clock."""

from tournee.emulation.cards.applications.application import Application, Command, Response
from tournee.emulation.cards.line.emission import Emission
from tournee.emulation.cards.line.style import Style

_NULL = 0x60
_GET_RESPONSE = 0xC0
_HEADER_LENGTH = 5
_NOTHING_TO_FETCH = 0x6985


class T0Engine:
    """One card's end of T=0: a byte in, emissions out.

    `exchange` names what the emissions of the last byte belong to: the command's INS as two hexadecimal
    digits; `exchange_number` counts exchanges since the engine was made.
    """

    def __init__(self, application: Application, style: Style) -> None:
        self.exchange = ""
        self.exchange_number = 0
        self._application = application
        self._style = style
        self._buffer = bytearray()
        self._header = b""
        self._wanted = 0
        self._pending = b""
        self._begun = False

    def begin(self) -> None:
        """The protocol starts: nothing is left of what was before."""
        self._buffer.clear()
        self._pending = b""
        self._begun = False

    def receive(self, byte: int) -> list[Emission]:
        """Take one logical byte from the reader; the emissions it causes, often none."""
        self._buffer.append(byte)
        if self._begun:
            return self._data()
        return self._command() if len(self._buffer) == _HEADER_LENGTH else []

    def _begin(self, exchange: str) -> None:
        self.exchange = exchange
        self.exchange_number += 1

    def _command(self) -> list[Emission]:
        header = self._header = bytes(self._buffer)
        self._buffer.clear()
        cla, ins, p1, p2, p3 = header
        self._begin(f"{ins:02X}")
        if ins & 0xF0 in (0x60, 0x90):  # would be mistaken for a procedure byte: ISO 7816-3 10.3.2
            return [_status(0x6D00)]
        if ins == _GET_RESPONSE:
            return self._get_response(p3 or 256)
        self._pending = b""
        refusal = self._application.refusal(cla, ins)
        if refusal:
            return [_status(refusal)]
        if self._application.sends(cla, ins):
            return self._sent(self._application.execute(Command(cla, ins, p1, p2, le=p3 or 256)), p3 or 256)
        if p3 == 0:
            return self._received(self._application.execute(Command(cla, ins, p1, p2)))
        self._begun = True
        return self._ask()

    def _data(self) -> list[Emission]:
        if self._wanted > 1:
            self._wanted -= 1
            return []
        if len(self._buffer) < self._header[4]:
            return self._ask()
        cla, ins, p1, p2, _ = self._header
        data = bytes(self._buffer)
        self._buffer.clear()
        self._begun = False
        return self._received(self._application.execute(Command(cla, ins, p1, p2, data=data)))

    def _received(self, response: Response) -> list[Emission]:
        """End of a command that carried data (or none): its answer waits for GET RESPONSE (61xx)."""
        emissions = self._nulls(self._style.work_nulls) if response.worked else []
        if response.data:
            self._pending = response.data
            return [*emissions, _status(0x6100 | self._available() & 0xFF)]
        return [*emissions, _status(response.status)]

    def _sent(self, response: Response, le: int) -> list[Emission]:
        """End of a command that asked for data: data between procedure bytes, or 6Cxx on a wrong length."""
        if not response.data:
            return [_status(response.status)]
        allowed = min(len(response.data), self._style.chunk)
        if le > allowed:
            return [_status(0x6C00 | allowed & 0xFF)]
        return [*self._transfer(response.data[:le]), _status(response.status)]

    def _get_response(self, le: int) -> list[Emission]:
        if not self._pending:
            return [_status(_NOTHING_TO_FETCH)]
        if le > self._available():
            return [_status(0x6C00 | self._available() & 0xFF)]
        part, self._pending = self._pending[:le], self._pending[le:]
        status = 0x6100 | self._available() & 0xFF if self._pending else 0x9000
        return [*self._transfer(part), _status(status)]

    def _available(self) -> int:
        return min(len(self._pending), self._style.chunk)

    def _ask(self) -> list[Emission]:
        """Acknowledge the next data bytes: INS^FF for one, INS for all that remain."""
        received, expected = len(self._buffer), self._header[4]
        before = self._nulls(self._style.nulls) if received == 0 else []
        ins = self._header[1]
        if self._one_by_one(received):
            self._wanted = 1
            return [*before, Emission(0, bytes((ins ^ 0xFF,)))]
        self._wanted = expected - received
        return [*before, Emission(0, bytes((ins,)))]

    def _transfer(self, data: bytes) -> list[Emission]:
        emissions = self._nulls(self._style.nulls)
        ins = self._header[1]
        position = 0
        while position < len(data) and self._one_by_one(position):
            emissions.append(Emission(0, bytes((ins ^ 0xFF, data[position]))))
            position += 1
        if position < len(data):
            emissions.append(Emission(0, bytes((ins,)) + data[position:]))
        return emissions

    def _one_by_one(self, position: int) -> bool:
        return self._style.singly < 0 or position < self._style.singly

    def _nulls(self, count: int) -> list[Emission]:
        return [Emission(self._style.null_ms, bytes((_NULL,))) for _ in range(count)]


def _status(word: int) -> Emission:
    return Emission(0, word.to_bytes(2, "big"))
