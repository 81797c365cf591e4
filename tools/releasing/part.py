"""A part of what is released: what we or others made and an image, the wheel or the page holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

REQUIRED, OPTIONAL, OUTSIDE = "required", "optional", "excluded"
"""Held always; by an extra or a platform; what it runs on, not held itself (CycloneDX's `scope`)."""


ELSEWHERE = "of another platform: not installed here"
"""About a package that is known by its pin alone."""


class NotReleased(Exception):  # noqa: N818 - what happened
    """A release cannot be made: what is missing, or is not what was pinned."""


@dataclass(frozen=True, order=True)
class Part:
    """`licence` in SPDX's words, empty when not known here; `files` what of it is held, when not the whole;
    `texts` its licences as it carries them."""

    name: str
    version: str
    kind: str = "library"  # CycloneDX's `type`
    licence: str = ""
    purl: str = ""
    sha256: str = ""
    scope: str = REQUIRED
    about: str = ""
    files: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
