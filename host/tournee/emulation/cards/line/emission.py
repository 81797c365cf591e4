"""What a virtual card puts on its contact: bytes after a delay, or its own removal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emission:
    """`data` sent `delay_ms` after what came before it; with `removed`, the card leaves its slot instead."""

    delay_ms: int
    data: bytes
    removed: bool = False
