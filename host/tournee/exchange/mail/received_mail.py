"""What every mailbox gives: letters, one at a time, and the promise to let go only of what is journaled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from tournee.errors import ExchangeError

Known = Callable[[str], bool]


class MailboxError(ExchangeError):
    """The mailbox answered that it cannot be opened or read."""


@dataclass(frozen=True)
class Letter:
    """One waiting message. `key` names it in its mailbox, the same at each visit; `raw` is every byte of it.

    When it could not be taken, `raw` is empty and `problem` says why, in French; it stays where it is.
    """

    key: str
    raw: bytes = b""
    problem: str = ""


class OpenMailbox(Protocol):
    """A mailbox that is open: take letters, acknowledge those that are journaled, close.

    Raises UnreachableError when the link breaks and MailboxError when the server refuses; what was
    acknowledged before `close` returned is done, anything else will be shown again.
    """

    def letters(self, known: Known = ...) -> Iterator[Letter]:
        """Each waiting message once, oldest first; those whose key is `known` are not fetched again."""

    def acknowledge(self, letter: Letter) -> None:
        """The letter is journaled: delete it, or mark it as seen where the route keeps its mail."""

    def close(self) -> None:
        """Make the deletions final and leave. Called once, also after an error: it does what still can be."""


def too_large(size: int, largest: int) -> str:
    """The problem of a message beyond the bound, sizes in bytes."""
    return f"message trop grand ({size} octets, au plus {largest}) : il est laissé dans la boîte"


def unvisited() -> Letter:
    """What stands for the letters that a visit had no time or bytes for."""
    return Letter("", problem="la boîte est trop pleine pour une seule relève : relevez-la de nouveau")
