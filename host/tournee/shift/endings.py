"""Why a shift ended, in the carer's words, and the note that tells it to the next command."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path

from tournee.errors import ReaderError
from tournee.files import read_bounded, write_whole

_NOTE_MAX = 1_024
_NEWS_S = 12 * 3_600  # a shift that ended longer ago is no news


class Reason(StrEnum):
    """What ended a shift."""

    CLOSED = "closed"
    LOCKED = "locked"
    IDLE = "idle"
    MAXIMUM = "maximum"
    CARD = "card"
    LINK = "link"
    RESTART = "restart"
    SUSPENDED = "suspended"
    STOPPED = "stopped"


TOLD = {
    Reason.CLOSED: "vous l’avez fermée",
    Reason.LOCKED: "l’écran a été verrouillé",
    Reason.IDLE: "rien n’a été demandé pendant le temps choisi",
    Reason.MAXIMUM: "sa durée la plus longue est passée",
    Reason.CARD: "la carte du professionnel a été retirée ou verrouillée",
    Reason.LINK: "la liaison avec le lecteur s’est perdue",
    Reason.RESTART: "le lecteur a redémarré, ou un autre poste l’a pris",
    Reason.SUSPENDED: "l’appareil s’est mis en veille",
    Reason.STOPPED: "son programme s’est arrêté sans prévenir",
}


@dataclass(frozen=True)
class Ending:
    """Why a shift ended and when (seconds of the calendar, 0: nobody knows)."""

    reason: Reason
    at: float = 0.0

    def told(self, zone: tzinfo | None = None) -> str:
        """In French, as a sentence; with the hour where a time zone is given to tell it in."""
        when = ""
        if self.at and zone is not None:
            with suppress(OverflowError, ValueError, OSError):  # a note that somebody else wrote
                when = f" à {datetime.fromtimestamp(self.at, zone):%H:%M}"
        return f"La vacation a pris fin{when} : {TOLD[self.reason]}."


class ShiftEnded(ReaderError):  # noqa: N818 - the names of these say what happened
    """The shift is over; what was asked of it meanwhile was not done, or may be asked again."""

    remedy = "open-shift"

    def __init__(self, ending: Ending) -> None:
        super().__init__(
            ending.told(),
            next_step="ouvrez une vacation ou donnez le code porteur, puis recommencez ; rien n’est signé "
            "deux fois",
        )
        self.ending = ending


def write_note(path: Path, shift: str, ending: Ending) -> None:
    """Leave word of the end of the shift of this name; where that cannot be written, none."""
    told = {"shift": shift, "reason": ending.reason, "at": int(ending.at)}
    with suppress(OSError):
        write_whole(path, json.dumps(told).encode())


def read_note(path: Path, shift: str = "") -> Ending | None:
    """What the note says of the shift of this name, or of the last one where the carer did not close it."""
    try:
        told = json.loads(read_bounded(path, _NOTE_MAX))
        ending = Ending(Reason(told["reason"]), float(told["at"]))
        whose = told["shift"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if shift:
        return ending if shift == whose else None
    news = ending.reason != Reason.CLOSED and 0 <= time.time() - ending.at <= _NEWS_S
    return ending if news else None
