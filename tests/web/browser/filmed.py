"""What the browser's camera sees: a film that is written anew before the camera opens."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from tournee.services.qr_codes import png_of

WIDTH, HEIGHT = 1280, 960
_FRAMES = 5


def camera(film: Path) -> list[str]:
    """Arguments of a browser whose camera is this film; whether a page may use it is asked as ever."""
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]


def show(film: Path, text: str) -> None:
    """Have the camera see the QR code of this text."""
    code = Image.open(io.BytesIO(png_of(text))).convert("RGB")
    scene = Image.new("RGB", (WIDTH, HEIGHT), (90, 90, 90))
    scene.paste(code.resize((760, 760)), (260, 100))
    frame = io.BytesIO()
    scene.save(frame, "JPEG", quality=90)
    film.write_bytes(frame.getvalue() * _FRAMES)
