"""Which official MicroPython serves: by its version, and by the .mpy files that it loads.

1.27.0, 1.28.0 and the master of 2026 were tried; an older one lacks what our port and our drivers call.
"""

import re
from pathlib import Path
from typing import NamedTuple

OLDEST = (1, 27)
ASK = (
    "import sys; i = sys.implementation; "
    "print('runtime', i.name, '.'.join(str(n) for n in i.version[:3]), getattr(i, '_mpy', 0), '=', "
    "getattr(i, '_machine', ''))"
)
"""What a board is asked, as a line of Python; `told` reads the answer."""

_ANSWER = re.compile(r"^runtime (\w+) (\d+)\.(\d+)\.(\d+) (\d+) = (.*)$", re.MULTILINE)
_DEFINED = re.compile(r"^#define MICROPY_VERSION_(MAJOR|MINOR) (\d+)", re.MULTILINE)
_ARM = range(4, 9)  # py/persistentcode.h: armv6m to armv7emdp, each loads what those before it do
_ARCH_AT = 2  # of a .mpy's byte of features, above its two bits of sub-version
_ARCH_MASK = 0x2F


class Runtime(NamedTuple):
    """What runs on a board: `loads` is the header's first two bytes of what it loads, little-endian."""

    name: str
    version: tuple[int, int, int]
    loads: int
    machine: str


def told(answer: str) -> Runtime | None:
    """What answered `ASK`, None when that is no answer."""
    found = _ANSWER.search(answer.replace("\r", ""))
    if found is None:
        return None
    major, minor, patch, loads = map(int, found.groups()[1:5])
    return Runtime(found[1], (major, minor, patch), loads & 0xFFFF, found[6].strip())


def refusal(runtime: Runtime, header: bytes, chip: str) -> str:
    """Why this board cannot run what is flashed, as the maker reads it; empty when it can.

    `header` is the start of a module with machine code, `chip` what the end of the machine's name must hold.
    """
    version = ".".join(map(str, runtime.version))
    if runtime.name != "micropython":
        return f"elle tourne sous {runtime.name} {version}, et non MicroPython"
    if runtime.version[:2] < OLDEST:
        return f"son MicroPython {version} est trop ancien : il en faut un de {OLDEST[0]}.{OLDEST[1]} ou plus"
    if chip.lower() not in runtime.machine.lower().replace("-", ""):
        return f"c’est une « {runtime.machine} », sans {chip}"
    own, ours = runtime.loads >> 8, header[2]
    if runtime.loads & 0xFF != header[1] or (own ^ ours) & 3:
        theirs, made = (f"{a}.{b & 3}" for a, b in ((runtime.loads & 0xFF, own), (header[1], ours)))
        return f"son MicroPython {version} charge des .mpy de version {theirs}, et ceux-ci sont de {made}"
    have, want = own >> _ARCH_AT & _ARCH_MASK, ours >> _ARCH_AT & _ARCH_MASK
    if want and have != want and not (have in _ARM and want in _ARM and want <= have):
        return f"son MicroPython {version} charge le code machine de sorte {have}, et celui-ci est de {want}"
    return ""


def version_of(tree: Path) -> tuple[int, int]:
    """The version of a MicroPython tree, by what it defines; zeros where it says none."""
    found = dict(_DEFINED.findall((tree / "py" / "mpconfig.h").read_text(errors="replace")))
    return int(found.get("MAJOR", 0)), int(found.get("MINOR", 0))
