"""Start MicroPython in this process, the firmware's image mapped as the flash that its code runs from
(CPython).

python launch.py FIRMWARE HEAP IMAGE FLASH LINK PS VITALE     its folder, bytes, a file, three descriptors

FLASH is `flash=`, followed or not by a fourth descriptor: of the file that stands for writable flash. Then
this is the boot code: the bank that its records choose is what runs, the other one where it holds no whole
image. A file without an image gets IMAGE in its first bank. The firmware's status 75 asks for another start.
"""

import ctypes
import hashlib
import mmap
import os
import struct
import sys
import tomllib
from pathlib import Path

from micropython_module import run_main

sys.path.insert(0, sys.argv[1])  # a `reader` that somebody installed is not this one
sys.dont_write_bytecode = True

from reader.storage import boot  # noqa: E402

BOARD = tomllib.loads(Path(__file__).with_name("board.toml").read_text())
FLASH = BOARD["flash"]
HEADER = struct.Struct("<4sBBHII16s32s")  # boards/image.py
RESTART = 75


class BootRecords:
    """The region of the boot records, as `reader.storage.boot` wants it."""

    size, page = FLASH["boot"], FLASH["page"]

    def __init__(self, number: int) -> None:
        self._number = number

    def read(self, at: int, buf: bytearray) -> None:
        """Fill `buf` from `at`."""
        buf[:] = os.pread(self._number, len(buf), 2 * FLASH["banks"] + at)

    def write(self, at: int, buf: bytes) -> None:
        """Write `buf` at `at`."""
        os.pwrite(self._number, buf, 2 * FLASH["banks"] + at)


def payload(number: int, bank: int) -> bytes:
    """Return what runs of a bank, nothing when it holds no whole image of this board."""
    data = os.pread(number, FLASH["banks"], bank * FLASH["banks"])
    magic, layout, _, _, length, _, name, digest = HEADER.unpack_from(data)
    whole = data[HEADER.size : HEADER.size + length]
    known = (magic, layout, name.rstrip(b"\0").decode("latin-1")) == (b"TOUR", 1, BOARD["name"])
    return whole if known and hashlib.sha256(whole).digest() == digest else b""


def flash_anew(number: int, code: bytes) -> None:
    """Make a file a board's flash: the firmware in bank 0, what is not there yet erased."""
    header = HEADER.pack(
        b"TOUR", 1, 1, 0, len(code), 0, BOARD["name"].encode(), hashlib.sha256(code).digest()
    )
    size = 2 * FLASH["banks"] + FLASH["boot"] + FLASH["store"]
    there = os.fstat(number).st_size
    os.pwrite(number, b"\xff" * (size - there), there)
    os.pwrite(number, header + code, 0)


def chosen(number: int, image: Path) -> tuple[bytes, int]:
    """Return what is to run, and its bank."""
    if os.pread(number, 1, 0) in (b"", b"\xff"):
        flash_anew(number, image.read_bytes())
    bank = boot.choose(BootRecords(number))
    for one in (bank, bank ^ 1):
        if code := payload(number, one):
            return code, one
    sys.exit("no bank holds a whole image")


heap, image, kept, *descriptors = sys.argv[2:]
if kept == "flash=":
    code = Path(image).read_bytes()
else:
    code, bank = chosen(int(kept[6:]), Path(image))
    kept += f":{bank}"
flash = mmap.mmap(-1, len(code))
flash.write(code)
address = ctypes.addressof(ctypes.c_char.from_buffer(flash))
start = str(Path(__file__).with_name("boot.py"))
command = ["micropython", "-X", f"heapsize={heap}", start, str(address), str(len(flash)), kept, *descriptors]
if run_main(command) == RESTART:
    print("starts anew", flush=True)  # the line that `EmulatedBoard` waits for: the cards are still in
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606
