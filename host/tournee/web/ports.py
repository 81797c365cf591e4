"""What differs by where the page stands: how the journal is asked, the reader run, files sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from tournee.app.context import Office
from tournee.reader import LinkLost, Reader

Found = TypeVar("Found")


class PageUnlinked(LinkLost):
    """No page has the reader linked, nor is one looking for it."""

    def __init__(self) -> None:
        super().__init__()
        self.args = ("Le lecteur n’est pas relié à cette page.",)
        self.message = "Le lecteur n’est pas relié à cette page."
        self.cause = "la page vient d’être ouverte, ou le lecteur a été débranché"
        self.next_step = "allumez le lecteur, puis reliez-le"


class Ports(Protocol):
    """Work is a plain function, run to its end where that may be; its errors are those of the function.

    Two works of one kind never run at once. A work on the reader, or over the network, has an office of its
    own, for it may take long and pages are read meanwhile.
    """

    async def ask_journal(self, work: Callable[[Office], Found]) -> Found:
        """Run `work` with the journal open."""

    async def run_reader(self, work: Callable[[Office, Reader], Found]) -> Found:
        """Run `work` with the shift's one reader, connected when it is not yet. ReaderError."""

    async def run_courier(self, work: Callable[[Office], Found]) -> Found:
        """Run `work` that goes over the network, with an office of its own."""

    async def let_reader_go(self) -> None:
        """Close the reader's session: the professional's card is locked again."""
