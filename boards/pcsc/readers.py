"""The desktop's readers, as PC/SC tells of them, and the slots that the core has on them."""

import threading

from smartcard import scard

from reader.cards.recognise import kind_of
from reader.transmission.atr import BAD, WHOLE
from sesam import codes

PS_KINDS, VITALE_KINDS = (1, 4), (2, 3)  # of `reader.cards.recognise`
_NOWHERE = ("", -1)  # a place is a reader's name and its count of insertions and removals
_BOTH = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_ALIVE_S = 0.25  # between two signs of life while a card works
_PATIENCE = 80  # of them: a driver that gives no answer in 20 s is given up
_POLL_MS = 500  # pcscd looks at a reader without interrupts every 400 ms
_STATUSES = {
    scard.SCARD_E_SHARING_VIOLATION: codes.IN_USE,
    scard.SCARD_E_NO_SMARTCARD: codes.CARD_REMOVED,
    scard.SCARD_W_REMOVED_CARD: codes.CARD_REMOVED,
    scard.SCARD_W_RESET_CARD: codes.CARD_REMOVED,  # by another program: what the card knew is gone
    scard.SCARD_E_READER_UNAVAILABLE: codes.CARD_REMOVED,
    scard.SCARD_E_UNKNOWN_READER: codes.CARD_REMOVED,
    scard.SCARD_W_UNPOWERED_CARD: codes.CARD_SILENT,
    scard.SCARD_W_UNRESPONSIVE_CARD: codes.CARD_SILENT,
    scard.SCARD_E_TIMEOUT: codes.CARD_SILENT,
    scard.SCARD_E_PROTO_MISMATCH: codes.CARD_PROTOCOL,
}


class PcscError(Exception):
    """PC/SC cannot serve: `reason` is `service`, `readers` (none is there) or `name`, `names` the readers."""

    def __init__(self, reason: str, names: tuple = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.names = names


class Readers:
    """The desktop's readers and what they hold."""

    def __init__(self) -> None:
        self.context = new_context()

    def close(self) -> None:
        """Leave the service."""
        if self.context is not None:
            scard.SCardReleaseContext(self.context)
            self.context = None

    def names(self) -> list:
        """Names of the readers, in the service's order."""
        result, names = scard.SCardListReaders(self.context, [])
        return names if result == scard.SCARD_S_SUCCESS else []

    def named(self, part: str) -> str:
        """The one reader whose name holds `part`; PcscError."""
        names = self.names()
        found = [name for name in names if name == part] or [
            name for name in names if part.casefold() in name.casefold()
        ]
        if len(found) != 1:
            raise PcscError("name" if names else "readers", tuple(names))
        return found[0]

    def held(self) -> dict:
        """Of each reader that holds a card: its count of insertions and removals, and the card's kind."""
        names = self.names()
        asked = [(name, scard.SCARD_STATE_UNAWARE) for name in names]
        result, states = scard.SCardGetStatusChange(self.context, 0, asked) if asked else (1, [])
        if result != scard.SCARD_S_SUCCESS:
            return {}
        return {
            name: (state >> 16, kind_of(atr, len(atr)))
            for name, state, atr in states
            if state & scard.SCARD_STATE_PRESENT
        }

    def emptied(self, name: str) -> bool:
        """Whether a reader has no card, or has none within half a second."""
        asked = [(name, scard.SCARD_STATE_PRESENT)]
        result, states = scard.SCardGetStatusChange(self.context, _POLL_MS, asked)
        return result == scard.SCARD_S_SUCCESS and not states[0][1] & scard.SCARD_STATE_PRESENT


class PcscSlot:
    """One slot of the core: the reader of that name, or, with "", the one that holds a card of `kinds`."""

    def __init__(self, readers: Readers, name: str, kinds: tuple) -> None:
        self._readers = readers
        self._name = name
        self._kinds = kinds
        self._seen = _NOWHERE
        self._context = None  # its own: a context is deaf while a card of it works
        self._card = None
        self._work = None  # the last command
        self._pci = 0
        self.block = False  # T=1: a command has its Le behind its data

    def present(self) -> bool:
        """Whether a card is there, and has been since the last call."""
        before, self._seen = self._seen, self._place()
        return self._seen != _NOWHERE and before in (_NOWHERE, self._seen)

    def leaving(self) -> bool:
        """Whether the card is gone: a service that polls its readers may take a moment to know."""
        return self._readers.emptied(self._seen[0])

    def _place(self) -> tuple:
        """Where the slot is now: a reader that holds a card, and its count."""
        held = self._readers.held()
        if self._name:
            return (self._name, held[self._name][0]) if self._name in held else _NOWHERE
        ours = [name for name, (_, kind) in held.items() if kind in self._kinds]
        if not ours and self._takes_strangers(held):
            ours = [name for name, (_, kind) in held.items() if not kind]
        if not ours:
            return _NOWHERE
        name = self._seen[0] if self._seen[0] in ours else ours[0]
        return name, held[name][0]

    def _takes_strangers(self, held: dict) -> bool:
        """A card of no known kind is the PS's for want of one; where that is there, it is the patient's."""
        return self._kinds is PS_KINDS or any(kind in PS_KINDS for _, kind in held.values())

    def connect(self, atr: object) -> int:
        """Power the card, for the core alone, and take its answer to reset; 0 or a status."""
        if self._work is not None and self._work.is_alive():  # a driver still owes an answer
            return codes.CARD_SILENT
        try:
            self._context = self._context or new_context()
        except PcscError:  # the service has ended since
            return codes.CARD_COMMUNICATION
        result, card, protocol = scard.SCardConnect(
            self._context, self._seen[0], scard.SCARD_SHARE_EXCLUSIVE, _BOTH
        )
        if result != scard.SCARD_S_SUCCESS:
            return status_of(result)
        self._card = card
        self.block = protocol == scard.SCARD_PROTOCOL_T1
        self._pci = scard.SCARD_PCI_T1 if self.block else scard.SCARD_PCI_T0
        result, _, _, _, raw = scard.SCardStatus(card)
        if result != scard.SCARD_S_SUCCESS:
            return status_of(result)
        atr.clear()
        state = BAD
        for byte in raw:
            state = atr.feed(byte)
        return 0 if state == WHOLE else codes.CARD_COMMUNICATION

    def transmit(self, command: bytearray, alive: object) -> tuple:
        """Send a command, and overwrite it; what the service says, and the answer with its status word.

        A driver that gives no answer in 20 s keeps its card: nothing else can be asked of it.
        """
        work = _Work(self._context, self._card, self._pci, command)
        command[:] = bytes(len(command))
        self._work = work
        work.start()
        for _ in range(_PATIENCE):
            work.join(_ALIVE_S)
            if work.said:
                return work.said
            alive()
        self._card = self._context = None
        return work.give_up()

    def deactivate(self) -> None:
        """Power off, and leave the reader to others."""
        if self._card is not None:
            scard.SCardDisconnect(self._card, scard.SCARD_UNPOWER_CARD)
            self._card = None

    def close(self) -> None:
        """Leave card and service."""
        self.deactivate()
        if self._context is not None:
            scard.SCardReleaseContext(self._context)
        self._readers.close()


class _Work(threading.Thread):
    """One command on its way, in a thread of its own; `said` is what came of it. Given up, it leaves the card
    itself once the driver lets go."""

    def __init__(self, context: object, card: object, pci: object, command: bytearray) -> None:
        super().__init__(name="pcsc command", daemon=True)
        self.said = ()
        self._context = context
        self._given = (card, pci, list(command))
        self._lock = threading.Lock()
        self._given_up = False

    def run(self) -> None:
        said = scard.SCardTransmit(*self._given)
        with self._lock:
            self.said = said
            late = self._given_up
        if late:
            scard.SCardDisconnect(self._given[0], scard.SCARD_UNPOWER_CARD)
            scard.SCardReleaseContext(self._context)

    def give_up(self) -> tuple:
        """Wait no more; what is to be told."""
        with self._lock:
            self._given_up = not self.said
        return self.said or (scard.SCARD_E_TIMEOUT, [])


def new_context() -> object:
    """Return a connection to the service; PcscError."""
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        raise PcscError("service")
    return context


def status_of(result: int) -> int:
    """Return the core's status for what PC/SC says."""
    return _STATUSES.get(result, codes.CARD_COMMUNICATION)
