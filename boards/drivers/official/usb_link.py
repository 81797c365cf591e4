"""A reader whose link is the USB console, on an official MicroPython. Never yet run on hardware."""

from assembly import Flash, serve
from console import Console


def run() -> None:
    """Serve the link."""
    serve(Console(), Flash(), 1)
