"""What the browser's camera sees: a film that is written anew before the camera opens."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

from tournee.services.qr_codes import png_of, read_codes

WIDTH, HEIGHT = 1280, 960
DETECTOR = """globalThis.BarcodeDetector = class {
  async detect(video) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    const found = await readFrame(canvas.toDataURL("image/png").split(",")[1]);
    return found.map((rawValue) => ({ rawValue }));
  }
};"""
"""What a tablet's browser has and Debian's Chromium has not: reads the frame that the page shows it."""
_FRAMES = 5


def read_frame(frame: str) -> list[str]:
    """The codes in a frame: what `DETECTOR` calls as `readFrame`."""
    return list(read_codes(base64.b64decode(frame)))


def camera(film: Path) -> list[str]:
    """Arguments of a browser whose camera is this film; whether a page may use it is asked as ever."""
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]


def show(film: Path, text: str) -> None:
    """Have the camera see the QR code of this text."""
    show_picture(film, Image.open(io.BytesIO(png_of(text))).convert("RGB").resize((760, 760)))


def show_picture(film: Path, picture: Image.Image) -> None:
    """Have the camera see a picture in the middle of what is before it."""
    scene = Image.new("RGB", (WIDTH, HEIGHT), (90, 90, 90))
    scene.paste(picture, ((WIDTH - picture.width) // 2, (HEIGHT - picture.height) // 2))
    frame = io.BytesIO()
    scene.save(frame, "JPEG", quality=90)
    film.write_bytes(frame.getvalue() * _FRAMES)
