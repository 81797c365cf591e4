"""The Bluetooth driver of boards on an official MicroPython, on a small fake of its `bluetooth`."""

import runpy
import types
from pathlib import Path

from tournee.boards import BOARDS

DRIVER = runpy.run_path(str(BOARDS / "drivers" / "official" / "gatt.py"))
FAKE = runpy.run_path(str(Path(__file__).parent / "hardware" / "bluetooth.py"))
CONNECT, DISCONNECT, MTU, ENCRYPTION = 1, 2, 21, 28
GET_SECRET, SET_SECRET, PASSKEY = 29, 30, 31
OURS, PEERS = 1, 2  # kinds of secrets
ADDRESS = b"\x00\xf0\xf1\xf2\xf3\xf4\xf5"
WRITTEN, NOTIFIED, TOLD = FAKE["_HANDLES"]


class Rig:
    def __init__(self, kept=b"", most=2, room=1200):
        self.ble = FAKE["Server"]()
        module = types.SimpleNamespace(BLE=lambda: self.ble, UUID=FAKE["UUID"])
        self.shown, self.saved, self.paused = [], [kept], []
        self.bonds = DRIVER["Bonds"](most, lambda: self.saved[-1], self.saved.append)
        self.gatt = DRIVER["Gatt"](
            module,
            b"TRN-01",
            b"open-1",
            room,
            self.bonds,
            self.shown.append,
            lambda n: b"\x01\x02\x03\x04"[:n],
            self.paused.append,
        )

    def connect(self, authenticated=True, mtu=None):
        self.ble.event(CONNECT, (1, 0, ADDRESS))
        if mtu:
            self.ble.event(MTU, (1, mtu))
        self.ble.event(ENCRYPTION, (1, True, authenticated, True, 16))

    def read(self, most=64, timeout_ms=0):
        buf = bytearray(most)
        return bytes(buf[: self.gatt.read(buf, timeout_ms)])


def secret(text):
    """As NimBLE has it: address, size, EDIV and Rand (zero with Secure Connections), then the key."""
    return bytes(18) + text


def bonded(rig, address):
    """A host that pairs as NimBLE has it: its secrets come before it is known how it was paired."""
    rig.ble.event(CONNECT, (1, 0, address))
    for kind in (OURS, PEERS):
        rig.ble.event(SET_SECRET, (kind, address, secret(address)))
    rig.ble.event(ENCRYPTION, (1, True, True, True, 16))
    rig.ble.event(DISCONNECT, (1, 0, address))
