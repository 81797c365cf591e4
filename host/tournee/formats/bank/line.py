"""What a statement says, whatever file it came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tournee.errors import AccountsError


class BankFileError(AccountsError):
    """A file is no statement that can be read."""


@dataclass(frozen=True)
class BankLine:
    """A movement of the account: its day, cents (below 0: paid out), what the bank says of it; `number` is
    the bank's own for it, "" where the file has none.
    """

    day: date
    cents: int
    words: str = field(repr=False)
    number: str = ""


@dataclass(frozen=True)
class Skipped:
    """A line of the file, by its number, that was not read, and why in French."""

    line: int
    why: str


@dataclass(frozen=True)
class Statement:
    """All that a file says: `form` is CSV or OFX."""

    form: str
    lines: tuple[BankLine, ...]
    skipped: tuple[Skipped, ...] = ()
