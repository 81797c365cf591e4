"""The agent's process, which `opening` starts with one end of a socket as its only argument."""

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from tournee.billing.zones.card import ps_from_groups
from tournee.core_dumps import forbid_dumps
from tournee.errors import TourneeError
from tournee.reader import Reader
from tournee.reader.transports.holders import locked_by
from tournee.shift.agent import About, Agent
from tournee.shift.endings import Reason, write_note
from tournee.shift.failures import as_values
from tournee.shift.frames import FrameKind, LineLost, LocalLine, text_of, told
from tournee.shift.paths import ShiftPaths, ShiftUnavailable
from tournee.shift.screen_lock import watch_screen
from tournee.shift.terms import IDLE_BOUNDS, MAXIMUM_BOUNDS, MachineTime, Terms

_START_S = 10.0
_CODE_S = 180.0  # somebody types four digits
_WAITING = 16  # connections


def main() -> None:
    """Serve one shift; ends with it."""
    forbid_dumps()
    os.umask(0o077)
    control = LocalLine(socket.socket(fileno=int(sys.argv[1])))
    try:
        asked = told(control.receive(_START_S)[1])
        paths = ShiftPaths.of(text_of(asked, "port"))
        paths.make()
        with paths.locked() as alone:
            if not alone:
                raise _open_already(text_of(asked, "port"), paths)
            _serve(control, asked, paths)
    except TourneeError as error:
        with suppress(LineLost):
            control.tell(FrameKind.FAILED, **as_values(error))
    except LineLost:  # the command that opened it is gone
        pass
    os._exit(0)  # whatever thread still waits for a reader


def _open_already(port: str, paths: ShiftPaths) -> ShiftUnavailable:
    return ShiftUnavailable(
        f"Une vacation est déjà ouverte, ou s’ouvre, sur ce lecteur ({port}).",
        cause=locked_by(str(paths.lock)),
        next_step="utilisez-la, ou fermez-la d’abord",
        remedy="close-shift",
    )


def _serve(control: LocalLine, asked: dict[str, Any], paths: ShiftPaths) -> None:
    port = text_of(asked, "port")
    secret = bytes.fromhex(text_of(asked, "secret")) or None
    agents: list[Agent] = []

    def reach(there: bool) -> None:
        for one in agents:
            one.tell_reach(there)

    reader = Reader.open(port, secret, reach)
    try:
        holder = ps_from_groups(reader.read_ps_card().groups)
        name = f"{holder.first_name} {holder.name}".title()
        control.tell(FrameKind.HERE, name=name, number=holder.billing_number)
        kind, code = control.receive(_CODE_S)
        if kind != FrameKind.CODE:
            raise LineLost
        reader.unlock(code)  # overwrites it
    except BaseException:
        reader.close()
        raise
    about = About(port, text_of(asked, "config"), name, holder.billing_number)
    agent = Agent(
        reader,
        about,
        _terms(asked),
        MachineTime(),
        lambda shift, ending: write_note(paths.note, shift, ending),
        lambda: Reader.open(port, secret),
    )
    agents.append(agent)
    signal.signal(signal.SIGTERM, lambda *_: agent.end(Reason.STOPPED))
    with suppress(OSError):
        paths.note.unlink()
    unwatch = watch_screen(lambda: agent.end(Reason.LOCKED))
    listener = listen(paths)
    try:
        with suppress(LineLost):  # it serves all the same
            control.tell(FrameKind.HERE, **agent.status())
        control.close()
        agent.serve(listener)
    finally:
        unwatch()
        with suppress(OSError):
            paths.socket.unlink()


def listen(paths: ShiftPaths) -> socket.socket:
    """The agent's socket, in place only once it listens."""
    draft = paths.socket.with_suffix(".new")
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(draft))
    draft.chmod(0o600)
    listener.listen(_WAITING)
    draft.replace(paths.socket)
    return listener


def _terms(asked: dict[str, Any]) -> Terms:
    """What was chosen, within its bounds."""

    def seconds(name: str, bounds: tuple[int, int]) -> float:
        value = asked.get(name)
        chosen = value if isinstance(value, int | float) else 0
        return float(min(max(chosen, bounds[0] * 60), bounds[1] * 60))

    return Terms(seconds("idle", IDLE_BOUNDS), seconds("maximum", MAXIMUM_BOUNDS))
