"""One point of a conformance report."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether the reader does what it must, what was seen, and how long it took."""

    name: str
    good: bool
    seen: str
    took_ms: int
