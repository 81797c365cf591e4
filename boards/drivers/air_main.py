"""Start of a reader whose link is Bluetooth LE, on an official MicroPython. Never yet run on hardware.

Without a display of the board's own, the six digits of a pairing go to the USB console.
"""

import os
import time

import board
from contacts import ContactSlot
from gatt import Bonds, Gatt

import bluetooth
from reader.core import Core
from reader.sha256 import Sha256
from sesam import frame
from sesam.port import ticks_ms

_BONDS = "bonds"  # a file of the board's own file system


def load() -> bytes:
    """What `save` wrote."""
    try:
        with open(_BONDS, "rb") as file:
            return file.read()
    except OSError:
        return b""


def save(data: bytes) -> None:
    """Keep the bonds, whole or as they were."""
    with open(_BONDS + ".new", "wb") as file:
        file.write(data)
    os.rename(_BONDS + ".new", _BONDS)


def show(digits: object) -> None:
    """Show the six digits of a pairing."""
    if digits is not None:
        shown = str(1_000_000 + digits)[1:]
        print("code", shown[:3], shown[3:])


def run() -> None:
    """Serve the link."""
    bonds = Bonds(board.BLUETOOTH["bonds"], load, save)
    largest = frame.encoded_max(board.MESSAGE)
    name = board.BLUETOOTH["name"].encode()
    link = Gatt(bluetooth, name, b"open-1", largest, bonds, show, os.urandom, time.sleep_ms)
    slots = (ContactSlot(board.PINS[0], board.CLOCK_KHZ), ContactSlot(board.PINS[1], board.CLOCK_KHZ))
    core = Core(
        link,
        slots,
        ticks_ms,
        Sha256,
        board.NAME,
        board.MESSAGE,
        board.CLOCK_KHZ,
        window=board.WINDOW,
    )
    core.run()


run()
