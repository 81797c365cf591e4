"""Where the journal's copy stands: whether this device holds the only one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tournee.app.context import Office
from tournee.app.copies.copy_state import CopyFolder


class CopyStanding(StrEnum):
    """`ONLY`: no server has a copy; `CURRENT`: it has all; `BEHIND`: it lacks the last steps; `STOPPED`: it
    takes no more of this journal.
    """

    ONLY = "only"
    CURRENT = "current"
    BEHIND = "behind"
    STOPPED = "stopped"


@dataclass(frozen=True)
class CopyFacts:
    """How the copy stands; the journal's last step, and how many the copy lacks; when it was last brought
    forward (ISO 8601, "": never); the server's word for why it stopped; whether a recovery code opens it.
    """

    standing: CopyStanding
    step: int
    lacking: int
    at: str
    stopped: str = ""
    has_recovery: bool = False


def copy_facts(office: Office) -> CopyFacts:
    """Where the copy of this journal stands."""
    state = CopyFolder(office.journal.db.file).read() if office.courier.knows_again else None
    last = office.journal.db.last_step
    if state is None:
        return CopyFacts(CopyStanding.ONLY, last, last, "")
    coded = bool(state.recovery)
    if state.stopped:
        return CopyFacts(CopyStanding.STOPPED, last, last - state.step, state.at, state.stopped, coded)
    if not state.at:
        return CopyFacts(CopyStanding.ONLY, last, last, "", has_recovery=coded)
    lacking = last - state.step
    standing = CopyStanding.BEHIND if lacking else CopyStanding.CURRENT
    return CopyFacts(standing, last, lacking, state.at, has_recovery=coded)
