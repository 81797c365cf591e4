"""A reader whose link is the `bluetooth` of the runtime that runs this: our driver as the boards have it, on
the emulated slots. Its console (the descriptor `link`) shows digits and answers what the harness asks.

Its last arguments: `reader` or `echo`, a folder for its bonds, `flash=` with a descriptor, then those of the
link, the PS's card and Vitale.
"""

import gc
import os
import sys
import time

import board
from descriptors import Descriptor
from flash import Flash
from gatt import Gatt
from kept_bonds import Bonds
from slots import EmulatedSlot
from whole_file import WholeFile

import bluetooth
from reader.core import Core
from reader.crypto.aes import Aes
from reader.crypto.sha256 import Sha256
from reader.link.protection import Protection
from sesam import frame
from sesam.port import ticks_ms

try:
    import cryptolib
except ImportError:
    cryptolib = None

_RECORD = 4  # bytes: event, what it was about, where in our code it came, what it was answered
_RECORDS = 1024
_HEARD_MS = 5_000
_PAUSE_MS = 1_500  # a reader that works, and reads nothing meanwhile
_SET_SECRET = 30
_ENCRYPTION = 28
_OUTSIDE, _READING, _WRITING, _STARTING = 0, 1, 2, 3


class Recorded(Gatt):
    """The driver, with a record of every event of the stack; nothing is allocated for it."""

    def __init__(self, *arguments: object) -> None:
        self.records = bytearray(_RECORDS * _RECORD)
        self.recorded = 0
        self.where = _STARTING
        Gatt.__init__(self, *arguments)
        self.radio = self._ble = Counted(self._ble)
        self.where = _OUTSIDE

    def _event(self, event: int, data: tuple) -> object:
        found = Gatt._event(self, event, data)
        at = self.recorded * _RECORD % len(self.records)
        self.records[at] = event
        about = data[0] & 127
        if event == _SET_SECRET and data[2] is not None:
            about |= 128
        elif event == _ENCRYPTION:
            about = bool(data[1]) | bool(data[2]) << 1 | bool(data[3]) << 2
        self.records[at + 1] = about
        self.records[at + 2] = self.where
        self.records[at + 3] = 0 if found is None else 1 if found is False else 2
        self.recorded += 1
        return found


class Counted:
    """The runtime's radio. While nothing is collected: bytes of heap that its reads took, bytes that came."""

    def __init__(self, ble: object) -> None:
        self._ble = ble
        self.took = self.came = self.reads = 0

    def gatts_read(self, handle: int) -> bytes:
        """As the radio's."""
        before = gc.mem_alloc()
        data = self._ble.gatts_read(handle)
        self.took += gc.mem_alloc() - before
        self.came += len(data)
        self.reads += 1
        return data

    def gatts_notify(self, host: int, handle: int, data: object) -> None:
        """As the radio's."""
        self._ble.gatts_notify(host, handle, data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._ble, name)


class Stream:
    """The stream that the core wants, with what the harness asks on the console beside it.

    `reads` and `writes` count bytes of heap that were taken under the driver, while nothing is collected.
    """

    def __init__(self, gatt: Recorded, console: Descriptor) -> None:
        self._gatt = gatt
        self._console = console
        self._asked = bytearray(1)
        self._reset()

    def _reset(self) -> None:
        self.reads = self.writes = self.notified = 0
        radio = self._gatt.radio
        radio.took = radio.came = radio.reads = 0

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """As the driver's."""
        if self._console.read(self._asked, 0) > 0:
            self._answer(self._asked[0])
        gatt = self._gatt
        gatt.where = _READING
        before = gc.mem_alloc()
        n = gatt.read(buf, timeout_ms)
        self.reads += gc.mem_alloc() - before
        gatt.where = _OUTSIDE
        return n

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """As the driver's."""
        gatt = self._gatt
        gatt.where = _WRITING
        before = gc.mem_alloc()
        done = gatt.write(buf, start, n)
        self.writes += gc.mem_alloc() - before
        self.notified += 1
        gatt.where = _OUTSIDE
        return done

    def _answer(self, asked: int) -> None:
        if asked == ord("e"):
            gatt = self._gatt
            first = max(0, gatt.recorded - _RECORDS)
            ring = len(gatt.records)
            text = bytes([gatt.records[at % ring] for at in range(first * _RECORD, gatt.recorded * _RECORD)])
            gatt.recorded = 0
            say(self._console, "events " + (text.hex() if text else ""))  # 1.27 has bytes for none
        elif asked == ord("d"):
            gc.collect()
            gc.disable()
            self._reset()
            self._from = gc.mem_alloc()
            say(self._console, "disabled")
        elif asked == ord("m"):
            whole = gc.mem_alloc() - self._from
            radio = self._gatt.radio
            figures = (whole, self.reads, radio.took, radio.came, radio.reads, self.writes, self.notified)
            gc.enable()
            gc.collect()
            say(self._console, "memory " + " ".join(map(str, figures)))
        elif asked == ord("p"):
            say(self._console, "paused")
            time.sleep_ms(_PAUSE_MS)


def say(console: Descriptor, line: str) -> None:
    """Write a line on the console."""
    data = (line + "\n").encode()
    at = 0
    while at < len(data):
        at += console.write(data, at, len(data) - at)


def key_of(secret: bytes) -> object:
    """A key of AES that encrypts single blocks."""
    return cryptolib.aes(secret, 1) if cryptolib else Aes(secret)


def fill(buf: bytearray) -> None:
    """Fill with unguessable bytes."""
    buf[:] = os.urandom(len(buf))


def echo(stream: Stream) -> None:
    """Send back what comes, for ever."""
    buf = bytearray(512)
    while True:
        n = stream.read(buf, 1000)
        at = 0
        while at < n:
            at += stream.write(buf, at, n - at)


def run() -> None:
    """Serve the link."""
    gc.threshold(-1)
    task, folder, kept, link, ps, vitale = sys.argv[-6:]
    console = Descriptor(int(link))
    show = lambda digits: say(console, "code" + ("" if digits is None else " " + str(1_000_000 + digits)[1:]))  # noqa: E731
    file = WholeFile(folder + "/bonds")
    bonds = Bonds(board.BLUETOOTH["bonds"], file.load, file.save)
    room = (board.WINDOW + 1) * frame.encoded_max(board.MESSAGE)
    name = board.BLUETOOTH["name"].encode()
    try:
        gatt = Recorded(bluetooth, name, b"open-1", room, bonds, show, os.urandom, time.sleep_ms)
    except (ValueError, OSError) as lacking:
        no_start = "its radio does not start: " if isinstance(lacking, OSError) else ""
        say(console, "lacking " + no_start + str(lacking))
        console.read(bytearray(1), _HEARD_MS)  # what the console holds is lost with its last descriptor
        return
    gatt.battery(87)
    stream = Stream(gatt, console)
    say(console, "ready " + str(room))
    if task == "echo":
        gc.collect()
        echo(stream)
    core = Core(
        stream,
        (EmulatedSlot(Descriptor(int(ps))), EmulatedSlot(Descriptor(int(vitale)))),
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        flash=Flash(int(kept[6:]), 0, board.PAGE, board.BANKS),
        opposition=board.OPPOSITION,
        window=board.WINDOW,
        early=board.EARLY,
        protection=Protection(Sha256, key_of, fill, ticks_ms),
    )
    core.run()
    time.sleep_ms(300)  # the last answer is with the stack


if __name__ == "__main__":
    run()
