"""PC/SC as a board: the core in a thread, its two slots on the desktop's readers (CPython, pyscard).

    serve(line, open_slots(ps, vitale))     # `line`: a connected socket, the core's link

The program that wants it loads this file and runs `serve` in a thread of its own.

PC/SC hands over whole commands where a board of our own hands over bytes: what drives the line (answer to
reset, PPS, T=0, T=1) is the desktop's, all above is the core's own.
"""

import select
import socket
import threading
import tomllib
from pathlib import Path

from smartcard import scard

from reader.arena import HEADER
from reader.atr import BAD, WHOLE
from reader.channel import Channel
from reader.core import Core
from reader.recognise import kind_of
from reader.sha256 import Sha256
from sesam import codes
from sesam.port import ticks_ms

BOARD = tomllib.loads(Path(__file__).with_name("board.toml").read_text())
PS_KINDS, VITALE_KINDS = (1, 4), (2, 3)  # of `reader.recognise`
_NOWHERE = ("", -1)  # a place is a reader's name and its count of insertions and removals
_BOTH = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_ALIVE_S = 0.25  # between two signs of life while a card works
_PATIENCE = 80  # of them: a driver that gives no answer in 20 s is given up
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
        result, self.context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if result != scard.SCARD_S_SUCCESS:
            raise PcscError("service")

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


class PcscSlot:
    """One slot of the core: the reader of that name, or, with "", the one that holds a card of `kinds`."""

    def __init__(self, readers: Readers, name: str, kinds: tuple) -> None:
        self._readers = readers
        self._name = name
        self._kinds = kinds
        self._seen = _NOWHERE
        self._card = None
        self._pci = 0
        self.block = False  # T=1: a command has its Le behind its data

    def present(self) -> bool:
        """Whether a card is there, and has been since the last call."""
        before, self._seen = self._seen, self._place()
        return self._seen != _NOWHERE and before in (_NOWHERE, self._seen)

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
        result, card, protocol = scard.SCardConnect(
            self._readers.context, self._seen[0], scard.SCARD_SHARE_EXCLUSIVE, _BOTH
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

    def transmit(self, command: bytes, alive: object) -> tuple:
        """Send a command; what the service says, and the answer with its status word.

        A driver that gives no answer in 20 s keeps its card: nothing else can be asked of it.
        """
        said = []
        given = (self._card, self._pci, list(command))
        worker = threading.Thread(target=lambda: said.append(scard.SCardTransmit(*given)), daemon=True)
        worker.start()
        for _ in range(_PATIENCE):
            worker.join(_ALIVE_S)
            if said:
                return said[0]
            alive()
        self._card = None
        return scard.SCARD_E_TIMEOUT, []

    def deactivate(self) -> None:
        """Power off, and leave the reader to others."""
        if self._card is not None:
            scard.SCardDisconnect(self._card, scard.SCARD_UNPOWER_CARD)
            self._card = None


class Apdus:
    """The protocol of a PC/SC slot: whole commands (see `reader.channel`)."""

    def __init__(self, slot: PcscSlot, arena: object, alive: object) -> None:
        self._slot = slot
        self._alive = alive
        self.response = arena.response
        self.length = 0
        self.sw = 0

    def exchange(self, header: bytearray, lc: int, le: int) -> int:
        """One command (5.1 of ISO 7816-4 over T=1, P3 for either length over T=0)."""
        command = bytes(header[: HEADER - 1])
        if lc:
            command += bytes((lc,)) + bytes(header[HEADER : HEADER + lc])
        if le > 0 and (self._slot.block or not lc):
            command += bytes((le & 255,))
        elif not lc and not self._slot.block:
            command += b"\0"
        result, answer = self._slot.transmit(command, self._alive)
        if result != scard.SCARD_S_SUCCESS:
            return status_of(result)
        room = min(max(le, 0), len(self.response) - self.length)
        if not 2 <= len(answer) <= room + 2:
            return codes.CARD_PROTOCOL
        self.response[self.length : self.length + len(answer) - 2] = bytes(answer[:-2])
        self.length += len(answer) - 2
        self.sw = answer[-2] << 8 | answer[-1]
        return 0


class PcscChannel(Channel):
    """A channel whose card is reset by PC/SC and takes whole commands."""

    def __init__(self, slot: PcscSlot, arena: object, clock_khz: int, ticks: object, alive: object) -> None:
        Channel.__init__(self, slot, arena, clock_khz, ticks, alive)
        self._protocol = Apdus(slot, arena, alive)

    def reset(self) -> int:
        """Power, answer to reset and protocol, all by PC/SC."""
        status = self._slot.connect(self.atr)
        self.powered = True
        return status


class SocketStream:
    """The core's link."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def read(self, buf: bytearray, timeout_ms: int) -> int:
        """Bytes read within `timeout_ms`; 0: none came; -1: the other end is closed for good."""
        if not select.select([self._line], [], [], timeout_ms / 1000)[0]:
            return 0
        try:
            return self._line.recv_into(buf) or -1
        except ConnectionError:
            return -1

    def write(self, buf: bytearray, start: int, n: int) -> int:
        """Bytes written."""
        try:
            return self._line.send(memoryview(buf)[start : start + n])
        except OSError:
            return 0


def status_of(result: int) -> int:
    """Return the core's status for what PC/SC says."""
    return _STATUSES.get(result, codes.CARD_COMMUNICATION)


def open_slots(ps: str = "", vitale: str = "") -> tuple:
    """Find the two readers, by parts of their names or, with "", by the cards that they hold; PcscError."""
    readers = Readers()
    if not readers.names():
        raise PcscError("readers")
    return (
        PcscSlot(readers, ps and readers.named(ps), PS_KINDS),
        PcscSlot(readers, vitale and readers.named(vitale), VITALE_KINDS),
    )


def serve(line: socket.socket, slots: tuple) -> None:
    """Run the core until the link is closed; the cards are left without power."""
    name = BOARD["name"].encode()
    core = Core(
        SocketStream(line), slots, ticks_ms, Sha256, name, BOARD["link"]["message"], 0, channel=PcscChannel
    )
    try:
        core.run()
    finally:
        for slot in slots:
            slot.deactivate()
        line.close()
