"""The status bar: the simulation's mark, code, reader, network, and how much waits in À régler."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tournee.app.cards import PsOnDuty
from tournee.app.context import Office
from tournee.errors import ConfigError
from tournee.web.face import Face
from tournee.web.live.reader_seen import LinkState, ReaderSeen


async def status_bar(face: Face) -> dict[str, Any]:
    """What the shell shows of it: words and switches."""
    state = face.watch.state
    return {
        "loin": state.link is LinkState.FAR,
        "verrouille": state.link is LinkState.HERE and state.ps is not None and state.unlocked is None,
        "code": _kept_until(state, face.watch.code_kept),
        "lecteur": _reader(state),
        "horsReseau": face.evening.offline,
        "copie": _copy(face),
        "essai": face.setting is not None and face.setting.cards is not None,
        "aRegler": await _to_settle(face),
    }


async def _to_settle(face: Face) -> int:
    try:
        return await face.ports.ask_journal(lambda office: to_settle_count(office, face.watch.state.ps))
    except ConfigError:  # the practice is not begun yet
        return 0


def to_settle_count(office: Office, ps: PsOnDuty | None) -> int:
    """How many things wait in À régler for the carer whose work is shown."""
    from tournee.app.bedside.carer import carer_shown
    from tournee.app.to_settle import count_to_settle

    return count_to_settle(office, carer_shown(office, ps))


def _copy(face: Face) -> str:
    """A word of the copy while it is not as it should be; on a tablet, of there being none too."""
    seen = face.copying.seen
    if seen is not None:
        return "" if seen.is_safe else seen.words
    return "Seule copie" if face.setting is not None and face.setting.is_tablet else ""


def _kept_until(state: ReaderSeen, kept: timedelta) -> str:
    return f"{state.unlocked + kept:%H:%M}" if state.unlocked else ""


def _reader(state: ReaderSeen) -> str:
    if state.link is LinkState.NONE:
        return "Aucun lecteur"
    return f"{state.battery} %" if state.battery is not None else "Relié"
