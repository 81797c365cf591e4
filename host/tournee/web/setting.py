"""Where the page stands, for the screens that set it up: configuration, door, a demonstration's cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starlette.requests import Request

from tournee.app.copies.rebuilding import Rebuilt
from tournee.exchange.practice_server.protocol import CODE_LENGTH, CarrierTo, JoiningLink, by_https

_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})  # a code has none of them


@dataclass(frozen=True)
class DeviceShown:
    """A browser that may open the page; days in ISO 8601; `here`: the one that asks."""

    id: str
    name: str
    added: str
    seen: str
    here: bool


class PageDoor(Protocol):
    """Who may open the page, and until when."""

    lock_after: float
    """Seconds without a touch after which the page locks."""

    @property
    def has_code(self) -> bool:
        """Whether a code opens the lock."""

    @property
    def digits(self) -> int:
        """How many the code has."""

    def devices(self, request: Request) -> Sequence[DeviceShown]:
        """The browsers that may open it."""

    async def choose_code(self, code: str) -> None:
        """Make this the code. ConfigError."""

    async def revoke(self, device: str) -> None:
        """A browser opens it no more. ConfigError."""

    async def lock(self) -> None:
        """Lock now."""


@dataclass(frozen=True)
class TestCard:
    """A card of the demonstration: its name for programs, `ps` or `vitale`, what is said of it."""

    name: str
    slot: str
    about: str


class TestCards(Protocol):
    """The emulated reader's cards; EmulationError."""

    def known(self) -> Sequence[TestCard]:
        """Every card there is."""

    def inside(self) -> dict[str, str]:
        """The card in each slot, "" for none."""

    def insert(self, slot: str, name: str) -> None:
        """Put a card in."""

    def remove(self, slot: str) -> None:
        """Pull it out."""


class SetUpAnew(Protocol):
    """Closes journal and reader, does what is between, opens all by the configuration as it is then."""

    async def __call__(self, between: Callable[[], None] = ...) -> None:
        """Do it; the errors are those of `between`."""


@dataclass
class HalfDone:
    """What one screen began and the next one ends: the lock's new code, a file to be saved under a name, a
    file that came in, the link by which this page was opened to join a practice, a recovery code until she
    says that she has it on paper, what was rebuilt from a copy.
    """

    code: str = field(default="", repr=False)
    to_save: Path | None = None
    name: str = ""
    came: Path | None = None
    link: str = field(default="", repr=False)
    recovery: str = field(default="", repr=False)
    rebuilt: Rebuilt | None = None


@dataclass(frozen=True)
class Setting:
    """`config` is the configuration's file, there or to be; `carrier` leads to a practice's server. In a
    tablet's browser (`is_tablet`) nothing but a server has a copy, `origin` is the one address that the page
    may ask, and a practice that begins needs the page to begin anew.
    """

    config: Path
    door: PageDoor
    set_up_anew: SetUpAnew
    cards: TestCards | None = None
    half_done: HalfDone = field(default_factory=HalfDone)
    carrier: CarrierTo = by_https
    origin: str = ""

    @property
    def is_tablet(self) -> bool:
        """Whether it is the host in the page."""
        return bool(self.origin)

    def link_of(self, text: str) -> JoiningLink:
        """What was scanned or typed: a whole link, or its code where one server alone can be meant.
        ConfigError.
        """
        words = "".join(text.split())
        code = words.replace("-", "").upper().translate(_ALIKE)
        if self.origin and len(code) == CODE_LENGTH and code.isalnum():
            return JoiningLink.parse(f"{self.origin}/#{code}")
        return JoiningLink.parse(words)
