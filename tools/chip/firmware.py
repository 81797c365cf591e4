"""An official MicroPython for an RP2040, as it is downloaded: its UF2 blocks, flash, version."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from pathlib import Path

FLASH = 2 << 20  # bytes on a Raspberry Pi Pico
OLDEST = (1, 27)  # the oldest MicroPython whose drivers ours have been tried on
_AT = 0x10000000  # where the chip sees its flash
_BLOCK = 512
_HEAD = struct.Struct("<8I")
_MAGIC = 0x0A324655, 0x9E5D5157
_LAST_MAGIC = 0x0AB16F30
_NOT_FOR_FLASH = 1
_HAS_FAMILY = 0x2000
_FAMILY = 0xE48BFF56  # RP2040
_OTHERS = {0xE48BFF59: "an RP2350 (Arm)", 0xE48BFF5A: "an RP2350 (RISC-V)"}
_PAYLOAD_MAX = 476
_MOST = 2 * FLASH  # of a file with payloads of 256 bytes in blocks of 512
_BANNER = re.compile(rb"MicroPython v?((\d{1,3})\.(\d{1,3})[\w.+-]{0,40}) on (\d{4}-\d\d-\d\d)")


class Unfit(Exception):  # noqa: N818 - what happened
    """The file is no MicroPython for an RP2040 that this reader runs on."""


@dataclass(frozen=True)
class Firmware:
    """`flash` is what the chip's flash holds after the file was copied onto its drive."""

    flash: bytes
    version: str
    built: str
    sha256: str


def read_firmware(file: Path) -> Firmware:
    """Read a UF2 file. Unfit, OSError."""
    if file.stat().st_size > _MOST:
        raise Unfit(f"{file.name}: {file.stat().st_size:,} bytes, more than its flash holds")
    data = file.read_bytes()
    flash = flash_of(data)
    banner = _BANNER.search(flash)
    if banner is None:
        raise Unfit(f"{file.name}: no MicroPython says its version in it")
    version, major, minor, built = (part.decode() for part in banner.groups())
    if (int(major), int(minor)) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise Unfit(f"{file.name}: MicroPython {version}; the drivers want {oldest} or newer")
    return Firmware(flash, version, built, hashlib.sha256(data).hexdigest())


def flash_of(data: bytes) -> bytes:
    """Lay the blocks of a UF2 file into a flash that was erased. Unfit."""
    if not data or len(data) % _BLOCK:
        raise Unfit(f"no UF2 file: {len(data):,} bytes are not whole blocks of {_BLOCK}")
    flash = bytearray(b"\xff" * FLASH)
    for at in range(0, len(data), _BLOCK):
        first, second, flags, address, size, _, _, family = _HEAD.unpack_from(data, at)
        (last,) = struct.unpack_from("<I", data, at + _BLOCK - 4)
        block = f"block {at // _BLOCK}"
        if (first, second) != _MAGIC or last != _LAST_MAGIC:
            raise Unfit(f"no UF2 file: {block} has not its marks")
        if flags & _NOT_FOR_FLASH:
            continue
        if not flags & _HAS_FAMILY or family != _FAMILY:
            raise Unfit(f"{block} is for {_OTHERS.get(family, f'family {family:08X}')}, not for an RP2040")
        if size > _PAYLOAD_MAX or not _AT <= address <= _AT + FLASH - size:
            raise Unfit(f"{block}: {size} bytes at {address:08X} are outside of the flash")
        flash[address - _AT : address - _AT + size] = data[at + _HEAD.size : at + _HEAD.size + size]
    return bytes(flash)
