"""What a card application is to the transmission protocol: commands in, data and status out."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Command:
    """One command as T=0 carries it: `data` received, `le` bytes asked (1..256) when the card is to send."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """Status word and the data that go with it; `worked` when the card computed for long."""

    status: int
    data: bytes = b""
    worked: bool = False


OK = Response(0x9000)


class Application(Protocol):
    """A card's behaviour above T=0."""

    @property
    def signatures(self) -> int:
        """How many signatures or seals the card's key has made since it was loaded."""

    def reset(self) -> None:
        """Forget what a cold reset forgets: selection, presented code, prepared hash."""

    def refusal(self, cla: int, ins: int) -> int:
        """Status that refuses this class or instruction on sight of the header, 0 when it is known."""

    def sends(self, cla: int, ins: int) -> bool:
        """Whether P3 of this command is the length that the card sends (ISO 7816-3 10.3.2)."""

    def execute(self, command: Command) -> Response:
        """Carry the command out; never raises on what a reader can send."""
