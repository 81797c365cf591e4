"""A card's side of its contacts (ISO 7816-3 6 to 9): answer to reset, PPS, then the protocol agreed on."""

from dataclasses import dataclass
from typing import Protocol

from tournee.emulation.cards.applications.application import Application
from tournee.emulation.cards.line.emission import Emission
from tournee.emulation.cards.line.style import Style
from tournee.emulation.cards.line.t0 import T0Engine
from tournee.emulation.cards.line.t1 import BlockSettings, T1Engine

_PPSS = 0xFF
_DEFAULT_SPEED = 0x11
_OFF, _FIRST, _PPS, _TALKING = range(4)


@dataclass(frozen=True)
class Offer:
    """What an answer to reset offers: protocols in its order, its speed, whether PPS is out of the
    question (specific mode), and how it would run T=1."""

    protocols: tuple[int, ...]
    ta1: int
    specific: bool
    blocks: BlockSettings


class Engine(Protocol):
    """One protocol, from the card's side."""

    exchange: str
    exchange_number: int

    def begin(self) -> None:
        """The protocol starts."""

    def receive(self, byte: int) -> list[Emission]:
        """One logical byte from the reader; what it causes, often nothing."""


class Contact:
    """One card's end of its line: a byte in, emissions out.

    `exchange` names what the emissions of the last byte belong to: `atr`, `pps`, or what the protocol says;
    `exchange_number` counts exchanges since the contact was made.
    """

    def __init__(self, atr: bytes, application: Application, style: Style) -> None:
        self.agreed_speed = _DEFAULT_SPEED
        self._atr = atr
        self._offer = read_offer(atr)
        self._application = application
        self._style = style
        self._engines: dict[int, Engine] = {
            0: T0Engine(application, style),
            1: T1Engine(application, style, self._offer.blocks),
        }
        self._engine = self._engines[0]
        self._state = _OFF
        self._request = bytearray()
        self._own = "atr"
        self._own_number = 0

    @property
    def exchange(self) -> str:
        """What the last emissions belong to."""
        return self._engine.exchange if self._state == _TALKING and not self._own else self._own

    @property
    def exchange_number(self) -> int:
        """How many exchanges there have been, on both protocols and before them."""
        return self._own_number + sum(engine.exchange_number for engine in self._engines.values())

    def activate(self) -> list[Emission]:
        """Cold reset: everything volatile is forgotten and the ATR follows."""
        self._application.reset()
        self._state = _FIRST
        self._request.clear()
        self.agreed_speed = self._offer.ta1 if self._offer.specific else _DEFAULT_SPEED
        self._begin("atr")
        return [Emission(0, self._atr)]

    def deactivate(self) -> None:
        """Power off: the card hears nothing until the next `activate`."""
        self._state = _OFF

    def receive(self, byte: int) -> list[Emission]:
        """Take one logical byte from the reader; the emissions it causes, often none."""
        if self._state == _OFF:
            return []
        if self._state == _FIRST:
            if byte == _PPSS and not self._offer.specific:
                self._state = _PPS
            else:
                self._talk(self._offer.protocols[0])
        if self._state == _PPS:
            return self._pps(byte)
        self._own = ""
        return self._engine.receive(byte)

    def _begin(self, exchange: str) -> None:
        self._own = exchange
        self._own_number += 1

    def _talk(self, protocol: int) -> None:
        self._state = _TALKING
        self._engine = self._engines.get(protocol, self._engines[0])
        self._engine.begin()

    def _pps(self, byte: int) -> list[Emission]:
        self._request.append(byte)
        request = bytes(self._request)
        if len(request) < 2 or len(request) < 3 + (request[1] >> 4 & 7).bit_count():
            return []
        self._request.clear()
        protocol = request[1] & 0x0F
        self._talk(self._offer.protocols[0])
        self._begin("pps")
        if _exclusive_or(request) or protocol not in self._offer.protocols or self._style.pps == "silent":
            return []  # a wrong PCK or another protocol: no answer, ISO 7816-3 9.3
        self._talk(protocol)
        if self._style.pps == "default" or not request[1] & 0x10 or request[2] != self._offer.ta1:
            return [Emission(0, _with_check(bytes((_PPSS, protocol))))]
        self.agreed_speed = request[2]
        return [Emission(0, _with_check(bytes((_PPSS, 0x10 | protocol, request[2]))))]


def read_offer(atr: bytes) -> Offer:
    """Read what an answer to reset offers (ISO 7816-3 8.2); a damaged one is read as far as it goes."""
    found: dict[str, int] = {}
    protocols: list[int] = []
    indicator, at, level, protocol = atr[1], 2, 1, 0
    while at <= len(atr):
        for bit, name in ((0x10, "TA"), (0x20, "TB"), (0x40, "TC"), (0x80, "TD")):
            if indicator & bit and at < len(atr):
                known = f"{name}{level}" if level < 3 else f"{name} T={protocol}"
                found.setdefault(known, atr[at])
                at += 1
        if not indicator & 0x80 or at == len(atr):
            break
        indicator, level = atr[at - 1], level + 1
        protocol = indicator & 15
        if protocol not in (*protocols, 15):
            protocols.append(protocol)
    waits = found.get("TB T=1", 0x4D)
    return Offer(
        protocols=tuple(protocols) or (0,),
        ta1=found.get("TA1", _DEFAULT_SPEED),
        specific="TA2" in found,
        blocks=BlockSettings(
            found.get("TA T=1", 32), waits >> 4, waits & 15, found.get("TC T=1", 0) & 1 == 1
        ),
    )


def _exclusive_or(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check


def _with_check(data: bytes) -> bytes:
    return data + bytes((_exclusive_or(data),))
