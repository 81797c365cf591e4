"""One slot: power, answer to reset, speed and protocol, then commands; any failure leaves it off and usable
again."""

from reader.arena import HEADER
from reader.transmission.atr import BAD, DEFAULT_TA1, DIRECT, INVERSE, LEAST_GUARD, LONGEST, WHOLE, Atr
from reader.transmission.line import Line, failure
from reader.transmission.t0 import T0
from sesam import codes
from sesam.octets import copy
from sesam.port import const

try:
    from reader.transmission.t1 import T1
except ImportError:  # left out of the image of a small board
    T1 = None

# TS within 40 000 clock cycles, each next character within 9600 etu: under a second at 4 MHz
_FIRST_MS = const(1000)
_ATR_MS = const(3000)  # the whole answer, or a PPS; EMV allows 20 160 initial etu, about 2 s
_TS_INVERSE_RAW = const(0x03)
_EXCHANGE_MS = const(
    20000
)  # longest a command may take, NULL bytes included; an RSA-2048 signature takes about 2 s
_ROUNDS = const(8)  # most commands to the card for one exchange: first try, 6Cxx, GET RESPONSEs
_GET_RESPONSE = const(0xC0)
_PPS = const(0xFF)
_NO_PPS = const(-1)  # the card did not answer a PPS as it must

OK = const(0x9000)


class Channel:
    """Commands to the card in one slot. `sw`, `response[:length]` are the last answer; `session` changes with
    the card.

    The protocol is chosen after the answer to reset: an object with `exchange(header, lc, le)` for one
    command to the card, `length` and `sw`.
    """

    def __init__(self, slot: object, arena: object, clock_khz: int, ticks: object, alive: object) -> None:
        self._slot = slot
        self._clock_khz = clock_khz
        self.line = Line(slot, arena, ticks, alive)
        self._t0 = T0(self.line, arena)
        self._t1 = T1 and T1(self.line, arena)
        self._protocol = self._t0
        self._pps = arena.pps
        self._again = arena.get_response
        self.atr = Atr(bytearray(LONGEST))
        self.command = arena.command
        self.response = arena.response
        self.powered = False
        self.session = 0
        self.length = 0
        self.sw = 0

    def watch(self) -> bool:
        """Notice a removal between two commands; whether a card is there, and was all the time."""
        here = self._slot.present()
        if not here and self.powered:
            self.deactivate()
        return here

    def present(self) -> bool:
        """Whether a card is in the slot."""
        return self.watch() or self.watch()  # the first may have told of a removal, and another is back

    def deactivate(self) -> None:
        """Take power from the card: what it knew is gone."""
        self._slot.deactivate()
        self.powered = False
        self.session += 1

    def activate(self) -> int:
        """Cold reset, answer to reset, PPS, protocol; return 0 or CARD_SILENT, CARD_REMOVED,
        CARD_COMMUNICATION, CARD_PROTOCOL.

        A card that fails in its PPS is reset once more and goes on at the default speed (ISO 7816-3 9.3).
        """
        self.session += 1
        status = self.reset()
        if status:
            self.deactivate()
        return status

    def reset(self) -> int:
        """Cold reset to protocol; what `activate` does without putting a failed card off."""
        status = self._answer_to_reset() or self._negotiate(True)
        if status == _NO_PPS:
            self._slot.deactivate()
            status = self._answer_to_reset() or self._negotiate(False)
        return status

    def _answer_to_reset(self) -> int:
        """Cold reset and what the card says to it; return 0 or a status."""
        line = self.line
        atr = self.atr
        line.inverse = False
        self._slot.activate()
        self.powered = True
        atr.clear()
        line.begin(_ATR_MS)
        byte = line.receive(_FIRST_MS)
        if byte < 0:
            return failure(byte)
        if byte == _TS_INVERSE_RAW:
            line.inverse = True
            byte = INVERSE
        elif byte != DIRECT:
            return codes.CARD_COMMUNICATION
        state = atr.feed(byte)
        while state != WHOLE:
            if state == BAD:
                return codes.CARD_COMMUNICATION
            byte = line.receive(_FIRST_MS)  # 9600 etu between two characters
            if byte < 0:
                return failure(byte)
            state = atr.feed(byte)
        return 0

    def _negotiate(self, offer: bool) -> int:
        """Choose the protocol and the speed (ISO 7816-3 6.3.1, 9): T=1 where the card offers it, T=0
        elsewhere.

        Without `offer` it is the card's first protocol at the default speed, unless the card imposes others.
        Return 0, a status or _NO_PPS.
        """
        atr = self.atr
        number = atr.first
        ta1 = -1 if atr.ta1 == DEFAULT_TA1 else atr.ta1
        if 0 < atr.guard < LEAST_GUARD:  # both protocols' least is as good as N = 0 (8.3)
            self._slot.guard(atr.guard)
        if atr.ta2 >= 0:  # specific mode: protocol and speed are imposed
            number = atr.ta2 & 0x1F  # with 10: parameters that only the card knows
        elif offer:
            number = 1 if T1 and atr.protocols & 2 else 0
        if number > 1 or not (atr.protocols >> number & 1 and (T1 or not number)):
            return codes.CARD_PROTOCOL
        if atr.ta2 < 0:
            status = 0
            if offer and (ta1 >= 0 or number != atr.first):
                status = self._offer(number, ta1)
                if status < 0:  # a card that was pulled out is told by the next reset
                    return status
            if not status:
                ta1 = -1
        if ta1 >= 0:
            self._slot.speed(ta1)
        self._protocol = self._t1 if number else self._t0
        return self._protocol.start(atr, ta1, self._clock_khz)

    def _offer(self, number: int, ta1: int) -> int:
        """PPS for T=`number`, at TA1 unless that is -1 (9.2): 1 the speed is accepted, 0 the card keeps its
        own, _NO_PPS."""
        pps = self._pps
        line = self.line
        n = 3
        if ta1 >= 0:
            n = 4
            pps[2] = ta1
        pps[0] = _PPS
        pps[1] = number | (0x10 if ta1 >= 0 else 0)
        pps[n - 1] = 0
        for i in range(n - 1):
            pps[n - 1] ^= pps[i]
        line.begin(_ATR_MS)
        line.send(pps, 0, n)
        taken = n - 3
        at = 0
        while at < n:
            byte = line.receive(_FIRST_MS)
            if byte < 0:
                return _NO_PPS
            if at == 1 and n == 4 and byte == number:  # PPS1 is not echoed: the default values go on
                taken = 0
                pps[3] = _PPS ^ number
                at = 3
                continue
            if byte != pps[at]:
                return _NO_PPS
            at += 1
        return taken

    def header(self, cla: int, ins: int, p1: int, p2: int) -> None:
        """Set the command's first four bytes; data, if any, goes to `command` from HEADER."""
        command = self.command
        command[0] = cla
        command[1] = ins
        command[2] = p1
        command[3] = p2

    def put(self, data: bytes) -> int:
        """Make `data` the command's data; return its length."""
        copy(self.command, HEADER, data, 0, len(data))
        return len(data)

    def transmit(self, lc: int, le: int) -> int:
        """Send the command; return 0 when the card answered (see `sw`), else a status: the slot is then
        off."""
        self.watch()  # another card may have come since the last command
        if not self.powered:
            return codes.CARD_REMOVED
        status = self._exchange(lc, le)
        self.length = self._protocol.length
        self.sw = self._protocol.sw
        if status:
            self.sw = 0
            self.deactivate()
        return status

    def _exchange(self, lc: int, le: int) -> int:
        """The command, again as 6Cxx says, then GET RESPONSE as long as 61xx says (ISO 7816-4 5.1.3)."""
        protocol = self._protocol
        again = self._again
        header = self.command
        again[0] = header[0]
        again[1] = _GET_RESPONSE
        protocol.length = 0
        self.line.begin(_EXCHANGE_MS)
        status = protocol.exchange(header, lc, le)
        for _ in range(_ROUNDS):
            if status or le < 0:
                return status
            kind = protocol.sw >> 8
            if kind == 0x61:
                header = again
            elif kind != 0x6C or (lc and header is not again):
                return 0
            wanted = protocol.sw & 255 or 256
            if kind == 0x61 and wanted > le - protocol.length:
                wanted = le - protocol.length
                if not wanted:
                    return codes.CARD_PROTOCOL
            status = protocol.exchange(header, 0, wanted)
        return codes.CARD_PROTOCOL

    def expect(self, lc: int, le: int) -> int:
        """Transmit and ask for 9000 (or 61xx where no answer was wanted); CARD_STATUS otherwise."""
        status = self.transmit(lc, le)
        if not status and self.sw != OK and not (le < 0 and self.sw >> 8 == 0x61):
            status = codes.CARD_STATUS
        return status
