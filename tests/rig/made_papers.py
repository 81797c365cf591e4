"""Pictures of prescriptions that nobody wrote: paper, ink, stamps, shadows, tilt, noise, made from a seed."""

from __future__ import annotations

import io
import math
import random
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

SMALL = (707, 1000)
"""A4 as large as it is looked at; what is looked at larger is made this small first."""

A4 = (1754, 2480)
"""A4 at 212 dots an inch."""

_GRAIN = 128

_WORDS = (
    "Ordonnance",
    "du",
    "Docteur",
    "Soins",
    "infirmiers",
    "domicile",
    "pansement",
    "injection",
    "sous-cutanee",
    "matin",
    "et",
    "soir",
    "pendant",
    "quinze",
    "jours",
    "reeducation",
    "du",
    "genou",
    "seances",
    "renouvelable",
    "ALD",
    "dimanche",
    "compris",
    "glycemie",
)


def good_paper(seed: int, size: tuple[int, int] = SMALL) -> Image.Image:
    """A prescription as a carer would photograph it: readable, whole."""
    made = random.Random(seed)
    page = _sheet(made, size, ink=made.randint(15, 110))
    return _taken(made, page)


def bad_paper(kind: str, seed: int, size: tuple[int, int] = SMALL) -> Image.Image:
    """One that must be refused: `blank`, `black`, `contrast` or `cut`."""
    made = random.Random(1_000 + seed)
    if kind == "blank":
        page = Image.new("L", size, made.randint(175, 255))
        return _noisy(made, _shaded(made, page, made.uniform(0, 0.15)), made.uniform(0, 5))
    if kind == "black":
        page = _sheet(made, size, ink=made.randint(15, 60))
        return _noisy(made, page.point([round(level * made.uniform(0, 0.2)) for level in range(256)]), 3)
    if kind == "contrast":
        paper = made.randint(150, 245)
        faint = _sheet(made, size, ink=paper - made.randint(14, 30), paper=paper, faint=True)
        return _noisy(made, _shaded(made, faint, made.uniform(0, 0.1)), made.uniform(0, 2.5))
    page = _sheet(made, size, ink=made.randint(15, 90), filled=True)
    left, top = (made.uniform(0.16, 0.3) for _ in range(2))
    box = (round(left * size[0]), round(top * size[1]), *size)
    if made.random() < 0.5:
        box = (0, 0, round((1 - left - 0.1) * size[0]), round((1 - top - 0.1) * size[1]))
    cut = page.crop(box).resize(size, Image.Resampling.BICUBIC)
    return _noisy(made, _shaded(made, cut, made.uniform(0, 0.3)), made.uniform(0, 4))


def as_jpeg(page: Image.Image, quality: int = 85, **more: object) -> bytes:
    """The picture as a camera gives it."""
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality, **more)
    return out.getvalue()


def _sheet(
    made: random.Random,
    size: tuple[int, int],
    ink: int,
    paper: int = 0,
    *,
    faint: bool = False,
    filled: bool = False,
) -> Image.Image:
    width, height = size
    paper = paper or made.randint(190, 253)
    page = Image.new("L", size, paper)
    draw = ImageDraw.Draw(page)
    unit = height / 100
    font = ImageFont.load_default(unit * 1.5)
    left, right = 0.1 * width, 0.9 * width
    if not faint or made.random() < 0.5:
        draw.text((left, 5 * unit), f"Dr {made.choice(_WORDS)} {made.choice(_WORDS)}", ink, font)
        draw.text((left, 7.5 * unit), f"RPPS 1{made.randrange(10**10):010}", ink, font)
        draw.text((0.6 * width, 11 * unit), f"Le {made.randint(1, 28)}/{made.randint(1, 12)}/2026", ink, font)
    if made.random() < 0.3 and not faint:
        draw.line((0, 14 * unit, width, 14 * unit), fill=ink, width=max(round(unit / 6), 1))
    if made.random() < 0.2 and not faint:
        for rank in range(20, 95, 3):  # ruled paper, from one side to the other
            draw.line((0, rank * unit, width, rank * unit), fill=paper - 45, width=max(round(unit / 10), 1))
    lines = made.randint(18, 26) if filled else made.randint(2, 14)
    y = (8 if filled else 20) * unit
    step = (88 if filled else made.uniform(34, 60)) / lines * unit
    for _ in range(lines):
        printed = made.random() < 0.3
        if printed:
            small = ImageFont.load_default(unit * made.uniform(1.1, 1.7))
            words = " ".join(made.choices(_WORDS, k=12 if filled else made.randint(3, 9)))
            while small.getlength(words) > right - left:
                words = words.rsplit(" ", 1)[0]
            draw.text((left, y), words, ink, small)
        else:
            end = right if filled else left + made.uniform(0.3, 1) * (right - left)
            _written(made, draw, (left, y + unit), end, unit, ink)
        y += step * made.uniform(0.85, 1.15)
    if not faint:
        _signed(made, draw, (made.uniform(0.45, 0.65) * width, 84 * unit), unit, ink)
        if made.random() < 0.6:
            page = _stamped(made, page, unit, min(ink + made.randint(0, 60), 150))
    return page


def _written(
    made: random.Random, draw: ImageDraw.ImageDraw, at: tuple[float, float], end: float, unit: float, ink: int
) -> None:
    """A line by hand: loops that go on to the right, words apart."""
    x, y = at
    wide = max(round(unit * made.uniform(0.18, 0.34)), 1)
    while x < end:
        length, points = made.uniform(3, 9) * unit, []
        for step in range(int(length / unit * 8)):
            angle = step * 0.9
            tall = unit * (1.1 if made.random() < 0.1 else 0.6)
            points.append((x + step * unit / 8 + math.cos(angle) * unit / 3, y + math.sin(angle) * tall))
        draw.line(points, fill=ink, width=wide, joint="curve")
        x += length + unit * made.uniform(0.8, 1.6)


def _signed(
    made: random.Random, draw: ImageDraw.ImageDraw, at: tuple[float, float], unit: float, ink: int
) -> None:
    x, y = at
    points = [
        (x + step * unit / 2, y + made.uniform(-2.5, 2.5) * unit) for step in range(made.randint(14, 26))
    ]
    draw.line(points, fill=ink, width=max(round(unit / 4), 1), joint="curve")


def _stamped(made: random.Random, page: Image.Image, unit: float, ink: int) -> Image.Image:
    side = round(20 * unit)
    stamp = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(stamp)
    shape = (side * 0.1, side * 0.25, side * 0.9, side * 0.75)
    if made.random() < 0.5:
        draw.ellipse(shape, outline=ink, width=max(round(unit / 3), 1))
    else:
        draw.rectangle(shape, outline=ink, width=max(round(unit / 3), 1))
    draw.text((side * 0.2, side * 0.42), "CABINET MEDICAL", ink, ImageFont.load_default(unit * 1.2))
    stamp = stamp.rotate(made.uniform(-15, 15), fillcolor=255)
    at = (round(made.uniform(0.1, 0.6) * page.width), round(made.uniform(0.66, 0.78) * page.height))
    layer = Image.new("L", page.size, 255)
    layer.paste(stamp, at)
    return ImageChops.darker(page, layer)


def _taken(made: random.Random, page: Image.Image) -> Image.Image:
    """By a camera: a shadow, a table at the edges, a slight tilt, noise, not quite sharp."""
    page = _shaded(made, page, made.uniform(0, 0.35))
    if made.random() < 0.7:
        table = made.choice((made.randint(20, 90), made.randint(90, 150)))
        border = round(made.uniform(0.0, 0.05) * page.width)
        around = Image.new("L", page.size, table)
        around.paste(page.resize((page.width - 2 * border, page.height - 2 * border)), (border, border))
        page = around.rotate(made.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=table)
    page = page.filter(ImageFilter.GaussianBlur(made.uniform(0, 0.7) * page.height / 2000))
    return _noisy(made, page, made.uniform(0, 5))


def _shaded(made: random.Random, page: Image.Image, depth: float) -> Image.Image:
    ramp = Image.linear_gradient("L").rotate(made.choice((0, 90, 180, 270))).resize(page.size)
    light = ramp.point([round(255 * (1 - depth * level / 255)) for level in range(256)])
    if made.random() < 0.4:  # of a hand or a telephone
        shape = Image.new("L", page.size, 255)
        x, y = (made.uniform(0, 1) * side for side in page.size)
        draw = ImageDraw.Draw(shape)
        reach = 0.5 * page.width
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=round(255 * (1 - depth / 2)))
        light = ImageChops.multiply(light, shape.filter(ImageFilter.GaussianBlur(page.width * 0.03)))
    return ImageChops.multiply(page, light)


def _noisy(made: random.Random, page: Image.Image, spread: float) -> Image.Image:
    """Noise of its own, the same for a seed."""
    if spread < 0.5:
        return page
    grain, side = _grain(round(2 * spread), made.randrange(4)), _GRAIN
    noise = Image.new("L", page.size)
    for x in range(0, page.width, side):
        for y in range(0, page.height, side):
            noise.paste(grain.transpose(Image.Transpose(made.randrange(7))), (x, y))
    return ImageChops.add(page, noise, 1, -128)


@cache
def _grain(half_spread: int, seed: int) -> Image.Image:
    made = random.Random(seed)
    levels = (min(max(round(made.gauss(128, half_spread / 2)), 0), 255) for _ in range(_GRAIN**2))
    return Image.frombytes("L", (_GRAIN, _GRAIN), bytes(levels))
