"""The Bluetooth driver of boards on an official MicroPython, on a small fake of its `bluetooth`."""

import runpy
import sys
import types
from pathlib import Path
from unittest.mock import patch

from tournee.boards import BOARDS

OFFICIAL = BOARDS / "drivers" / "official"
KEPT_BONDS = runpy.run_path(str(OFFICIAL / "kept_bonds.py"))
with patch.dict(sys.modules, {"kept_bonds": types.SimpleNamespace(**KEPT_BONDS)}):
    DRIVER = runpy.run_path(str(OFFICIAL / "gatt.py"))
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
        self.bonds = KEPT_BONDS["Bonds"](most, lambda: self.saved[-1], self.saved.append)
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
        self.ble.paired(1, ADDRESS, b"key", authenticated)

    def read(self, most=64, timeout_ms=0):
        buf = bytearray(most)
        return bytes(buf[: self.gatt.read(buf, timeout_ms)])


def secret(text):
    """A host's secret as NimBLE has it, with this key."""
    return FAKE["secret"](ADDRESS, text)


def bonded(rig, address):
    """A host that has paired, and gone."""
    rig.ble.event(CONNECT, (1, 0, address))
    rig.ble.pair_again(address)
    rig.ble.paired(1, address, address)
    rig.ble.event(DISCONNECT, (1, 0, address))
