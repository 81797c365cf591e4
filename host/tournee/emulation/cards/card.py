"""A virtual card as its contacts show it: raw bytes at the line's speed, faults included; no I/O."""

from collections.abc import Iterable

from tournee.emulation.cards.applications.application import Application
from tournee.emulation.cards.line.contact import Contact
from tournee.emulation.cards.line.convention import INVERSE_TS, convert
from tournee.emulation.cards.line.emission import Emission
from tournee.emulation.cards.line.faults import Fault, FaultyLine
from tournee.emulation.cards.line.style import Style


class VirtualCard:
    """One card, in a slot or not; it keeps its counters and tries from one insertion to the next."""

    def __init__(
        self,
        name: str,
        atr: bytes,
        application: Application,
        *,
        style: Style | None = None,
        faults: Iterable[Fault] = (),
    ) -> None:
        self.name = name
        self.application = application
        self._inverse = atr[0] == INVERSE_TS
        self._contact = Contact(atr, application, style or Style())
        self._line = FaultyLine(faults)
        self._speed = 0

    @property
    def signatures(self) -> int:
        """How many signatures or seals its key has made since it was loaded."""
        return self.application.signatures

    def fail(self, fault: Fault) -> None:
        """Add a scripted fault; it waits for its place."""
        self._line.add(fault)

    def activate(self) -> list[Emission]:
        """Power and cold reset; the ATR."""
        self._line.reset()
        emissions = self._contact.activate()
        self._speed = self._contact.agreed_speed
        return self._shown(emissions)

    def deactivate(self) -> None:
        """Power off."""
        self._contact.deactivate()

    def speed(self, ta1: int) -> None:
        """The line runs at this TA1 value (Fi, Di) from now on; a card hears only the speed it agreed to."""
        self._speed = ta1

    def receive(self, raw: bytes) -> list[Emission]:
        """Take raw bytes from the reader; what the card sends because of them."""
        emissions: list[Emission] = []
        for byte in convert(raw, inverse=self._inverse):
            if self._speed == self._contact.agreed_speed:
                emissions += self._shown(self._contact.receive(byte))
        return emissions

    def _shown(self, emissions: list[Emission]) -> list[Emission]:
        exchange, number = self._contact.exchange, self._contact.exchange_number
        passed = self._line.through(exchange, number, emissions)
        return [Emission(e.delay_ms, convert(e.data, inverse=self._inverse), e.removed) for e in passed]
