"""What the reader tells: who it is, what its slots hold, what the cards say, what it has signed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from tournee.firmware.sesam import codes
from tournee.formats import zones
from tournee.formats.errors import SesamError
from tournee.formats.zones import Group
from tournee.reader.failures import failure_of_status


@dataclass(frozen=True)
class Identity:
    """The reader: its firmware, board, profile, memory in bytes (in all, now, at most), slots and clock."""

    firmware: str
    board: str
    profile: str
    heap_size: int
    heap_used: int
    heap_peak: int
    slots: int
    date: str
    """AAAAMMJJHHMM, empty when the clock is not set."""


class PsState(IntEnum):
    """What the slot of the PS's card holds."""

    ABSENT = 0
    PRESENT = 1
    UNLOCKED = 2


PS_ABSENT, PS_PRESENT, PS_UNLOCKED = PsState


@dataclass(frozen=True)
class CardsState:
    """What the slots hold."""

    ps: PsState
    vitale: bool


@dataclass(frozen=True)
class PsCard:
    """The PS's card: its zones' groups, the zones' bytes, and its X.509 certificate in DER."""

    groups: tuple[Group, ...] = field(repr=False)
    zone: bytes = field(repr=False)
    certificate: bytes = field(repr=False)


@dataclass(frozen=True)
class VitaleCard:
    """The Vitale card: groups 101 to 111, their bytes, and the card's X.509 certificate in DER."""

    groups: tuple[Group, ...] = field(repr=False)
    zone: bytes = field(repr=False)
    certificate: bytes = field(repr=False)


@dataclass(frozen=True)
class FilterState:
    """The reader's filter of the opposition list: its bytes, and the number of the list in force, 0 for
    none.
    """

    size: int
    number: int


@dataclass(frozen=True)
class Seal:
    """What the Vitale card made alone, at the bedside, and the SHA-256 of what it covers."""

    seal: bytes
    digest: bytes


@dataclass(frozen=True)
class Certification:
    """What the cards signed: the PS's signature, the Vitale seal where it was made at once, the SHA-256."""

    signature: bytes
    seal: bytes | None
    digest: bytes


KnownCertificate = Callable[[tuple[Group, ...]], bytes | None]
"""The certificate (DER) of the card that has this zone, where its reader knows it already."""


def groups_of(zone: bytes) -> tuple[Group, ...]:
    """The groups of a card's zone; a zone that is none is the card's failure."""
    try:
        return tuple(zones.decode(zone))
    except SesamError as error:
        raise failure_of_status(codes.CARD_COMMUNICATION) from error
