"""A station that provisions readers, one after another on one port, and goes on where it was cut.

A number is written down as pending before its reader gets it, and as made once the reader has answered with
its secret. A pending one is settled by the reader itself: who answers with the secret, or has the number, is
it. A blank reader in its place may be the one of the cut, before it heard its number, or another: only who
stands at the station knows, so it is asked, and no number is ever given to two readers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from tournee.errors import ReaderError, StoreError
from tournee.firmware.sesam import codes
from tournee.maker.shipping.register import MADE, PENDING, WITHDRAWN, MadeReader, ReaderRegister
from tournee.reader.failures import LinkLost, Refused
from tournee.reader.maker import MakerReader
from tournee.reader.transports.open import connect
from tournee.reader.transports.streams import TransportClosed

BLANK, BUSY, ABSENT = "blank", "busy", "absent"

Judge = Callable[[str], bool]
"""Told a pending number while a blank reader is at the port: whether this is the reader of the cut."""

Wait = Callable[[str], None]
"""Called while what is at the port is no blank reader, with what it is: waits, or raises to give up."""


class NotSettled(ReaderError):  # noqa: N818 - what is known
    """A pending number whose reader is not known to be the one at the port."""

    def __init__(self, serial: str) -> None:
        super().__init__(
            f"Le numéro {serial} a peut-être été donné avant la coupure : le lecteur présent est vierge.",
            cause="c’est celui de la coupure, qui n’a rien reçu, ou c’en est un autre",
            next_step="remettez celui de la coupure ; s’il est bien là, relancez avec --same-reader ; "
            "s’il est perdu, retirez ce numéro : tournee-maker register withdraw",
        )


class BatchStep(NamedTuple):
    """A reader of the list is done: its rank from 1, of how many, and whether it was so already."""

    rank: int
    of: int
    reader: MadeReader
    was: bool


@dataclass(frozen=True)
class ProvisioningStation:
    """A port and the register; `same` is asked when a pending number meets a blank reader."""

    port: str
    register: ReaderRegister
    same: Judge = lambda serial: False

    def look(self) -> str:
        """What is at the port: a blank reader, one that has its secret, nothing that answers. ReaderInUse."""
        try:
            connect(self.port).close()  # at once: a reader that is to come is not waited for here
            with MakerReader.open(self.port) as reader:
                return BUSY if reader.state().serial else BLANK
        except Refused as refused:
            if refused.status != codes.UNPROTECTED:
                raise
            return BUSY
        except (TransportClosed, LinkLost):
            return ABSENT

    def provision(self, serial: str) -> MadeReader:
        """Give a number and a secret of its own to the reader at the port, or settle what a cut left open.

        NotSettled; StoreError for a number that was given, the errors of `MakerReader`.
        """
        known = self.register.known(serial)
        if known is not None and known.state == PENDING and self._answers(known):
            return self._confirmed(known)
        with MakerReader.open(self.port) as reader:
            has, board = reader.state().serial, reader.identify().board
            is_pending = known is not None and known.state == PENDING
            if has and not (is_pending and has == serial):
                raise ReaderError(
                    f"Le lecteur présent a déjà un numéro de série : {has}.",
                    next_step="mettez un lecteur vierge, ou remettez celui-ci à neuf",
                )
            if is_pending and not has and not self.same(serial):
                raise NotSettled(serial)
            entry = self.register.begin(serial, board)
            if not has:
                reader.provision(serial, entry.secret)
            reader.restart()
        return self._confirmed(entry)

    def run(self, serials: Iterable[str], wait: Wait) -> Iterator[BatchStep]:
        """Provision a list of numbers, a reader each; those that are made, or withdrawn, are passed over.

        Pending ones come first: a cut left at most one at each station, and its reader is likely there still.
        """
        wanted = list(serials)
        known = {one.serial: one for one in self.register.readers()}
        states = {serial: known[serial].state for serial in wanted if serial in known}
        ranks = {serial: rank for rank, serial in enumerate(wanted, 1)}
        for serial in sorted(wanted, key=lambda one: (states.get(one) != PENDING, ranks[one])):
            if states.get(serial) in (MADE, WITHDRAWN):
                yield BatchStep(ranks[serial], len(wanted), known[serial], was=True)
                continue
            pending = known[serial] if states.get(serial) == PENDING else None
            while (seen := self._seen(pending)) != BLANK:
                wait(seen)
            yield BatchStep(ranks[serial], len(wanted), self.provision(serial), was=False)

    def _seen(self, pending: MadeReader | None) -> str:
        """As `look`; the reader that has a pending number already counts as blank."""
        seen = self.look()
        if seen != BUSY or pending is None:
            return seen
        return BLANK if self._has_number(pending.serial) or self._answers(pending) else BUSY

    def _has_number(self, serial: str) -> bool:
        """Whether the reader at the port has this number, and no secret in force yet."""
        with suppress(ReaderError), MakerReader.open(self.port) as there:
            return there.state().serial == serial
        return False

    def _answers(self, reader: MadeReader) -> bool:
        """Whether the reader at the port has this number and knows its secret."""
        with suppress(ReaderError):
            connect(self.port).close()
            with MakerReader.open(self.port, reader.secret) as there:
                return there.state().serial == reader.serial
        return False

    def _confirmed(self, entry: MadeReader) -> MadeReader:
        with MakerReader.open(self.port, entry.secret) as reader:
            serial, firmware = reader.state().serial, reader.identify().firmware
        if serial != entry.serial:
            raise StoreError(f"Le lecteur répond qu’il est {serial}, et non {entry.serial}.")
        self.register.made(entry.serial, firmware)
        return self.register.find(entry.serial)
