"""A piece out of photographs or files: each page read, straightened, checked, and written as PDF/A-1b."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tournee.documents.pieces.checks import check_page, written_on
from tournee.documents.pieces.errors import PAGES, PieceError
from tournee.documents.pieces.reading import plain_grey, read_pages
from tournee.documents.pieces.straightening import WHOLE, Corners, straightened
from tournee.documents.pieces.writing import PageImage, dots_per_inch, write_pdf
from tournee.formats.proof_table import DPI, PAGE_BYTES_MAX, PAGES_MAX, TOO_LARGE

if TYPE_CHECKING:
    from PIL import Image

_FINEST = 300  # dots an inch: what is finer says no more of a page
_QUALITIES = (80, 70, 60, 50, 40)
_COARSE = (*_QUALITIES, 25, 15)  # of a page full of grain, once no dot more can go


@dataclass(frozen=True)
class Source:
    """A photograph or a file; `corners` are those of the sheet on its first page."""

    data: bytes = field(repr=False)
    corners: Corners = WHOLE


@dataclass(frozen=True)
class MadePiece:
    """A piece: its bytes, and how many pages they have."""

    pdf: bytes = field(repr=False)
    pages: int

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in lower-case hexadecimal."""
        return hashlib.sha256(self.pdf).hexdigest()


def make_piece(sources: Sequence[Source], *, black_and_white: bool = False, pages: int = 0) -> MadePiece:
    """The piece of these files, one after another; `pages` is how many there are to be, 0 when nobody said.

    The same files give the same bytes. PieceError with the reason that it would be refused for, CornersError,
    MissingExtra.
    """
    made: list[PageImage] = []
    for source in sources:
        as_it_is = plain_grey(source.data) if source.corners == WHOLE and not black_and_white else None
        corners = source.corners
        for picture in read_pages(source.data):
            if len(made) == PAGES_MAX:
                raise PieceError(TOO_LARGE, cause=f"plus de {PAGES_MAX} pages")
            page = straightened(picture, corners)
            corners = WHOLE
            check_page(page, len(made) + 1)
            kept = as_it_is if as_it_is is not None and _is_small(page, as_it_is) else None
            if kept is not None:
                made.append(PageImage(page.width, page.height, "jpeg", kept))
            else:
                made.append(_bits(page) if black_and_white else _grey(page, len(made) + 1))
    if not made or pages not in (0, len(made)):
        raise PieceError(PAGES, cause=f"{len(made)} pages lues, {pages} dites")
    return MadePiece(write_pdf(made), len(made))


def _is_small(page: Image.Image, data: bytes) -> bool:
    return len(data) <= PAGE_BYTES_MAX and dots_per_inch(*page.size) <= _FINEST


def _fitted(page: Image.Image, dots: int) -> Image.Image:
    from PIL import Image

    scale = dots / dots_per_inch(*page.size)
    if scale >= 1:
        return page
    return page.resize(
        (-int(-page.width * scale // 1), -int(-page.height * scale // 1)), Image.Resampling.LANCZOS
    )


def _grey(page: Image.Image, number: int) -> PageImage:
    """In grey, as a JPEG as good as its bytes may be."""
    for dots, qualities in ((_FINEST, _QUALITIES), (DPI, _COARSE)):
        fitted = _fitted(page, dots)
        for quality in qualities:
            out = io.BytesIO()
            fitted.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= PAGE_BYTES_MAX:
                return PageImage(fitted.width, fitted.height, "jpeg", out.getvalue())
    raise PieceError(TOO_LARGE, number)


def _bits(page: Image.Image) -> PageImage:
    """In black and white: what is darker than the paper around it is black."""
    bits = written_on(_fitted(page, _FINEST))
    return PageImage(bits.width, bits.height, "bits", bits.tobytes())
