"""A piece before it is kept: the photograph to set corners on, and the page as it will be sent."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from tournee.documents.pieces.straightening import Corners

_SHOWN = 1100  # points of the longer side on a screen
_QUALITY = 72


@dataclass(frozen=True)
class Preview:
    """What would be sent: how many pages and bytes, and its first page as a JPEG."""

    pages: int
    size: int
    picture: bytes = field(repr=False)


def picture_of(data: bytes) -> bytes:
    """The first page of a file, upright, small enough to be shown, as a JPEG. PieceError, MissingExtra."""
    from tournee.documents.pieces.reading import read_pages

    return _as_jpeg(next(read_pages(data)))


def preview_of(data: bytes, corners: Corners, *, bits: bool = False) -> Preview:
    """The piece that a photograph makes. PieceError, CornersError, MissingExtra."""
    from tournee.documents.pieces.making import Source, make_piece
    from tournee.documents.pieces.reading import read_pages

    made = make_piece([Source(data, corners)], black_and_white=bits)
    return Preview(made.pages, len(made.pdf), _as_jpeg(next(read_pages(made.pdf))))


def _as_jpeg(page: object) -> bytes:
    from PIL import Image

    assert isinstance(page, Image.Image)
    page.thumbnail((_SHOWN, _SHOWN))
    out = io.BytesIO()
    page.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
