"""Pictures that another program made: what a camera or a scanner would give."""

import io
import random

from PIL import Image


def picture(form: str = "JPEG", seed: int = 1, side: int = 60) -> bytes:
    """A picture full of noise, so that it is as long as one of its size may be."""
    noise = random.Random(seed).randbytes(3 * side * side)
    made = io.BytesIO()
    Image.frombytes("RGB", (side, side), noise).save(made, form)
    return made.getvalue()
