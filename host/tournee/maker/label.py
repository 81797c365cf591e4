"""The label of a reader, as PNG and PDF: a QR code with its serial number and its secret (PROTOCOL.md 9).

Whoever reads a label may use the reader: the files are for their owner alone.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import segno

from tournee.errors import ConfigError
from tournee.files import write_whole
from tournee.reader.label import Label, scanned_text

_SERIAL = re.compile(r"[A-Z0-9-]{1,16}")


def check_serial(serial: str) -> None:
    """ConfigError for a serial number that cannot be one."""
    if not _SERIAL.fullmatch(serial):
        raise ConfigError(
            f"Numéro de série impossible : {serial!r}.",
            next_step="1 à 16 lettres majuscules, chiffres ou tirets",
        )


def write_label(folder: Path, serial: str, secret: bytes) -> list[Path]:
    """Write `SERIAL.png` and `SERIAL.pdf` into a folder, made when missing; where they are."""
    check_serial(serial)
    code = segno.make(scanned_text(Label(secret, serial)), error="m", micro=False)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in ("png", "pdf"):
        made = io.BytesIO()
        code.save(made, kind=kind, scale=8)
        path = folder / f"{serial}.{kind}"
        write_whole(path, made.getvalue())
        written.append(path)
    return written
