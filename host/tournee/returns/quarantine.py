"""A return that cannot be taken in: why and where; kept whole, never in the way of the next."""

from dataclasses import dataclass

from tournee.errors import ReturnsError
from tournee.printable import line


@dataclass(frozen=True)
class Quarantined:
    """A message set aside (OCT-RET-5).

    `reason` is French text for the carer; `where` names the spot: ``message``, ``pièce jointe``,
    ``descellement``, ``décompression``, or a record with its column and byte offset.
    """

    reason: str
    where: str


class DamagedError(ReturnsError):
    """Raised inside this package while a return is read; `take_in` turns it into `Quarantined`."""

    def __init__(self, reason: str, where: str) -> None:
        super().__init__(reason, cause=where)
        self.reason = reason
        self.where = where

    def quarantined(self) -> Quarantined:
        """The verdict this error stands for."""
        return Quarantined(line(self.reason), line(self.where))
