"""What the tests of the C library stand on: programs compiled strictly, run where nothing tells of Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tournee.cabi.building import BuiltLibrary

STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-D_POSIX_C_SOURCE=200809L")


def compile_program(library: BuiltLibrary, source: Path, *options: str) -> Path:
    """A program of C linked with the library, each warning an error."""
    folder = library.header.parent
    made = folder / "".join([source.stem, *options])
    place = ["-I", folder, "-L", folder, "-ltournee_ssv", "-pthread", "-ldl", "-Wl,-rpath,$ORIGIN"]
    subprocess.run(["gcc", *STRICT, *options, "-o", made, source, *place], check=True)
    return made


def run(program: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program in a folder of no Python, without any variable but those told."""
    told = [str(program), *map(str, arguments)]
    return subprocess.run(told, capture_output=True, text=True, env=environment, cwd="/", timeout=60)
