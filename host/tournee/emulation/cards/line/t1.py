"""T=1 as a card speaks it (ISO 7816-3 11): blocks, chains, S-blocks, repetition; no I/O, no clock.

It shares no code with the reader's end: the two judge each other.
"""

from dataclasses import dataclass

from tournee.emulation.cards.applications.application import Application, Command, Response
from tournee.emulation.cards.line.emission import Emission
from tournee.emulation.cards.line.style import Style

_LARGEST = 254
_EDC_ERROR, _OTHER_ERROR = 1, 2
_RESYNCH, _IFS, _ABORT, _WTX = 0xC0, 0xC1, 0xC2, 0xC3
_ANSWER = 0x20
_MORE = 0x20
_GET_RESPONSE = 0xC0


@dataclass(frozen=True)
class BlockSettings:
    """What an answer to reset says of T=1 (11.4): IFSC, BWI, CWI, and whether the epilogue is a CRC."""

    ifsc: int = 32
    bwi: int = 4
    cwi: int = 13
    crc: bool = False


@dataclass(frozen=True)
class Block:
    """One block without its epilogue."""

    pcb: int
    data: bytes = b""

    def encoded(self, *, crc: bool) -> bytes:
        """The bytes on the line."""
        body = bytes((0, self.pcb, len(self.data))) + self.data
        return body + check_of(body, crc=crc)


def check_of(body: bytes, *, crc: bool) -> bytes:
    """The epilogue: LRC, or CRC with its high byte first (11.3.4)."""
    if not crc:
        check = 0
        for byte in body:
            check ^= byte
        return bytes((check,))
    value = 0xFFFF
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value.to_bytes(2, "big")


class T1Engine:
    """One card's end of T=1: a byte in, emissions out.

    `exchange` names what the last emissions belong to: the command's INS as two hexadecimal digits, or `ifs`
    before the first command.
    """

    def __init__(self, application: Application, style: Style, settings: BlockSettings) -> None:
        self.exchange = "ifs"
        self.exchange_number = 0
        self._application = application
        self._style = style
        self._settings = settings
        self.begin()

    def begin(self) -> None:
        """The protocol starts: numbers and sizes as the answer to reset has them."""
        self._buffer = bytearray()
        self._sequence()
        self._ifsd = 32
        self._ifs_asked = self._style.ifsc == 0
        self._pending = b""

    def _sequence(self) -> None:
        """Numbers and chains from the start (after RESYNCH as well)."""
        self._ours = 0
        self._theirs = 0
        self._command = b""
        self._parts: list[bytes] = []  # of the answer; the first of them is the one that is out
        self._last: Block | None = None
        self._extensions = 0
        self._awaited = 0  # the S-block response that the reader owes us

    def receive(self, byte: int) -> list[Emission]:
        """Take one logical byte from the reader; the block that answers once its own is whole."""
        self._buffer.append(byte)
        whole = 3 + self._buffer[2] + 1 + self._settings.crc if len(self._buffer) > 2 else 3
        if len(self._buffer) < whole or len(self._buffer) < 4:
            return []
        raw = bytes(self._buffer)
        self._buffer.clear()
        edge = len(raw) - 1 - self._settings.crc
        body, data = raw[:edge], raw[3:edge]
        if check_of(body, crc=self._settings.crc) != raw[edge:]:
            return self._complain(_EDC_ERROR)
        if raw[0] or raw[2] > _LARGEST:
            return self._complain(_OTHER_ERROR)
        if raw[1] & 0x80 == 0:
            return self._information(raw[1], data)
        return self._supervision(raw[1], data) if raw[1] & 0x40 else self._asked_again(raw[1])

    def _information(self, pcb: int, data: bytes) -> list[Emission]:
        if pcb >> 6 & 1 != self._theirs or len(data) > self._settings_ifsc():
            return self._complain(_OTHER_ERROR)
        self._theirs ^= 1
        if self._last is not None and self._last.pcb & 0x80 == 0:
            self._ours ^= 1  # our own last I-block has arrived
        if not self._command:
            self.exchange_number += 1
            self.exchange = f"{data[1]:02X}" if len(data) > 1 else "ifs"
        self._command += data
        if pcb & _MORE:
            return self._say(Block(0x80 | self._theirs << 4))
        command, self._command = self._command, b""
        response = self._run(command)
        whole = response.data + response.status.to_bytes(2, "big")
        self._parts = [whole[at : at + self._ifsd] for at in range(0, len(whole), self._ifsd)]
        self._extensions = self._style.work_wtx if response.worked else 0
        return self._go_on()

    def _settings_ifsc(self) -> int:
        return self._style.ifsc if self._style.ifsc and self._ifs_asked else self._settings.ifsc

    def _go_on(self) -> list[Emission]:
        """The next thing that the card has to say: an S-block of its own, or the part of the answer."""
        if not self._ifs_asked:
            self._awaited = _IFS | _ANSWER
            return self._say(Block(_IFS, bytes((self._style.ifsc,))))
        if self._extensions:
            self._awaited = _WTX | _ANSWER
            return self._say(Block(_WTX, bytes((self._style.wtx_times,))))
        more = _MORE if len(self._parts) > 1 else 0
        return self._say(Block(self._ours << 6 | more, self._parts[0]))

    def _supervision(self, pcb: int, data: bytes) -> list[Emission]:
        if pcb & _ANSWER:
            if pcb != self._awaited or self._last is None or data != self._last.data:
                return []  # nobody asked for it
            self._awaited = 0
            if pcb == _IFS | _ANSWER:
                self._ifs_asked = True
            else:
                self._extensions -= 1
            return self._go_on()
        if pcb == _RESYNCH:
            self._sequence()
        elif pcb == _IFS and len(data) == 1 and 0 < data[0] <= _LARGEST:
            self._ifsd = data[0]
        elif pcb == _ABORT:
            self._command, self._parts = b"", []
        else:
            return self._complain(_OTHER_ERROR)
        if not self._command and self._last is None:
            self.exchange_number += 1
            self.exchange = "ifs"
        return [Emission(0, Block(pcb | _ANSWER, data).encoded(crc=self._settings.crc))]

    def _asked_again(self, pcb: int) -> list[Emission]:
        """An R-block: the next part of the answer, the same part again, or what we said last."""
        number = pcb >> 4 & 1
        if self._last is not None and self._last.pcb & 0x80 == 0:
            if number != self._ours and len(self._parts) > 1:
                self._parts.pop(0)
                self._ours ^= 1
                return self._go_on()
            if number != self._ours:
                return self._complain(0)  # the answer has arrived, another command not yet
        return self._say(self._last) if self._last is not None else self._complain(_OTHER_ERROR)

    def _complain(self, error: int) -> list[Emission]:
        block = Block(0x80 | self._theirs << 4 | error)
        return [Emission(0, block.encoded(crc=self._settings.crc))]

    def _say(self, block: Block) -> list[Emission]:
        self._last = block
        return [Emission(0, block.encoded(crc=self._settings.crc))]

    def _run(self, apdu: bytes) -> Response:
        """One command in the short form (ISO 7816-4 5.1)."""
        if len(apdu) < 4:
            return Response(0x6700)
        cla, ins, p1, p2 = apdu[:4]
        rest = apdu[4:]
        if len(rest) > 1 and len(rest) - 1 not in (rest[0], rest[0] + 1):
            return Response(0x6700)
        data = rest[1 : 1 + rest[0]] if len(rest) > 1 else b""
        expected = len(rest) == 1 or len(rest) == len(data) + 2
        le = (rest[-1] or 256) if expected else 0
        if ins == _GET_RESPONSE:
            return self._cut(Response(0x9000, self._pending), le)
        refusal = self._application.refusal(cla, ins)
        if refusal:
            return Response(refusal)
        return self._cut(self._application.execute(Command(cla, ins, p1, p2, data=data, le=le)), le)

    def _cut(self, response: Response, le: int) -> Response:
        """No more than was asked for, or than the card gives at once; the rest waits (61xx)."""
        shown = response.data[: min(le, self._style.chunk)]
        self._pending = response.data[len(shown) :]
        status = 0x6100 | min(len(self._pending), 0xFF) if self._pending else response.status
        return Response(status, shown, response.worked)
