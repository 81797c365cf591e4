"""The harness's scenarios on the fake `bluetooth`: a reader on MicroPython, and hosts of its radio.

The same members as `rigs.NimbleRig` of `tools/bluetooth`, which has NimBLE and Bumble in their place.
"""

import os
import queue
import runpy
import sys
import termios
import threading
import tty
from pathlib import Path

from nimble import NimbleBoard
from rigs import Rig, hello

from tournee.reader.transports.bluetooth import NotPaired
from tournee.reader.transports.streams import closed

FAKE = Path(__file__).parent / "hardware" / "bluetooth.py"
RADIO = runpy.run_path(str(FAKE))
MADE = """
import os
from descriptors import Descriptor
from sesam.port import ticks_ms

_line = open(os.getenv("MICROPYBTUART"), "r+b", 0)
radio = Radio(Descriptor(_line.fileno()), ticks_ms)
"""
TIME = """
from utime import *
import utime

def sleep_ms(n):
    import bluetooth
    bluetooth.radio.turn()
    utime.sleep_ms(n)
"""  # a radio's interrupts come while somebody waits
START = """
import sys
from micropython_module import run_main
sys.exit(run_main(["micropython", *sys.argv[1:]]))
"""
AUTHENTICATED, SECURE, BONDED, KEYS = 1, 2, 4, 8
KINDS = {
    "just works": SECURE | BONDED | KEYS,
    "legacy": AUTHENTICATED | BONDED | KEYS,
    "legacy without a bond": AUTHENTICATED,
    "legacy without keys": AUTHENTICATED,
}
WAIT_S = 5


class FakeRoom:
    """The other end of the fake radio."""

    def __init__(self):
        self.codes, self.told, self.heard = queue.Queue(), queue.Queue(), queue.Queue()
        self.advertises = threading.Event()
        self._ends = ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unplug()

    def plug(self):
        self._ends = os.openpty()
        for end in self._ends:
            tty.setraw(end)
        settings = termios.tcgetattr(self._ends[1])
        settings[6][termios.VMIN] = 0  # MicroPython reads until it has all it asked for, or nothing comes
        termios.tcsetattr(self._ends[1], termios.TCSANOW, settings)
        threading.Thread(target=self._listen, args=(self._ends[0],), daemon=True).start()
        return os.ttyname(self._ends[1])

    def unplug(self):
        for end in reversed(self._ends):
            os.close(end)
        self._ends = ()
        self.heard.put(None)

    def shown(self, digits):
        self.codes.put(digits)

    def out_of_range(self):
        self.say("LEFT", bytes(7))
        self.heard.put(None)

    def say(self, tag, payload=b""):
        data = bytes((RADIO[tag],)) + len(payload).to_bytes(2, "big") + payload
        while data:
            data = data[os.write(self._ends[0], data) :]

    def ask(self, tag, payload, wanted):
        """Say something, and what the radio answers."""
        self.say(tag, payload)
        while True:
            found, answer = self.told.get(timeout=WAIT_S)
            if found == RADIO[wanted]:
                return answer

    def settle(self):
        """Let the reader's stack do what it has begun."""
        for _ in range(2):
            self.ask("TURN", b"", "TURNED")

    def _listen(self, end):
        came = b""
        while True:
            try:
                came += os.read(end, 4096)
            except OSError:
                return
            while len(came) >= 3 and len(came) >= (size := 3 + int.from_bytes(came[1:3], "big")):
                tag, payload, came = came[0], came[3:size], came[size:]
                if tag == RADIO["NOTIFIED"]:
                    self.heard.put(payload)
                elif tag == RADIO["DROPPED"]:
                    self.heard.put(None)
                elif tag == RADIO["ADVERTISED"]:
                    self.advertises.set()
                else:
                    self.told.put((tag, payload))


class FakeStream:
    """A connection, as a transport."""

    def __init__(self, room, mtu):
        self._room, self._segment, self._gone = room, mtu - 3, False

    def read(self, timeout_ms):
        data = b""
        try:
            while (heard := self._room.heard.get(timeout=0 if data else timeout_ms / 1000)) is not None:
                data += heard
            self._gone = True
        except queue.Empty:
            pass
        if self._gone and not data:
            raise closed("fake")
        return data

    def write(self, data, more=False):
        for at in range(0, len(data), self._segment):
            self._room.say("WRITTEN", bytes(data[at : at + self._segment]))

    def close(self):
        if not self._gone:
            self._room.say("LEFT", bytes(7))


class FakeHost:
    """One tablet."""

    def __init__(self, rig, rank):
        self._rig, self._address, self._key = rig, bytes((1, rank, 2, 3, 4, 5, 6)), None

    def pair(self):
        stream = self._connect()
        try:
            if not self._types_right("ASKED"):
                raise NotPaired("the digits")
            self._key = os.urandom(16)
            self._room.say("PAIRED", bytes((15,)) + self._key)
            self._room.settle()
            if not self._room.heard.empty():
                raise NotPaired("sent away")
            stream.write(b"\0")
        finally:
            self._leave(stream)

    def answered_as(self, kind):
        stream = self._connect()
        if kind == "just works":
            self._room.say("SILENT")
        elif not self._types_right("ASKED"):
            return False
        self._room.say("PAIRED", bytes((KINDS[kind],)) + os.urandom(16))
        stream.write(hello())
        self._room.settle()
        self._room.settle()
        try:
            return bool(stream.read(200))
        except Exception:
            return False
        finally:
            self._leave(stream)

    def open(self):
        stream = self._connect()
        if self._key is None or self._room.ask("KNOWN", self._key, "AGAIN") != b"\1":
            self._leave(stream)
            raise NotPaired("no bond")
        return stream

    def forget(self):
        kept, self._key = self._key, None
        return kept

    def remember(self, kept):
        self._key = kept

    @property
    def _room(self):
        return self._rig.room

    def _connect(self):
        self._room.settle()
        for one in (self._room.heard, self._room.codes):
            while not one.empty():
                one.get()
        self._room.say("CONNECTED", self._address)
        self._room.say("SIZED", self._rig.mtu.to_bytes(2, "big"))
        return FakeStream(self._room, min(self._rig.mtu, 247))

    def _leave(self, stream):
        stream.close()
        self._room.settle()

    def _types_right(self, tag):
        self._room.say(tag)
        shown = self._room.codes.get(timeout=WAIT_S)
        if self._rig.types(shown) == shown:
            return True
        self._room.say("FAILED")
        return False


class FakeRig(Rig):
    """A reader on MicroPython's unix port with the fake `bluetooth`, and hosts at its other end."""

    def __init__(self, *, task="reader", heap=4_000_000):
        super().__init__()
        self._options = {"task": task, "heap": heap}

    def make_room(self, folder):
        return FakeRoom()

    def make_board(self, folder, line):
        over = {"bluetooth.py": FAKE.read_text() + MADE, "time.py": TIME}
        return NimbleBoard(
            [sys.executable, "-I", "-c", START], folder, line, self._shown, over=over, **self._options
        )

    def make_host(self, rank):
        return FakeHost(self, rank)

    def scan(self):
        return ["TRN-01"] if self.room.advertises.is_set() else []
