"""Where a command prints: also on a terminal that knows few letters, on a full disk, on a closed stream."""

from __future__ import annotations

import codecs
import os
import sys
import unicodedata
from contextlib import suppress
from io import TextIOWrapper
from typing import TextIO

_NEAREST = "tournee.nearest"
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("’‘", "'"),
        **dict.fromkeys("«»“”", '"'),
        **dict.fromkeys("–—‑•", "-"),
        "…": "...",
        "→": "->",
        "€": "EUR",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "×": "x",
        "°": "o",
    }
)


def fit() -> None:
    """Let no letter stop a command: what a stream's charset lacks is printed by what is nearest to it."""
    codecs.register_error(_NEAREST, _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=_NEAREST)


def knows_all(stream: TextIO | None) -> bool:
    """Whether a stream takes every letter there is."""
    return str(getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def drop(stream: TextIO | None) -> None:
    """Have what is written to a stream that takes nothing any more go nowhere, at the process's end too."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[union-attr]


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_SIGNS)
    plain = unicodedata.normalize("NFKD", text)
    shown = (one if one.isascii() else "" if unicodedata.combining(one) else "?" for one in plain)
    return "".join(shown), error.end
