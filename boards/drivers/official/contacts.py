"""A card's contacts on a microcontroller, through MicroPython's `machine`: never yet run on hardware.

The clock is a PWM, I/O a UART whose transmitter drives the one wire of the card through an open drain, so
that every byte sent comes back as an echo; reset, supply and the card switch are pins. A character is 8 bits
with even parity and two stop bits (ISO 7816-3 7.2); the speed is the clock divided by F/D of TA1 (8.1).

What is sent goes to the UART in one piece, and its echoes are taken off before the next byte is read: so
there is no gap between two characters that the card's waiting times would forbid (11.4.3).
"""

from time import sleep_ms, ticks_diff, ticks_ms, ticks_us

from machine import PWM, UART, Pin

from reader.transmission.line import REMOVED, TIMEOUT
from sesam.port import const

_F = (372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048)  # ISO 7816-3 table 7
_D = (0, 1, 2, 4, 8, 16, 32, 64, 12, 20)  # table 8
_DEFAULT = const(0x11)
_CHARACTER = const(12)  # etu
_TURNAROUND = const(12)  # etu behind the card's character, of which 10 have gone by: 22 in all (11.4.3)
_ECHO_MS = const(2)  # more than the wire takes
_SUPPLY_MS = const(10)  # until the supply is stable
_RESET_MS = const(2)  # 400 clock cycles at any clock that a card takes (6.2.2)
_BUFFER = const(544)  # bytes: a block of T=1, the echo of it, and the card's


def baud(clock_khz: int, ta1: int) -> int:
    """Bits a second at this clock and TA1; 0 for values that the standard keeps for later."""
    f = _F[ta1 >> 4] if ta1 >> 4 < len(_F) else 0
    d = _D[ta1 & 15] if ta1 & 15 < len(_D) else 0
    return clock_khz * 1000 * d // f if f else 0


class ContactSlot:
    """A card slot, as the core wants it. `pins` names the UART and the pins of `board.toml`."""

    def __init__(self, pins: dict, clock_khz: int) -> None:
        self._clock_khz = clock_khz
        self._tx = pins["tx"]
        self._rx = pins["rx"]
        self._uart = UART(pins["uart"], baudrate=baud(clock_khz, _DEFAULT), tx=self._tx, rx=self._rx)
        self._supply = Pin(pins["supply"], Pin.OUT, value=0)
        self._reset = Pin(pins["reset"], Pin.OUT, value=0)
        self._clock = Pin(pins["clock"], Pin.OUT, value=0)
        self._io = Pin(self._tx, Pin.OUT, value=0)
        self._pwm = None
        self._switch = Pin(pins["switch"], Pin.IN, Pin.PULL_UP)  # low: a card is in
        self._byte = bytearray(1)
        self._etu_ns = 0
        self._guard = 0  # etu that the card wants between two bytes, more than the usual
        self._echoes = 0  # sent, and not yet taken off the line
        self._answers = False  # the last byte on the line was the card's, read
        self._at_us = 0  # then; or when our last one was handed over, where the card wants more guard time
        self._quiet_us = 0  # how long the line is left alone behind it
        self._gone = False
        self._switch.irq(self._opened, Pin.IRQ_RISING)

    def _opened(self, switch: Pin) -> None:
        """The switch has opened, for however short a time; between two looks a card may have been swapped."""
        self._gone = True

    def present(self) -> bool:
        """Whether a card is there, and has been since the last call."""
        here = not self._switch.value()
        if self._gone:
            self._gone = False
            return False
        return here

    def activate(self) -> None:
        """Supply, I/O, clock, cold reset (ISO 7816-3 6.2); what was still coming is dropped."""
        self.deactivate()
        self._uart.flush()  # to nobody: the contact is not the UART's now
        self._guard = 0
        self._supply.value(1)
        sleep_ms(_SUPPLY_MS)
        self.speed(_DEFAULT)  # and I/O is high
        self._pwm = PWM(self._clock, freq=self._clock_khz * 1000, duty_u16=32768)
        sleep_ms(_RESET_MS)
        while self._uart.any():
            self._uart.readinto(self._byte)
        self._reset.value(1)

    def deactivate(self) -> None:
        """Reset, clock and I/O low, supply off, in this order (6.4). A pin that a PWM or UART had stays as
        they left it until it is an output anew."""
        self._reset.value(0)
        if self._pwm:
            self._pwm.deinit()
            self._pwm = None
        self._clock.init(Pin.OUT, value=0)
        self._io.init(Pin.OUT, value=0)
        self._supply.value(0)
        self._echoes = 0
        self._answers = False

    def speed(self, ta1: int) -> None:
        """Run the line at this TA1 value."""
        bits = baud(self._clock_khz, ta1)
        if not bits:
            return
        self._etu_ns = 1000000000 // bits
        self._uart.init(
            baudrate=bits,
            bits=8,
            parity=0,
            stop=2,
            tx=self._tx,
            rx=self._rx,
            rxbuf=_BUFFER,
            txbuf=_BUFFER,
        )

    def guard(self, n: int) -> None:
        """Leave `n` etu more between two bytes sent."""
        self._guard = n

    def write(self, buf: bytearray, start: int, n: int) -> None:
        """Send raw bytes; their echoes are taken off the line by the next `read`."""
        if self._answers:
            self._keep_quiet()
            self._answers = False
            self._quiet_us = 0
        self._echoes += n
        if not self._guard:
            self._uart.write(buf, start, n)
            return
        for i in range(start, start + n):
            self._keep_quiet()
            self._uart.write(buf, i, 1)
            self._at_us = ticks_us()
            self._quiet_us = (_CHARACTER + self._guard) * self._etu_ns // 1000 + 1

    def read(self, timeout_ms: int) -> int:
        """The next raw byte, TIMEOUT or REMOVED."""
        while self._echoes:
            byte = self._take(_ECHO_MS + _CHARACTER * self._etu_ns // 1000000)
            if byte < 0:
                self._echoes = 0
                return byte
            self._echoes -= 1
        byte = self._take(timeout_ms)
        if byte >= 0:
            self._answers = True
            self._at_us = ticks_us()
            self._quiet_us = _TURNAROUND * self._etu_ns // 1000 + 1
        return byte

    def _keep_quiet(self) -> None:
        """Wait until the line has been left alone for long enough; microseconds come round after minutes."""
        while 0 <= ticks_diff(ticks_us(), self._at_us) < self._quiet_us:
            pass

    def _take(self, timeout_ms: int) -> int:
        began = ticks_ms()
        while not self._uart.any():
            if self._gone or self._switch.value():
                self._gone = True
                return REMOVED
            if ticks_diff(ticks_ms(), began) > timeout_ms:  # whole milliseconds have gone by
                return TIMEOUT
        self._uart.readinto(self._byte)
        return self._byte[0]
