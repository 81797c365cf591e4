"""A fake `machine` and `time` with a clock of nanoseconds, where a virtual card answers at its speed: what
the contacts and the I/O line did, and when, is written down. What a port of MicroPython really does is as the
RP2040's: a pin stays with its PWM, a clock is the nearest that a counter gives, calls take their time.
"""

import types
from collections.abc import Callable
from dataclasses import dataclass

from tournee.emulation.cards import VirtualCard

SOURCE_KHZ = 150_000  # what a PWM counts on an RP2350
CALL_NS = 40_000  # of a method of `machine` or `time`, with the bytecode around it, on an RP2040
_CHARACTER = 12  # etu: start, 8 bits, parity, two stop bits
_SEEN = 10.5  # etu after the leading edge a receiver has the character
_F = {1: 372, 2: 558, 3: 744, 4: 1116, 5: 1488, 6: 1860, 9: 512, 10: 768, 11: 1024, 12: 1536, 13: 2048}
_D = {1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 64, 8: 12, 9: 20}


@dataclass(frozen=True)
class Character:
    """One on the line: its leading edge, in ns; etu in ns, of who sent it, and the card's."""

    at: float
    sender: str
    byte: int
    etu: float
    nominal: float


class CardLine:
    """One slot. `edges` holds (ns, contact, level); a clock that runs has its frequency in kHz for a level.
    `delays` gives the etu before a card's character, by its number since the reset, over the least."""

    def __init__(self, pins: dict, card: VirtualCard | None, *, ts_clocks: int = 400, turn: int = 16) -> None:
        self.now = 0.0
        self.edges: list[tuple[float, str, float]] = []
        self.characters: list[Character] = []
        self.delays: dict[int, float] = {}
        self._card = card
        self._opened: Callable[[object], None] | None = None  # the handler of the switch's rising edge
        self.clock_khz = 0.0
        self.ta1 = 0x11
        self._ts_clocks, self._turn = ts_clocks, turn
        self._roles = {pins["supply"]: "VCC", pins["reset"]: "RST", pins["clock"]: "CLK", pins["tx"]: "IO"}
        self._switch = pins["switch"]
        self._levels = dict.fromkeys(("VCC", "RST", "CLK", "IO"), 0.0)
        self._coming: list[tuple[float, int]] = []  # when the UART has it
        self._free = 0.0  # when the line is
        self._told = 0  # characters of the card since the reset
        self._baud = 0

    @property
    def card(self) -> VirtualCard | None:
        """What is in the slot; without one its switch is open, which is high."""
        return self._card

    @card.setter
    def card(self, card: VirtualCard | None) -> None:
        before, self._card = self._card, card
        if before is not None and card is None and self._opened:
            self._opened(None)

    def etu(self) -> float:
        """The card's, in ns: F/D cycles of its clock (8.1)."""
        return _F[self.ta1 >> 4] / _D[self.ta1 & 15] * 1e6 / self.clock_khz

    def spend(self, ns: float) -> None:
        self.now += ns

    def level(self, contact: str, value: float) -> None:
        if self._levels[contact] != value:
            self.edges.append((self.now, contact, value))
            self._levels[contact] = value
            if contact == "RST":
                self._reset(value)

    def _reset(self, high: float) -> None:
        self._coming.clear()
        if not self.card:
            return
        self.card.deactivate()
        self._told, self.ta1 = 0, 0x11
        if high:
            self._answer(self.card.activate(), self.now + self._ts_clocks * 1e6 / self.clock_khz)

    def _answer(self, emissions: list, at: float) -> None:
        for emission in emissions:
            at += emission.delay_ms * 1e6
            for byte in emission.data:
                at += self.delays.get(self._told, 0) * self.etu()
                self._told += 1
                self.characters.append(Character(at, "card", byte, self.etu(), self.etu()))
                self._coming.append((at + _SEEN * self.etu(), byte))
                self._free = at + _CHARACTER * self.etu()
                at = self._free

    def machine(self) -> tuple[types.ModuleType, types.ModuleType]:
        """The modules `machine` and `time` of a board that has this slot."""
        line = self

        class Pin:
            OUT, IN, PULL_UP, IRQ_RISING = 1, 0, 2, 8

            def __init__(self, number, mode, pull=None, value=None):
                self.number = number
                self.contact = line._roles.get(number)
                self.init(mode, value=value)

            def init(self, mode, value=None):
                line.spend(CALL_NS)
                self.own = True  # no longer a PWM's or UART's
                if mode == Pin.OUT and self.contact:
                    line.level(self.contact, value)

            def value(self, new=None):
                line.spend(CALL_NS)
                if new is None:
                    return int(line.card is None)
                if self.own:
                    line.level(self.contact, new)
                return None

            def irq(self, handler, trigger):
                assert (self.number, trigger) == (line._switch, self.IRQ_RISING)
                line._opened = handler

        class Pwm:
            def __init__(self, pin, freq, duty_u16):
                assert 0.4 <= duty_u16 / 65536 <= 0.6  # 5.2.3
                line.spend(CALL_NS)
                pin.own = False
                line.clock_khz = SOURCE_KHZ / round(SOURCE_KHZ * 1000 / freq)
                line.level("CLK", line.clock_khz)

            def deinit(self):
                line.spend(CALL_NS)
                line.level("CLK", 1.0)  # where the counter stood, and the pin stays there

        class Uart:
            def __init__(self, number, baudrate, tx, rx, **sizes):
                self.init(baudrate, 8, 0, 2)

            def init(self, baudrate, bits, parity, stop, **pins):
                assert (bits, parity, stop) == (8, 0, 2)
                line.spend(CALL_NS)
                line._baud = baudrate
                line.level("IO", 1.0)
                if line.card and line._told:
                    line.ta1 = line._nearest(baudrate)
                    line.card.speed(line.ta1)

            def any(self):
                line.spend(CALL_NS)
                return sum(due <= line.now for due, _ in line._coming)

            def readinto(self, buf):
                line.spend(CALL_NS)
                buf[0] = line._coming.pop(0)[1]

            def write(self, buf, start=0, n=None):
                line.spend(CALL_NS)
                for byte in bytes(buf[start:] if n is None else buf[start : start + n]):
                    line._sent(byte)

            def flush(self):
                line.spend(CALL_NS)

        machine, clock = types.ModuleType("machine"), types.ModuleType("time")
        machine.Pin, machine.PWM, machine.UART = Pin, Pwm, Uart
        clock.sleep_ms = lambda n: line.spend(n * 1e6 + CALL_NS)
        clock.sleep_us = lambda n: line.spend(n * 1e3 + CALL_NS)

        def ticks(divisor):
            line.spend(CALL_NS)
            return int(line.now // divisor)

        clock.ticks_ms, clock.ticks_us = lambda: ticks(1e6), lambda: ticks(1e3)
        clock.ticks_diff = lambda later, earlier: later - earlier
        return machine, clock

    def _nearest(self, baud: int) -> int:
        """The TA1 value whose speed this is, or comes nearest to it."""
        rates = {f << 4 | d: self.clock_khz * 1000 * _D[d] / _F[f] for f in _F for d in _D}
        return min(rates, key=lambda ta1: abs(rates[ta1] / baud - 1))

    def _sent(self, byte: int) -> None:
        etu = 1e9 / self._baud
        at = max(self.now, self._free)
        self._free = at + _CHARACTER * etu
        self.characters.append(Character(at, "reader", byte, etu, self.etu()))
        self._coming.append((at + _SEEN * etu, byte))
        if self.card:
            self._answer(self.card.receive(bytes((byte,))), at + self._turn * etu)
