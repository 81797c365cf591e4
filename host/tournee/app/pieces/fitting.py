"""What is kept of a photograph or a file: the piece made of it, or itself where no piece can be."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tournee.errors import ConfigError, TourneeError
from tournee.practice.scan_file import Nature, ScanFile

if TYPE_CHECKING:
    from tournee.documents.pieces.making import Source


def fitted(
    sources: Sequence[Source], nature: Nature = "O", *, black_and_white: bool = False, pages: int = 0
) -> tuple[ScanFile, bytes]:
    """The piece of these files, and its bytes. PieceError, CornersError, MissingExtra."""
    from tournee.documents.pieces.making import make_piece  # an extra's: not where a scan is only shown

    made = make_piece(sources, black_and_white=black_and_white, pages=pages)
    taken = hashlib.sha256(sources[0].data).hexdigest()
    return ScanFile(made.digest, "application/pdf", len(made.pdf), nature, made.pages, taken), made.pdf


def fitted_or_as_it_is(data: bytes) -> tuple[ScanFile, bytes, str]:
    """The piece of a scan; or the scan itself, and why it is none: what is kept is never less than what came.
    ScanError.
    """
    from tournee.documents.pieces.making import Source

    told = ScanFile.of(data)
    try:
        return *fitted([Source(data)]), ""
    except TourneeError as error:
        return told, data, error.message


def fitted_or_raw(source: Source, nature: Nature, *, black_and_white: bool = False) -> tuple[ScanFile, bytes]:
    """The piece of a photograph; where this host has no libraries for it, the photograph as it came.
    PieceError, CornersError, ScanError.
    """
    try:
        return fitted([source], nature, black_and_white=black_and_white)
    except ConfigError:
        return replace(ScanFile.of(source.data), nature=nature), source.data
