"""How the emulated OCT looks at a piece: its pages drawn small, light and dark counted. Its own eye: none of
the code that made the piece.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tournee.formats import proof_table as table

if TYPE_CHECKING:
    from PIL import Image

LEVELS = 60
"""By how many levels of grey, of 255, writing must differ from its paper."""

_DOTS = 60
_NOTHING = 8
_DARK = 60
_RUNS = 8


def fault_seen(data: bytes, pages: int, levels: int = LEVELS) -> str:
    """The code of what is wrong with a PDF that should have so many pages, "" for nothing."""
    import pypdfium2

    if len(data) > table.PAGES_MAX * table.PAGE_BYTES_MAX:
        return table.TOO_LARGE
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) != pages or pages > table.PAGES_MAX:
            return table.CUT
        drawn = [page.render(scale=_DOTS / 72, grayscale=True).to_pil().convert("L") for page in document]
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return table.UNREADABLE
    return next((code for code in (_page_fault(page, levels) for page in drawn) if code), "")


def _page_fault(page: Image.Image, levels: int) -> str:
    shades = sorted(page.tobytes())
    count = len(shades)
    if shades[count * 95 // 100] < _DARK:
        return table.BLACK
    inside = page.crop((page.width // 10, page.height // 10, page.width * 9 // 10, page.height * 9 // 10))
    seen = _ink(inside)
    if seen < _NOTHING:
        return table.BLANK
    if seen < levels:
        return table.CONTRAST
    return table.CUT if sum(map(_is_written, _borders(page))) >= 2 else ""


def _ink(page: Image.Image) -> int:
    """By how much the darkest marks differ from the paper around them: place by place, for shadows."""
    depths = []
    for left in range(0, page.width, 16):
        for top in range(0, page.height, 16):
            shades = sorted(
                page.crop((left, top, min(left + 16, page.width), min(top + 16, page.height))).tobytes()
            )
            depths.append(shades[len(shades) * 3 // 4] - shades[len(shades) // 50])
    depths.sort()
    return depths[len(depths) * 98 // 100]


def _borders(page: Image.Image) -> list[bytes]:
    width, height = page.size
    boxes = (
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    )
    return [page.crop(box).tobytes() for box in boxes]


def _is_written(line: bytes) -> bool:
    """Whether a border goes from light to dark and back so often that writing lies on it."""
    light = sorted(line)[len(line) * 3 // 4]
    dark = [shade < light * 0.6 for shade in line]
    runs = sum(not before and now for before, now in pairwise(dark))
    return runs >= _RUNS and sum(dark) < len(dark) / 3
