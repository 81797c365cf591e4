"""What a fortnight comes to: what was given for it, and the invoices that left."""

from __future__ import annotations

from dataclasses import dataclass

from ledger import Ledger
from story import Lived

Record = tuple[str, str, str, bytes]
"""A PS, an invoice number, FSE or DRE, and the records that a card signed."""


@dataclass(frozen=True)
class Told:
    """What a fortnight comes to: bytes that the carers gave, the records of every sheet that left, in their
    order, and what was not as the story has it.
    """

    given: int
    records: list[Record]
    wrong: str


def told_of(lived: Lived) -> Told:
    """What it comes to."""
    left = [(one.ps, one.number, one.kind, one.body) for one in Ledger(lived.stage.directory).invoices]
    return Told(lived.stage.bytes_typed, left, "\n".join(lived.wrong))
