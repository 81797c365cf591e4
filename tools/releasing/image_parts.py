"""What a board's image holds, and its MicroPython: told by the link map and by the build itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from part import OUTSIDE, NotReleased, Part, digest_of

from tournee.boards import BOARDS, FIRMWARE, build, cross, schema
from tournee.boards import image as images

_MEMBER = re.compile(r"^ \S*\s*0x[0-9a-f]+\s+0x([0-9a-f]+) \S*/(\w+)\.a\(([\w.-]+)\.o\)$", re.MULTILINE)
_VERSION = re.compile(r"#define MICROPY_VERSION_(MAJOR|MINOR|MICRO|PRERELEASE) +\(?(\d+)")
_PORT_FILES = {file.stem for file in cross.PORT.glob("*.c")} | {"names"}
_GCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"
_GCC_TEXT = Path("/usr/share/doc/gcc-12-base/copyright")
OURS = "MIT"


def boards() -> list[str]:
    """The boards that have an image."""
    return sorted(
        file.parent.name for file in BOARDS.glob("*/board.toml") if "image" in schema.read(file.parent)
    )


def has_our_port(name: str) -> bool:
    """Whether a MicroPython of ours (an ELF file) goes with the board's image."""
    return build.QEMU in schema.read(BOARDS / name).get("emulator", {})


def image_parts(name: str, image: bytes) -> list[Part]:
    """What this board's image and, on our own port, its MicroPython are made of."""
    board = schema.read(BOARDS / name)
    parts = _modules(name, board)
    if has_our_port(name):
        return sorted([*parts, *_linked(board, images.parse(image).payload)])
    return sorted([*parts, _runtime(board)])


def _modules(name: str, board: dict[str, Any]) -> list[Part]:
    """Each Python module that is compiled into the image, by its source's digest."""
    release = build.Release(build.VERSION, b"", False)
    sources = build.sources_of(BOARDS / name, board, release)
    if build.native_core(board):
        sources |= {file: build.module_of(BOARDS / name, file).read_bytes() for file in build._NATIVE}
    texts = {path: text.decode() for path, text in sources.items()}
    in_c = "mpy" not in board.get("core", {})
    native = board["image"].get("native", []) if in_c or build.native_core(board) else []
    held = build.left_out(texts, board["image"].get("without", []), native)
    made = {"board.py", "release.py"}  # by the build: what they hold is the board's and the maker's
    return [
        Part(
            path,
            build.VERSION,
            "file",
            OURS,
            sha256="" if path in made else digest_of(_source(BOARDS / name, path)),
            about="compiled by mpy-cross" + ("; made by the build" if path in made else ""),
        )
        for path in held
    ]


def _source(board_dir: Path, path: str) -> Path:
    """The file that a module of an image is compiled from."""
    firmware = FIRMWARE / path
    return firmware if firmware.is_file() else build.module_of(board_dir, path)


def _linked(board: dict[str, Any], payload: bytes) -> list[Part]:
    """MicroPython, our C and the compiler's library, each with the files of it that the linker kept."""
    map_text = link_map(board, payload).read_text()
    kept: dict[str, set[str]] = {}
    for size, archive, member in _MEMBER.findall(map_text.partition("Linker script and memory map")[2]):
        if int(size, 16):
            kept.setdefault(archive, set()).add(member)
    port = kept.pop("port", set())
    if not port:
        raise NotReleased(f"the link map of {board['name']} names nothing of our port")
    ours = {member for member in port if member in _PORT_FILES}
    tree = cross.sources()
    found = [
        Part(
            "micropython",
            micropython_version(tree),
            "framework",
            "MIT",
            f"pkg:pypi/{cross._SOURCES.replace('==', '@')}",
            cross._SHA256,
            about="pinned sources, linked into the board's MicroPython",
            files=tuple(f"{member}.c" for member in sorted(port - ours)),
            texts=((tree / "LICENSE").read_text(),),
        ),
        Part(
            "tournee-port",
            build.VERSION,
            "firmware",
            OURS,
            about="our port for Cortex-M boards",
            files=tuple(f"{member}.c" for member in sorted(ours)),
        ),
    ]
    for archive, members in sorted(kept.items()):
        command = ["arm-none-eabi-gcc", "-dumpversion"]
        version = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        files = tuple(f"{member}.o" for member in sorted(members))
        about = "the compiler's own library"
        text = (_GCC_TEXT.read_text(),) if _GCC_TEXT.is_file() else ()
        found.append(Part(archive, version, licence=_GCC_LICENCE, about=about, files=files, texts=text))
    return found


def link_map(board: dict[str, Any], payload: bytes) -> Path:
    """The linker's map of the port with an image's names, linked anew where it is gone."""
    tables = cross.tables_of(payload)
    elf = cross.firmware(board, tables)
    written = cross.port(board) / "port.map"
    if not written.is_file():
        elf.unlink()
        cross.firmware(board, tables)
    return written


def micropython_version(tree: Path) -> str:
    """The version that MicroPython's sources give themselves."""
    told = dict(_VERSION.findall((tree / "py" / "mpconfig.h").read_text()))
    whole = f"{told['MAJOR']}.{told['MINOR']}.{told['MICRO']}"
    return f"{whole}-preview" if told["PRERELEASE"] == "1" else whole


def _runtime(board: dict[str, Any]) -> Part:
    """The MicroPython that another image runs on, which is not in it."""
    if "emulator" in board:
        name, version = cross._SOURCES.split("==")
        purl = f"pkg:pypi/{name}@{version}"
        return Part(name, version, "framework", "MIT", purl, scope=OUTSIDE, about="runs the image on a desk")
    told = board.get("runtime", {})
    version = str(told.get("version", "1.27"))
    about = "the official build of the board's chip" if told else "an official build, 1.27 or newer"
    return Part(
        "micropython", version, "framework", "MIT", sha256=told.get("sha256", ""), scope=OUTSIDE, about=about
    )
