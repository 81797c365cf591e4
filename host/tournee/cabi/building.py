"""The library made by the machine's C compiler: header, source and `libtournee_ssv` in a folder.

It starts the Python that builds it, wherever the program that loads it lies, and that Python finds Tournée:
nothing of it is in the library.
"""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tournee.cabi import declarations
from tournee.errors import ConfigError
from tournee.extras import require
from tournee.files import write_whole

NAMES = {"win32": "tournee_ssv.dll", "darwin": "libtournee_ssv.dylib"}
"""What the library is called; `libtournee_ssv.so` elsewhere."""

_PROGRAM, _READABLE = 0o755, 0o644


@dataclass(frozen=True)
class BuiltLibrary:
    """What was made: the header, the library, the Python that it starts."""

    header: Path
    binary: Path
    python: Path


def build_library(folder: Path) -> BuiltLibrary:
    """Make the header and the library in a folder, which is made; each is whole or not there. ConfigError."""
    require("cabi")
    from cffi import FFI
    from cffi.error import VerificationError  # what cffi calls a compiler's refusal

    python = Path(sys.executable)
    included = Path(sysconfig.get_path("include")) / "Python.h"
    if not included.is_file():
        raise ConfigError(
            "Python n’a pas ici de quoi être appelé de C.",
            cause=f"{included} manque",
            next_step="installez son paquet de développement (Debian : python3-dev)",
        )
    ffi = FFI()
    ffi.embedding_api("")
    ffi.cdef(declarations.told_to_cffi())
    ffi.embedding_init_code(declarations.at_start())
    ffi.set_source("_tournee_ssv", declarations.source(str(python)), extra_link_args=_link_options())
    name = NAMES.get(sys.platform, "libtournee_ssv.so")
    with tempfile.TemporaryDirectory() as drafts:
        try:
            made = ffi.compile(tmpdir=drafts, target=name)
        except VerificationError as error:
            raise ConfigError(
                "La bibliothèque ne se compile pas.",
                cause=" ".join(str(error).split()),
                next_step="installez un compilateur C (Debian : gcc), puis recommencez",
            ) from error
        content = Path(made).read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    library, header = folder / name, folder / declarations.HEADER
    write_whole(library, content, _PROGRAM)  # one that a program has loaded stays as it is
    write_whole(header, declarations.header().encode(), _READABLE)
    return BuiltLibrary(header, library, python)


def _link_options() -> list[str]:
    """Find Python's own library again from wherever ours is loaded; stay when a program unloads it."""
    if sys.platform == "win32":
        return []
    where = sysconfig.get_config_var("LIBDIR")
    found = [f"-Wl,-rpath,{where}"] if where else []
    return [*found, *([] if sys.platform == "darwin" else ["-Wl,-z,nodelete"])]
