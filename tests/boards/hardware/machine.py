"""A fake of MicroPython's `machine` for a whole reader: a card's contacts, driven by pins, a PWM and a UART
with its echo, lead to a virtual card on a stream of the slot line (boards/README.md). Runs on both Pythons.
"""

import sys

import board

import bluetooth

_DATA, _ACTIVATE, _DEACTIVATE, _PRESENCE, _SPEED = range(5)
USB_DOWN = 254
RESET = 75  # the exit status that asks for another start

contacts = ()  # of each slot, set before the first pin is made
held = False  # the service button


class Contacts:
    """One slot: what its UART hears, whether a card is in."""

    def __init__(self, stream):
        self.heard = bytearray()
        self.present = False
        self.powered = False
        self.clock_khz = 0  # since there was one: numbers of `board` are folded, and have no name here
        self.opened = None  # the handler of the switch's rising edge
        self._stream = stream
        self._came = b""
        self._chunk = bytearray(128)
        self._stale = 0  # resets that the card's end has not come to yet

    def turn(self):
        """Take what came over the line."""
        n = self._stream.read(self._chunk, 0)
        self._came += bytes(self._chunk[: max(0, n)])
        while len(self._came) >= 2 and len(self._came) >= 2 + self._came[1]:
            tag, end = self._came[0], 2 + self._came[1]
            payload, self._came = self._came[2:end], self._came[end:]
            if tag == _ACTIVATE:
                self._stale -= 1
            elif tag == _PRESENCE:
                before, self.present = self.present, bool(payload[0])
                if before and not self.present and self.opened:
                    self.opened(None)
            elif not self._stale:
                self.heard.extend(payload)

    def send(self, tag, payload=b""):
        """Send one frame."""
        self._stale += tag == _ACTIVATE
        whole = bytearray((tag, len(payload))) + payload
        self._stream.write(whole, 0, len(whole))


class Pin:
    """A pin of `board.PINS`; another is the service button."""

    OUT, IN, PULL_UP, IRQ_RISING = 1, 0, 2, 8

    def __init__(self, number, mode, pull=None, value=0):
        self._role = ""
        for slot, pins in enumerate(board.PINS):
            for role, pin in pins.items():
                if pin == number and role != "uart":
                    self._contacts, self._role = contacts[slot], role
        self._value = value

    def value(self, new=None):
        if not self._role:
            return int(not held)
        if new is None:
            self._contacts.turn()
            return int(not self._contacts.present)
        if self._role == "reset" and new and not self._value:
            self._contacts.heard[:] = b""
            self._contacts.send(_ACTIVATE)
        elif self._role == "supply" and self._value and not new:
            self._contacts.send(_DEACTIVATE)
        if self._role == "supply":
            self._contacts.powered = bool(new)
        self._value = new
        return None

    def irq(self, handler, trigger):
        assert (self._role, trigger) == ("switch", self.IRQ_RISING)
        self._contacts.opened = handler

    def init(self, mode, value):
        if self._role not in ("clock", "tx"):
            self.value(value)


class PWM:
    """The card's clock."""

    def __init__(self, pin, freq, duty_u16):
        pin._contacts.clock_khz = freq // 1000

    def deinit(self):
        pass


class UART:
    """The card's line: what is sent is heard as well."""

    def __init__(self, number, baudrate, **pins):
        (self._contacts,) = [contacts[slot] for slot, pins in enumerate(board.PINS) if pins["uart"] == number]
        self._baud = baudrate

    def init(self, baudrate, bits, parity, stop, **pins):
        assert (bits, parity, stop) == (8, 0, 2)
        if baudrate == self._baud:
            return
        self._baud = baudrate
        from contacts import baud

        ta1 = next(one for one in range(0x11, 0x100) if baud(self._contacts.clock_khz, one) == baudrate)
        self._contacts.send(_SPEED, bytes((ta1,)))

    def any(self):
        self._contacts.turn()
        return len(self._contacts.heard)

    def readinto(self, buf):
        buf[0] = self._contacts.heard[0]
        self._contacts.heard[:] = self._contacts.heard[1:]
        return 1

    def write(self, buf, start, n):
        data = bytes(buf[start : start + n])
        self._contacts.heard.extend(data)
        for at in range(0, n, 255):
            self._contacts.send(_DATA, data[at : at + 255])
        return n

    def flush(self):
        pass


def reset():
    """Start anew. All pins become inputs at once: no card may have power then (ISO 7816-3 6.4)."""
    assert not any(one.powered for one in contacts), "6.4"
    if bluetooth.radio.on:
        bluetooth.radio.off()
    while True:
        try:
            sys.modules["micropython"].kbd_intr(USB_DOWN)
            break
        except KeyboardInterrupt:
            pass  # it came before
    sys.exit(RESET)
