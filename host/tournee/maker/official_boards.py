"""What goes onto a board that an official MicroPython runs: that runtime, pinned, and an image's modules.

[runtime]
version = "1.27.0"            the MicroPython that this board was prepared with
file = "RPI_PICO-….uf2"       what the maker downloads himself, from micropython.org
sha256 = "…"                  of that file; where it lacks, whoever flashes gives it
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tournee.boards import BOARDS, build, image, romfs
from tournee.errors import ConfigError
from tournee.files import read_bounded
from tournee.french import reason

_RUNTIME_MAX = 64 << 20  # bytes: a UF2 file has twice those of the flash
_IMAGE_MAX = 4 << 20
_HEX = re.compile(r"[0-9a-f]{64}")
CLEAN, ERASE = (BOARDS / "drivers" / "flashing" / name for name in ("clean.py", "erase.py"))
"""What mpremote runs before the modules are copied: keeps what a reader keeps, or nothing at all."""


def check_runtime(board: Mapping[str, Any], file: Path, wanted: str = "") -> str:
    """The SHA-256 of a runtime's file, which is the one that `board.toml` pins, or `wanted` in its place.

    ConfigError for another file, and where nothing says which it should be.
    """
    pinned = board.get("runtime", {})
    digest = wanted.lower() or pinned.get("sha256", "")
    named = pinned.get("file", "")
    if not digest:
        raise ConfigError(
            f"Rien ne dit quel MicroPython va sur {board['name']}.",
            cause="son board.toml n’a pas l’empreinte de ce fichier ([runtime] sha256)",
            next_step=f"comparez celle de {named} à une seconde source, puis donnez-la : --firmware-sha256",
        )
    if not _HEX.fullmatch(digest):
        raise ConfigError(
            f"« {wanted} » n’est pas une empreinte SHA-256.", next_step="64 chiffres hexadécimaux"
        )
    try:
        found = hashlib.sha256(read_bounded(file, _RUNTIME_MAX)).hexdigest()
    except OSError as error:
        raise ConfigError(f"{file} est illisible.", cause=reason(error)) from error
    if found != digest:
        version = "" if wanted else f" {pinned['version']}"
        raise ConfigError(
            f"{file} n’est pas le MicroPython{version} attendu sur {board['name']}.",
            cause=f"son empreinte est {found}, et non {digest}",
            next_step=f"téléchargez {named} de nouveau, de micropython.org ; ne flashez pas celui-ci",
        )
    return found


def modules_of(name: str, file: Path, key: str) -> Path:
    """A folder with the modules of an image of this board, which the key signed. ConfigError, ImageError."""
    try:
        known = image.parse(read_bounded(file, _IMAGE_MAX), str(file))
    except OSError as error:
        raise ConfigError(f"{file} est illisible.", cause=reason(error)) from error
    if known.board != name:
        raise ConfigError(f"Cette image est celle de {known.board}, et non de {name}.")
    image.verify(known, image.public_key(key))
    try:
        files = romfs.files_of(known.payload)
    except ValueError as error:
        why = "son contenu n’est pas un système de fichiers de MicroPython"
        raise ConfigError(f"{file} ne se défait pas.", cause=why) from error
    return build.folder(name, files)
