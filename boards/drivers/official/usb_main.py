"""Start of a reader on an official MicroPython: its link is the USB console, its slots are the pins of
`board.toml`. Never yet run on hardware."""

from assembly import Flash, serve
from console import Console

serve(Console(), Flash(), 1)
