"""PC/SC as a board: the core in a process of its own, two slots on the desktop's readers (CPython, pyscard).

    serve(line, open_slots(ps, vitale))     # `line`: a connected socket, the core's link

`launch.py` starts it. PC/SC hands over whole commands where a board of our own hands over bytes: what drives
the line (answer to reset, PPS, T=0, T=1) is the desktop's, all above is the core's own.
"""

import logging
import select
import socket
import tomllib
from pathlib import Path

from readers import PS_KINDS, VITALE_KINDS, PcscError, PcscSlot, Readers, status_of
from smartcard import scard

from reader.arena import HEADER
from reader.core import Core
from reader.crypto.sha256 import Sha256
from reader.transmission.channel import Channel
from sesam import codes
from sesam.port import ticks_ms

_TRAFFIC = 5  # tournee.logs
_log = logging.getLogger("tournee.boards.pcsc")

BOARD = tomllib.loads(Path(__file__).with_name("board.toml").read_text())


class Apdus:
    """The protocol of a PC/SC slot: whole commands (see `reader.transmission.channel`)."""

    def __init__(self, slot: PcscSlot, arena: object, alive: object) -> None:
        self._slot = slot
        self._alive = alive
        self.response = arena.response
        self.length = 0
        self.sw = 0

    def exchange(self, header: bytearray, lc: int, le: int) -> int:
        """One command (5.1 of ISO 7816-4 over T=1, P3 for either length over T=0)."""
        command = header[: HEADER - 1]
        if lc:
            command.append(lc)
            command += header[HEADER : HEADER + lc]
        if le > 0 and (self._slot.block or not lc):
            command.append(le & 255)
        elif not lc and not self._slot.block:
            command.append(0)
        result, answer = self._slot.transmit(command, self._alive)
        if result == scard.SCARD_E_NOT_TRANSACTED or (result == scard.SCARD_S_SUCCESS and not answer):
            return codes.CARD_REMOVED if self._slot.leaving() else codes.CARD_SILENT
        if result != scard.SCARD_S_SUCCESS:
            return status_of(result)
        room = min(max(le, 0), len(self.response) - self.length)
        if not 2 <= len(answer) <= room + 2:
            return codes.CARD_PROTOCOL
        self.response[self.length : self.length + len(answer) - 2] = bytes(answer[:-2])
        self.length += len(answer) - 2
        self.sw = answer[-2] << 8 | answer[-1]
        head = bytes(header[:4]).hex(" ")
        _log.log(_TRAFFIC, "APDU %s, %d bytes in, %d out, SW %04x", head, lc, len(answer) - 2, self.sw)
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
            slot.close()
        line.close()
