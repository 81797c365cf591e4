"""QR codes: read in a picture that a camera made, within bounds; drawn for a screen, a page or a terminal."""

from __future__ import annotations

import io
import warnings

from tournee.errors import ServiceError
from tournee.extras import missing

PICTURE_MAX = 8 << 20
"""Bytes of a picture: more is not opened."""

PIXELS_MAX = 40_000_000
"""Pixels of a picture: more is not unpacked."""

_SIDE = 1800  # pixels of the longer side in which a code is sought: a larger picture is brought down
_CODES_MAX = 8
_SHOWN_SCALE, _QUIET = 8, 4


class UnreadPictureError(ServiceError):
    """A picture that cannot be opened, or that has no code of the kind sought."""


def read_codes(picture: bytes) -> tuple[str, ...]:
    """The texts of the QR codes in a JPEG or PNG; none is a usual answer. UnreadPictureError for what is no
    such picture, or too large.
    """
    try:
        import zxingcpp
        from PIL import Image, ImageOps
    except ImportError:
        raise missing("services") from None
    if len(picture) > PICTURE_MAX:
        raise _unread(f"elle a {len(picture)} octets, {PICTURE_MAX} au plus")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound is lower
            image = Image.open(io.BytesIO(picture), formats=("JPEG", "PNG"))
            if image.width * image.height > PIXELS_MAX:
                raise _unread(f"elle a {image.width} × {image.height} points")
            image.draft("L", (_SIDE, _SIDE))
            grey = ImageOps.exif_transpose(image.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unread("ce n’est ni un JPEG ni un PNG entier") from error
    grey.thumbnail((_SIDE, _SIDE))
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return tuple(one.text for one in found[:_CODES_MAX])


def find_code(picture: bytes, prefix: str) -> str:
    """The text of the code with this prefix, "" when the picture shows none. UnreadPictureError when it shows
    two that differ: nobody knows which is meant.
    """
    found = {text for text in read_codes(picture) if text.startswith(prefix)}
    if len(found) > 1:
        raise _unread("deux codes y sont : montrez-en un seul")
    return found.pop() if found else ""


def png_of(text: str) -> bytes:
    """A QR code as a PNG picture."""
    return _drawn(text, "png")


def svg_of(text: str) -> bytes:
    """A QR code as an SVG drawing."""
    return _drawn(text, "svg")


def lines_of(text: str) -> str:
    """A QR code for a terminal, in half blocks."""
    code = _code(text)
    out = io.StringIO()
    code.terminal(out, border=_QUIET, compact=True)
    return out.getvalue()


def _drawn(text: str, kind: str) -> bytes:
    out = io.BytesIO()
    _code(text).save(out, kind=kind, scale=_SHOWN_SCALE, border=_QUIET)
    return out.getvalue()


def _code(text: str):  # type: ignore[no-untyped-def]
    try:
        import segno
    except ImportError:
        raise missing("services") from None
    return segno.make(text, error="m", micro=False)


def _unread(cause: str) -> UnreadPictureError:
    return UnreadPictureError(
        "Cette image ne peut pas servir.",
        cause=cause,
        next_step="reprenez la photo, le code entier et de face",
    )
