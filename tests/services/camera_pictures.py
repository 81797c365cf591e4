"""Pictures of a code as a camera in a hand makes them: blurred, tilted, seen askew, noisy, with a glare.

The same seed makes the same picture.
"""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter

from tournee.services.qr_codes import png_of

WIDTH, HEIGHT = 800, 600
_QUALITY = (55, 90)


def picture_of(text: str, seed: int, *, strength: float = 1.0) -> bytes:
    """A JPEG of `text` as a QR code on a phone's screen: of `strength` 0 a fine one, 1 what a stairwell
    gives.
    """
    chance = random.Random(seed)
    code = Image.open(io.BytesIO(png_of(text))).convert("L")
    side = int(chance.uniform(290, 420))
    code = code.resize((side, side), Image.Resampling.LANCZOS)
    scene = Image.new("L", (WIDTH, HEIGHT), chance.randint(60, 190))
    screen = Image.new("L", (side + 60, side + 140), 250)
    screen.paste(code, (30, 70))
    left, top = (WIDTH - screen.width) // 2, (HEIGHT - screen.height) // 2
    scene.paste(screen, (left + chance.randint(-80, 80), top + chance.randint(-10, 10)))
    scene = scene.rotate(chance.uniform(-25, 25) * strength, Image.Resampling.BICUBIC, fillcolor=110)
    scene = _askew(scene, chance, strength)
    scene = _lit(scene, chance, strength)
    scene = scene.filter(ImageFilter.GaussianBlur(chance.uniform(0, 1.3) * strength))
    noise = Image.effect_noise((WIDTH, HEIGHT), 1 + 34 * strength * chance.random())
    scene = Image.blend(scene, noise, 0.18 * strength)
    out = io.BytesIO()
    scene.save(out, "JPEG", quality=chance.randint(*_QUALITY))
    return out.getvalue()


def _askew(scene: Image.Image, chance: random.Random, strength: float) -> Image.Image:
    """Seen from aside: a corner of the scene is nearer than the others."""
    most = 60 * strength
    corners = [(0, 0), (0, HEIGHT), (WIDTH, HEIGHT), (WIDTH, 0)]
    moved = [
        (abs(x - chance.uniform(0, most)) if x else chance.uniform(0, most), abs(y - chance.uniform(0, most)))
        for x, y in corners
    ]
    quad = [value for corner in moved for value in corner]
    return scene.transform(scene.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)


def _lit(scene: Image.Image, chance: random.Random, strength: float) -> Image.Image:
    """A lamp's reflection on the glass, and a shadow over one side."""
    light = Image.new("L", scene.size, 0)
    draw = ImageDraw.Draw(light)
    x, y = chance.randint(120, WIDTH - 120), chance.randint(100, HEIGHT - 100)
    size = chance.randint(15, 70)
    draw.ellipse((x - size, y - size, x + size, y + size), fill=int(200 * strength * chance.random()))
    light = light.filter(ImageFilter.GaussianBlur(size / 2))
    white = Image.new("L", scene.size, 255)
    scene = Image.composite(white, scene, light)
    shadow = Image.linear_gradient("L").resize(scene.size).point(lambda one: int(one * 0.5 * strength))
    return Image.composite(Image.new("L", scene.size, 20), scene, shadow)
