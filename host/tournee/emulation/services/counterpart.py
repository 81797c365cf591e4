"""What a counterpart is to who lets it stand: a name, and an answer to each request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Received:
    """A request as it came: `client` is the certificate that it was made with (DER), empty when with none."""

    method: str
    path: str
    media: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    client: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Reply:
    """What is answered: HTTP status, media type, body."""

    status: int = 200
    media: str = "application/octet-stream"
    body: bytes = field(default=b"", repr=False)


class Counterpart(Protocol):
    """An emulated service. `suffix` ends the names of the files in which what it received is kept."""

    name: str
    path: str
    suffix: str
    demands_certificate: bool

    def answer(self, asked: Received) -> Reply:
        """Answer one request; called by one thread at a time."""


@dataclass(frozen=True)
class CounterpartSetting:
    """What a counterpart is made in: its own folder, the clock, and the folder of the certificates of the
    test cards (`NAME.pem`).
    """

    folder: Path
    clock: Callable[[], datetime]
    cards: Path
