"""Whether a page can be read by who gets it: the four reasons for which an image may be refused, and how fine
it is. Looked at small: what the eye sees of it, not what its pixels do.

Paper is known by what is lightest around: writing is what is darker than that, whatever shadow lies on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tournee.documents.pieces.errors import RESOLUTION, PieceError
from tournee.documents.pieces.writing import dots_per_inch
from tournee.formats.proof_table import BLACK, BLANK, CONTRAST, CUT, DPI

if TYPE_CHECKING:
    from PIL import Image

LEVELS_MIN = 40
"""Levels of grey, of 255, by which writing is darker than its paper."""

_SIDE = 1000  # points of the longer side that are looked at
_GRID = 8  # points of a side of what is taken for one place of the paper
_MARGIN = 0.08  # left out on each side where writing is looked for: a table may show there
_DARK = 64  # no place of a black picture is lighter
_WHITE_MEAN, _WHITE_SPREAD = 252.4, 2.0
_WRITING_PART = 0.001  # of the points: the darkest, which writing has however little of it there is
_NOISE_LEVELS = 7  # above the noise that every camera makes, smoothed: nothing is written
_STROKES_MIN = 6  # on one side: fewer are a stamp, a fold, a line of the print
_SIDES_MIN = 2
_LINES_CUT = 3  # on the left or the right alone: so many lines do not end at the paper's edge by chance
_LETTERS_CUT = 8  # at the top or the bottom alone: a line is cut through its letters
_LINE_MIN, _LINE_MAX = 4, 50  # points: how high a line is, a ruling being thinner
_LINE_DEEP = 16  # points, inwards
_STRIP, _THICK, _DEEP, _WITHIN = (
    24,
    9,
    2,
    6,
)  # points of a border: looked at, of a stroke, outermost, further in
_STROKE_PART = 0.4
_STROKE_MAX = 0.04  # of a side; what is longer is a shadow or a table
_UPRIGHT_MIN = 3  # points: on the left and on the right a ruled line is thinner than a letter is high
_PAPER_PART = 0.75
_EVEN = 0.2
_BLACK_PART = 0.4  # of how dark the writing is: what is darker is black


@dataclass(frozen=True)
class Look:
    """What a page looks like: mean, spread and lightest level, by how much its writing is darker than the
    paper, by how much any place is without writing, how many sides the writing runs over.
    """

    mean: float
    spread: float
    lightest: int
    writing: int
    structure: int
    sides_cut: int


def check_page(page: Image.Image, number: int) -> None:
    """PieceError for a page (grey pixels) that may be refused, with the reason it would be refused for."""
    code = fault_of(look_at(page))
    if code:
        raise PieceError(code, number)
    if round(dots_per_inch(*page.size)) < DPI:
        raise PieceError(RESOLUTION, number, cause=f"{page.width} × {page.height} points pour une page A4")


def fault_of(seen: Look) -> str:
    """The code of the first reason that holds; "" for none."""
    if seen.lightest < _DARK:
        return BLACK
    is_white = seen.mean > _WHITE_MEAN and seen.spread < _WHITE_SPREAD
    if is_white or seen.structure <= _NOISE_LEVELS:
        return BLANK
    if seen.writing < LEVELS_MIN:
        return CONTRAST
    return CUT if seen.sides_cut >= _SIDES_MIN else ""


def look_at(page: Image.Image) -> Look:
    """Look at a page of grey pixels."""
    from PIL import ImageChops, ImageFilter, ImageStat

    small, paper = _seen_small(page)
    darker = ImageChops.subtract(paper, small)
    margin = round(_MARGIN * small.width), round(_MARGIN * small.height)
    inside = darker.crop((*margin, small.width - margin[0], small.height - margin[1]))
    whole = ImageStat.Stat(small)
    writing = _level(inside, _WRITING_PART)
    calm = inside.filter(ImageFilter.BoxBlur(1))
    return Look(
        whole.mean[0],
        whole.stddev[0],
        _level(small, 0.05),
        writing,
        _level(calm, _WRITING_PART) - _level(calm, 0.5),
        _sides_cut(small, writing),
    )


def written_on(page: Image.Image) -> Image.Image:
    """The page in black and white (mode 1): its writing on white, without the shadows on its paper."""
    from PIL import Image, ImageChops

    small, paper = _seen_small(page)
    writing = _level(ImageChops.subtract(paper, small), _WRITING_PART)
    threshold = round(_BLACK_PART * writing)
    darker = ImageChops.subtract(paper.resize(page.size, Image.Resampling.BILINEAR), page)
    return darker.point([255 if level < threshold else 0 for level in range(256)]).convert("1")


def _seen_small(page: Image.Image) -> tuple[Image.Image, Image.Image]:
    """A page made small, and its paper alone: the lightest around each place."""
    from PIL import Image, ImageFilter

    small = page.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    size = max(small.width // _GRID, 1), max(small.height // _GRID, 1)
    spots = small.resize(size, Image.Resampling.BOX).filter(ImageFilter.MaxFilter(5))
    paper = spots.filter(ImageFilter.GaussianBlur(2)).resize(small.size, Image.Resampling.BILINEAR)
    return small, paper


def _level(picture: Image.Image, part: float) -> int:
    """The level that this part of the points is above."""
    left = part * picture.width * picture.height
    for level, points in reversed(list(enumerate(picture.histogram()))):
        left -= points
        if left < 0:
            return level
    return 0


def _sides_cut(small: Image.Image, writing: int) -> int:
    """Over how many sides writing runs: thin strokes that stand on the border, on paper. One counts for two
    where several lines end on it, or one line is cut through its letters.
    """
    from PIL import Image, ImageChops, ImageFilter

    threshold = max(LEVELS_MIN * 3 // 4, round(_STROKE_PART * writing))
    light = _PAPER_PART * _level(small, 0.5)
    found = 0
    for turn in (None, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270):
        side = small if turn is None else small.transpose(turn)
        strip = side.crop((0, 0, side.width, _STRIP))
        bare = strip.filter(ImageFilter.MaxFilter(_THICK)).filter(ImageFilter.MinFilter(_THICK))
        darker = ImageChops.subtract(bare, strip)
        within = darker.filter(
            ImageFilter.MaxFilter(5)
        )  # a stroke goes on into the page, a sliver of table not
        levels, grounds, deeper = (
            one.crop((0, at, side.width, at + _DEEP)).resize((side.width, 1), Image.Resampling.BOX).tobytes()
            for one, at in ((darker, 0), (bare, 0), (within, _WITHIN))
        )
        marks = [
            level >= threshold and ground >= light and below >= threshold
            for level, ground, below in zip(levels, grounds, deeper, strict=True)
        ]
        if turn in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270):
            many = _lines(darker, threshold, marks) >= _LINES_CUT
            some = len(_strokes(marks, _UPRIGHT_MIN)) >= _STROKES_MIN
        else:
            strokes = _strokes(marks, 1)
            some = len(strokes) >= _STROKES_MIN and not _is_even(strokes)
            many = some and len(strokes) >= _LETTERS_CUT
        found += _SIDES_MIN if many else some
    return found


def _lines(darker: Image.Image, threshold: int, marks: list[bool]) -> int:
    """How many lines of writing stand on the left or the right border: as high as letters are, as ruled lines
    are not, with a mark on the border itself.
    """
    seen = darker.crop((0, 0, darker.width, min(_LINE_DEEP, darker.height))).tobytes()
    inks = [max(seen[at :: darker.width]) >= threshold for at in range(darker.width)]
    found, start = 0, -1
    for at, ink in enumerate([*inks, False]):
        if ink and start < 0:
            start = at
        elif not ink and start >= 0:
            found += _LINE_MIN <= at - start <= _LINE_MAX and any(marks[start:at])
            start = -1
    return found


def _strokes(marks: list[bool], least: int) -> list[float]:
    """Where on a border strokes stand, as long as strokes are."""
    strokes, start = [], -1
    for at, mark in enumerate([*marks, False]):
        if mark and start < 0:
            start = at
        elif not mark and start >= 0:
            if least <= at - start <= _STROKE_MAX * len(marks):
                strokes.append((start + at) / 2)
            start = -1
    return strokes


def _is_even(strokes: list[float]) -> bool:
    """Whether they stand at distances that a ruling has, some of its lines unseen, and no writing."""
    gaps = [later - before for before, later in pairwise(strokes)]
    usual = sorted(gaps)[len(gaps) // 2]
    return all(abs(gap - usual * max(round(gap / usual), 1)) <= _EVEN * usual for gap in gaps)
