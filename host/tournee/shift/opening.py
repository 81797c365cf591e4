"""A shift is opened: its agent started in a process of its own, the code handed to it and forgotten here."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tournee import __version__
from tournee.reader.client import CODE_DIGITS
from tournee.reader.failures import CodeMalformed
from tournee.shift.failures import from_values
from tournee.shift.frames import FrameKind, LineLost, LocalLine, told
from tournee.shift.paths import ShiftPaths, ShiftUnavailable
from tournee.shift.terms import Terms

_OPEN_S = 180.0  # a reader over the air may take a while to be found
_UNLOCK_S = 200.0


@dataclass(frozen=True)
class Opening:
    """What is asked: the reader's port and secret, the configuration's path, how long."""

    port: str
    secret: bytes | None
    config: str
    terms: Terms


AskCode = Callable[[dict[str, Any]], bytearray]
"""Asked for the code once the card is there: given its name and number, gives what is typed."""


def open_shift(opening: Opening, ask_code: AskCode) -> dict[str, Any]:
    """Open one; gives what its agent tells (`Agent.status`). ReaderError: there is then none.

    The code passes once, through a socket that has no name; what is handed over is overwritten.
    """
    paths = ShiftPaths.of(opening.port)
    paths.make()
    line = _started()
    try:
        secret = "" if opening.secret is None else opening.secret.hex()
        line.tell(
            FrameKind.GREET,
            version=__version__,
            port=opening.port,
            secret=secret,
            config=opening.config,
            idle=opening.terms.idle,
            maximum=opening.terms.maximum,
        )
        card = _answer(line, _OPEN_S)
        code = ask_code(card)
        try:
            if len(code) != CODE_DIGITS or not code.isdigit():
                raise CodeMalformed
            line.send(FrameKind.CODE, code)
        finally:
            code[:] = bytes(len(code))
        return _answer(line, _UNLOCK_S)
    except LineLost as error:
        raise ShiftUnavailable(
            "La vacation n’a pas pu s’ouvrir.",
            cause="son programme s’est arrêté, ou le lecteur ne répond pas",
            next_step="vérifiez le lecteur, puis recommencez",
        ) from error
    finally:
        line.close()


def _started() -> LocalLine:
    """The agent's process, which outlives this one and has nothing of its terminal."""
    ours, theirs = socket.socketpair()
    with theirs:
        subprocess.Popen(
            [sys.executable, "-P", "-m", "tournee.shift", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    return LocalLine(ours)


def _answer(line: LocalLine, seconds: float) -> dict[str, Any]:
    kind, payload = line.receive(seconds)
    values = told(payload)
    if kind == FrameKind.FAILED:
        raise from_values(values)
    if kind != FrameKind.HERE:
        raise LineLost
    return values
