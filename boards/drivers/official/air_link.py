"""A reader whose link is Bluetooth LE, on an official MicroPython. Never yet run on hardware.

Nothing goes over the air before the maker has given the reader its secret: until then its link is the USB
console, as with `usb_link`. Afterwards, without a display of the board's own, the six digits of a pairing go
to that console.
"""

import os
import time

import board
from assembly import Flash, serve
from gatt import Gatt
from kept_bonds import Bonds
from whole_file import WholeFile

from sesam import frame

_BONDS = "bonds"


def show(digits: object) -> None:
    """Show the six digits of a pairing."""
    if digits is not None:
        shown = str(1_000_000 + digits)[1:]
        print("code", shown[:3], shown[3:])


def air() -> object:
    """The stream over the air, None where this MicroPython has no Bluetooth, or cannot pair and remember.

    The window's frames wait in the stack, and a repetition.
    """
    file = WholeFile(_BONDS)
    bonds = Bonds(board.BLUETOOTH["bonds"], file.load, file.save)
    room = (board.WINDOW + 1) * frame.encoded_max(board.MESSAGE)
    name = board.BLUETOOTH["name"].encode()
    try:
        import bluetooth

        return Gatt(bluetooth, name, b"open-1", room, bonds, show, os.urandom, time.sleep_ms)
    except (ImportError, ValueError, OSError) as lacking:
        print("no Bluetooth link:", lacking)
        return None


def run() -> None:
    """Serve the link."""
    flash = Flash()
    stream = air() if flash.provisioned() else None
    if stream:
        serve(stream, flash, board.WINDOW)
    else:
        from console import Console

        serve(Console(), flash, 1)
