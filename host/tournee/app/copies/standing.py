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
    """How the copy stands; how many steps it lacks; when it was last brought forward (ISO 8601, "": never);
    the server's word for why it stopped.
    """

    standing: CopyStanding
    lacking: int
    at: str
    stopped: str = ""


def copy_facts(office: Office) -> CopyFacts:
    """Where the copy of this journal stands."""
    state = CopyFolder(office.journal.path).read()
    last = office.journal.db.last_step
    if not office.courier.knows_again:
        return CopyFacts(CopyStanding.ONLY, last, "")
    if state is None:
        return CopyFacts(CopyStanding.ONLY, last, "")
    if state.stopped:
        return CopyFacts(CopyStanding.STOPPED, last - state.step, state.at, state.stopped)
    if not state.at:
        return CopyFacts(CopyStanding.ONLY, last, "")
    lacking = last - state.step
    return CopyFacts(CopyStanding.BEHIND if lacking else CopyStanding.CURRENT, lacking, state.at)
