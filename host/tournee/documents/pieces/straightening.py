"""A sheet photographed at a slant, made upright: its four corners, as the carer set them, become a page's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tournee.errors import BillingError

if TYPE_CHECKING:
    from PIL import Image

Corner = tuple[float, float]
Corners = tuple[Corner, Corner, Corner, Corner]
"""Upper left, upper right, lower right, lower left: parts of the picture's width and height, 0 to 1."""

WHOLE: Corners = ((0, 0), (1, 0), (1, 1), (0, 1))
"""The picture as it is."""

_LEAST = 0.05  # of the picture's surface


class CornersError(BillingError):
    """Four corners that are not those of a sheet."""

    def __init__(self) -> None:
        super().__init__(
            "Ces quatre coins ne sont pas ceux d’une feuille.",
            next_step="placez-les dans l’ordre : haut gauche, haut droit, bas droit, bas gauche",
        )


def straightened(picture: Image.Image, corners: Corners) -> Image.Image:
    """The sheet between these corners, as a rectangle as large as its longest sides. CornersError."""
    from PIL import Image

    if corners == WHOLE:
        return picture
    _check(corners)
    points = [(x * picture.width, y * picture.height) for x, y in corners]
    upper_left, upper_right, lower_right, lower_left = points
    width = round(max(math.dist(upper_left, upper_right), math.dist(lower_left, lower_right)))
    height = round(max(math.dist(upper_left, lower_left), math.dist(upper_right, lower_right)))
    size = (max(width, 1), max(height, 1))
    return picture.transform(
        size,
        Image.Transform.PERSPECTIVE,
        _coefficients(points, size),
        Image.Resampling.BICUBIC,
        fillcolor=255,
    )


def _check(corners: Corners) -> None:
    if not all(0 <= part <= 1 for corner in corners for part in corner):
        raise CornersError
    turns = [_turn(corners[at - 2], corners[at - 1], corners[at]) for at in range(4)]
    surface = sum(turns) / 4
    if min(turns) <= 0 or surface < _LEAST:
        raise CornersError


def _turn(one: Corner, two: Corner, three: Corner) -> float:
    """Above 0: it goes on to the right (the picture's y goes down)."""
    return (two[0] - one[0]) * (three[1] - two[1]) - (two[1] - one[1]) * (three[0] - two[0])


def _coefficients(points: list[Corner], size: tuple[int, int]) -> tuple[float, ...]:
    """Where each point of the page lies in the picture: eight of a projective map (Heckbert 1989, 2.2.3)."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    dx1, dx2, sx = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, sy = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    over = dx1 * dy2 - dx2 * dy1
    g, h = (sx * dy2 - dx2 * sy) / over, (dx1 * sy - sx * dy1) / over
    width, height = size
    return (
        *((x1 - x0 + g * x1) / width, (x3 - x0 + h * x3) / height, x0),
        *((y1 - y0 + g * y1) / width, (y3 - y0 + h * y3) / height, y0),
        *(g / width, h / height),
    )
