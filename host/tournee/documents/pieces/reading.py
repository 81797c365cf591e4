"""Pictures out of a file that a stranger's camera or scanner made: JPEG, PNG, TIFF, PDF.

Bytes, pixels and pages are bounded before anything is decoded. What a file says beside its pixels (where and
when it was taken, by what) goes no further: grey pixels, turned upright, are all that leaves here.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tournee.documents.pieces.errors import PieceError, unreadable
from tournee.documents.pieces.jpeg import bare, check_jpeg, is_plain_grey
from tournee.extras import missing
from tournee.formats.proof_table import DPI, PAGES_MAX, TOO_LARGE

if TYPE_CHECKING:
    from PIL import Image

SOURCE_MAX = 32 << 20
"""Bytes of a file: a page of a scanner without compression has 26 million in colour."""

PIXELS_MAX = 64_000_000
"""Of a picture: the largest that telephones take have 50 million."""

RENDER_DPI = 300
"""At how many dots an inch a page of a PDF is drawn."""

_SIDE_MAX = 30_000
_DRAFT = 14 * RENDER_DPI  # points of a side: a JPEG much larger is decoded smaller at once
_INCHES_MAX = 20  # of a page of a PDF: it is drawn smaller beyond
_FORMATS = ("JPEG", "PNG", "TIFF")
_ORIENTATION = 0x0112
_TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF orientation to Image.Transpose
_PRINT_COLOURS = ("CMYK", "LAB")
_WIDE = ("I;16", "I;16B", "I;16L", "I")
_CAUSE = "ce n’est ni une image JPEG, PNG ou TIFF, ni un PDF, ou il est coupé"


def read_pages(data: bytes) -> Iterator[Image.Image]:
    """Each page of a file, as grey pixels (mode L), one after another. PieceError: unreadable, in colours of
    print, or too large; MissingExtra without the libraries for it.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise missing("services") from error
    if len(data) > SOURCE_MAX:
        raise PieceError(TOO_LARGE, cause=f"{len(data)} octets, {SOURCE_MAX} au plus")
    if data.startswith(b"%PDF-"):
        yield from _drawn(data)
        return
    if data.startswith(b"\xff\xd8"):
        check_jpeg(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(data), formats=_FORMATS)
            frames = getattr(opened, "n_frames", 1) if opened.format == "TIFF" else 1
            _check_pages(frames)
            for frame in range(frames):
                if frames > 1:
                    opened.seek(frame)
                yield _grey(opened)
    except PieceError:
        raise
    except Image.DecompressionBombError as error:
        raise PieceError(TOO_LARGE, cause=f"plus de {PIXELS_MAX} points") from error
    except Exception as error:  # Pillow raises many classes on bytes that are damaged; the answer is the same
        raise unreadable(_CAUSE) from error


def plain_grey(data: bytes) -> bytes | None:
    """The picture as it came, but for what its camera said of it, when it is an upright, grey, baseline JPEG;
    None for all else. It may be damaged still.
    """
    if not data.startswith(b"\xff\xd8") or len(data) > SOURCE_MAX:
        return None
    check_jpeg(data)
    if not is_plain_grey(data):
        return None
    from PIL import Image

    try:
        turned = Image.open(io.BytesIO(data), formats=_FORMATS).getexif().get(_ORIENTATION, 1)
    except Exception:  # a damaged EXIF block breaks Pillow in many ways: it is then read, not copied
        return None
    return bare(data) if turned == 1 else None


def _check_pages(pages: int) -> None:
    if not 1 <= pages <= PAGES_MAX:
        raise PieceError(TOO_LARGE, cause=f"{pages} pages, {PAGES_MAX} au plus")


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS_MAX or max(width, height) > _SIDE_MAX:
        raise PieceError(TOO_LARGE, cause=f"{width} × {height} points, {PIXELS_MAX} au plus")


def _grey(picture: Image.Image) -> Image.Image:
    from PIL import Image

    _check_size(*picture.size)
    if picture.mode in _PRINT_COLOURS:
        raise unreadable(
            "cette image est en couleurs d’imprimerie (CMJN)",
            "enregistrez-la en couleurs d’écran (RVB) ou en gris",
        )
    turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    if picture.format == "JPEG":
        picture.draft("L", (_DRAFT, _DRAFT))
    if picture.mode in _WIDE:
        grey = picture.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    elif "A" in picture.getbands() or "transparency" in picture.info:
        layers = picture.convert("RGBA")
        white = Image.new("RGBA", layers.size, "white")
        grey = Image.alpha_composite(white, layers).convert("L")
    else:
        grey = picture.convert("L")
    if turn is not None:
        grey = grey.transpose(Image.Transpose(turn))
    return Image.frombytes("L", grey.size, grey.tobytes())  # pixels alone: nothing that the file said


def _drawn(data: bytes) -> Iterator[Image.Image]:
    """Each page of a PDF, drawn."""
    try:
        import pypdfium2
    except ImportError as error:
        raise missing("services") from error
    try:
        document = pypdfium2.PdfDocument(data)
        _check_pages(len(document))
        for page in document:
            width, height = (max(side, 1) / 72 for side in page.get_size())
            dots = RENDER_DPI * min(1, _INCHES_MAX / max(width, height))
            drawn = page.render(scale=dots / 72, grayscale=True).to_pil()
            page.close()
            yield drawn.convert("L")
    except PieceError:
        raise
    except Exception as error:  # pypdfium2's own classes, and what ctypes makes of a damaged file
        raise unreadable(_CAUSE) from error


assert RENDER_DPI >= DPI
