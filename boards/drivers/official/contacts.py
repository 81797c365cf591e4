"""A card's contacts on a microcontroller, through MicroPython's `machine`: never yet run on hardware.

The clock is a PWM, I/O a UART whose transmitter drives the one wire of the card through an open drain, so
that every byte sent comes back as an echo; reset, supply and the card switch are pins. A character is 8 bits
with even parity and two stop bits (ISO 7816-3 7.2); the speed is the clock divided by F/D of TA1 (8.1).
"""

from time import sleep_ms, sleep_us, ticks_diff, ticks_ms

from machine import PWM, UART, Pin

from reader.transmission.line import REMOVED, TIMEOUT
from sesam.port import const

_F = (372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048)  # ISO 7816-3 table 7
_D = (0, 1, 2, 4, 8, 16, 32, 64, 12, 20)  # table 8
_DEFAULT = const(0x11)
_CHARACTER = const(12)  # etu
_ECHO_MS = const(2)  # more than the wire takes
_RESET_MS = const(10)  # 400 clock cycles at any clock that a card takes (6.2.2)


def baud(clock_khz: int, ta1: int) -> int:
    """Bits a second at this clock and TA1; 0 for values that the standard keeps for later."""
    f = _F[ta1 >> 4] if ta1 >> 4 < len(_F) else 0
    d = _D[ta1 & 15] if ta1 & 15 < len(_D) else 0
    return clock_khz * 1000 * d // f if f else 0


class ContactSlot:
    """A card slot, as the core wants it. `pins` names the UART and the pins of `board.toml`."""

    def __init__(self, pins: dict, clock_khz: int) -> None:
        self._clock_khz = clock_khz
        self._pins = pins
        self._uart = UART(pins["uart"], baudrate=baud(clock_khz, _DEFAULT), tx=pins["tx"], rx=pins["rx"])
        self._clock = Pin(pins["clock"], Pin.OUT, value=0)
        self._pwm = None
        self._reset = Pin(pins["reset"], Pin.OUT, value=0)
        self._supply = Pin(pins["supply"], Pin.OUT, value=0)
        self._switch = Pin(pins["switch"], Pin.IN, Pin.PULL_UP)  # low: a card is in
        self._byte = bytearray(1)
        self._guard_us = 0
        self._etu_ns = 0
        self._gone = False
        self.speed(_DEFAULT)

    def present(self) -> bool:
        """Whether a card is there, and has been since the last call."""
        gone = self._gone
        self._gone = False
        return not self._switch.value() and not gone

    def activate(self) -> None:
        """Supply, clock, cold reset (ISO 7816-3 6.2); what was still coming is dropped."""
        self.deactivate()
        self.speed(_DEFAULT)
        self._guard_us = 0
        self._supply.value(1)
        sleep_ms(_RESET_MS)
        self._pwm = PWM(self._clock, freq=self._clock_khz * 1000, duty_u16=32768)
        sleep_ms(_RESET_MS)
        while self._uart.any():
            self._uart.readinto(self._byte)
        self._reset.value(1)

    def deactivate(self) -> None:
        """Reset low, clock off, supply off, in this order (6.4)."""
        self._reset.value(0)
        if self._pwm:
            self._pwm.deinit()
            self._pwm = None
            self._clock.value(0)
        self._supply.value(0)

    def speed(self, ta1: int) -> None:
        """Run the line at this TA1 value."""
        bits = baud(self._clock_khz, ta1)
        self._etu_ns = 1000000000 // bits if bits else self._etu_ns
        if bits:
            self._uart.init(baudrate=bits, bits=8, parity=0, stop=2)

    def guard(self, n: int) -> None:
        """Leave `n` etu more between two bytes sent."""
        self._guard_us = n * self._etu_ns // 1000

    def write(self, buf: bytearray, start: int, n: int) -> None:
        """Send raw bytes; their echoes are taken off the line."""
        byte = self._byte
        for i in range(start, start + n):
            byte[0] = buf[i]
            self._uart.write(byte)
            self._take(_ECHO_MS + _CHARACTER * self._etu_ns // 1000000)
            if self._guard_us:
                sleep_us(self._guard_us)

    def read(self, timeout_ms: int) -> int:
        """The next raw byte, TIMEOUT or REMOVED."""
        return self._take(timeout_ms)

    def _take(self, timeout_ms: int) -> int:
        began = ticks_ms()
        while not self._uart.any():
            if self._switch.value():
                self._gone = True
                return REMOVED
            if ticks_diff(ticks_ms(), began) >= timeout_ms:
                return TIMEOUT
        self._uart.readinto(self._byte)
        return self._byte[0]
