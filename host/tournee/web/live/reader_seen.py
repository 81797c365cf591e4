"""The reader and its cards as the page last saw them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from tournee.app.cards import PsOnDuty, VitaleInReader
from tournee.errors import TourneeError
from tournee.reader import PsState


class LinkState(Enum):
    """Where the reader is."""

    NONE = "none"  # never reached since the page stands
    HERE = "here"
    FAR = "far"


@dataclass(frozen=True)
class ReaderSeen:
    """`unlocked` is when the code porteur was given, None while the card waits for it; `problem` is why a
    card could not be read. `phone` is a patient's phone that was read: it is the `vitale` as long as no card
    is in.
    """

    link: LinkState = LinkState.NONE
    label: str = ""
    battery: int | None = None
    ps_state: PsState = PsState.ABSENT
    ps: PsOnDuty | None = None
    unlocked: datetime | None = None
    has_vitale: bool = False
    vitale: VitaleInReader | None = None
    read_at: datetime | None = None
    phone: VitaleInReader | None = None
    problem: TourneeError | None = None


@dataclass(frozen=True)
class CardLeads:
    """The screen that a card opens, "" for none, and whose card it is, in words."""

    address: str = ""
    whose: str = field(default="", repr=False)
