"""A command's end of a shift: whether there is one, its link to the reader, its state, its close."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from typing import Any

from tournee import __version__
from tournee.errors import ReaderError
from tournee.reader import ReaderInUse
from tournee.reader.link.record_stream import RecordStream
from tournee.reader.link.session import Reach
from tournee.shift.endings import Ending, Reason, ShiftEnded, read_note
from tournee.shift.failures import from_values
from tournee.shift.frames import (
    PAYLOAD_MAX,
    PROTOCOL,
    FrameKind,
    LineLost,
    LocalLine,
    text_of,
    told,
    whole_of,
)
from tournee.shift.paths import ShiftPaths, ShiftUnavailable, is_ours, peer_of
from tournee.shift.serving import PROGRESS

_CONNECT_S = 2.0
_STATUS_S = 30.0  # the agent looks at the card
_ANSWER_S = 200.0  # the reader's own bound for one request is 180 s
_BYTES_A_SECOND = 50  # of records, on the worst link that still carries some
_ENDING_S = 3.0  # an agent that ends lets go of its reader
_CLOSE_S = 15.0
_KILLED_S = 2.0
_LOOK_S = 0.05
_MESSAGE_MAX, _VERSION_MAX = 65_535, 255


class JoinedLink:
    """The reader's link as a command has it over the shift. ShiftEnded once the shift is over."""

    def __init__(self, line: LocalLine, told_here: dict[str, Any], paths: ShiftPaths, reach: Reach) -> None:
        self.status = told_here
        self.largest = whole_of(told_here, "largest", _MESSAGE_MAX)
        self.version = whole_of(told_here, "spoken", _VERSION_MAX)
        self._line = line
        self._paths = paths
        self._reach = reach

    def best_length(self, most: int) -> int:
        """The agent cuts the records as the link carries them."""
        return most

    def open(self) -> None:
        """It is open for as long as the shift is."""

    def request(self, message: bytearray) -> bytes:
        """Ask and return the answer's message; `message` is overwritten."""
        with self._ended_told():
            try:
                self._line.send(FrameKind.ASK, message)
            finally:
                message[:] = bytes(len(message))
            return bytes(self._await(FrameKind.ANSWER, time.monotonic() + _ANSWER_S))

    def stream(self, source: RecordStream, ahead: int) -> None:
        """Have the records of `source` streamed by the agent."""
        data = source.data
        end = time.monotonic() + _ANSWER_S + len(data) / _BYTES_A_SECOND
        with self._ended_told():
            self._line.tell(FrameKind.STREAM, size=len(data), chunk=source.chunk, ahead=ahead)
            for start in range(0, len(data), PAYLOAD_MAX):
                self._line.send(FrameKind.RECORDS, data[start : start + PAYLOAD_MAX])
            self._await(FrameKind.STREAMED, end, source)

    def keep(self, name: str, value: str) -> None:
        """Have the shift keep an answer until its end."""
        with self._ended_told():
            self._line.tell(FrameKind.KEEP, name=name, value=value)

    def kept(self, name: str) -> str | None:
        """What the shift had kept of this name when this command came."""
        value = self.status.get(f"kept.{name}")
        return value if isinstance(value, str) else None

    def close(self) -> None:
        """Let the next command have the reader; the shift goes on."""
        self._line.close()

    def _await(self, wanted: FrameKind, end: float, source: RecordStream | None = None) -> bytearray:
        while True:
            kind, payload = self._line.receive(end - time.monotonic())
            if kind == wanted:
                return payload
            if kind == FrameKind.FAILED:
                raise from_values(told(payload))
            if kind == FrameKind.ENDED:
                raise ShiftEnded(_ending(told(payload)))
            if kind == FrameKind.PROGRESS and source is not None and len(payload) == PROGRESS.size:
                self._tell(source, PROGRESS.unpack(payload)[0])
            elif kind == FrameKind.REACH:
                self._reach(payload == b"\1")
            else:
                raise LineLost

    def _tell(self, source: RecordStream, done: int) -> None:
        try:
            source.tell(done)
        except BaseException:  # the agent, finding nobody, gives the certification up
            self.close()
            raise

    def _ended_told(self) -> _EndedTold:
        return _EndedTold(self._paths, text_of(self.status, "shift"))


class _EndedTold:
    """A line that is lost means that the shift is over: its note says why."""

    def __init__(self, paths: ShiftPaths, shift: str) -> None:
        self._paths = paths
        self._shift = shift

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, LineLost):
            ending = read_note(self._paths.note, self._shift) or Ending(Reason.STOPPED)
            raise ShiftEnded(ending) from error


def join(port: str, config: str, command: str, reach: Reach = lambda there: None) -> JoinedLink | None:
    """The link of the shift that is open on the reader at `port`, None when there is none.

    `config` is the configuration's path, `command` what the agent tells others. ReaderInUse when the shift is
    another configuration's or another command has it, ShiftUnavailable for another version, ShiftEnded.
    """
    paths = ShiftPaths.of(port)
    line = _connected(paths)
    if line is None:
        if paths.private and paths.note.exists():  # one has ended, and may still have the reader forget it
            _is_free(paths, _ENDING_S)
        return None
    try:
        line.tell(FrameKind.GREET, **_greeting("reader", config), command=command, process=os.getpid())
        return JoinedLink(line, _here(line, port, _ANSWER_S), paths, reach)
    except LineLost as error:
        line.close()
        raise ShiftEnded(read_note(paths.note) or Ending(Reason.STOPPED)) from error
    except BaseException:
        line.close()
        raise


def shift_status(port: str, config: str) -> dict[str, Any] | None:
    """What the agent of this reader's shift tells (`Agent.status`), None when there is none. ReaderError."""
    paths = ShiftPaths.of(port)
    line = _connected(paths)
    if line is None:
        return None
    try:
        line.tell(FrameKind.GREET, **_greeting("status", config))
        return _here(line, port, _STATUS_S)
    except ShiftEnded:
        return None
    except LineLost as error:
        if paths.note.exists() or _is_free(paths, 0):  # it is ending
            return None
        raise ShiftUnavailable(
            "La vacation ne répond pas.",
            next_step="fermez-la, puis ouvrez-la de nouveau",
            remedy="close-shift",
        ) from error
    finally:
        line.close()


def last_ending(port: str) -> Ending | None:
    """How the last shift on this reader ended, where that is news."""
    paths = ShiftPaths.of(port)
    if not paths.private:
        return None
    ending = read_note(paths.note)
    if ending is None and paths.socket.exists():
        ending = Ending(Reason.STOPPED)
    return ending


def forget_ending(port: str) -> None:
    """It has been told. What an agent that was killed left goes too."""
    paths = ShiftPaths.of(port)
    if not paths.private:
        return
    with suppress(OSError), paths.locked() as alone:
        if alone:  # nobody opens one meanwhile
            paths.note.unlink(missing_ok=True)
            paths.socket.unlink(missing_ok=True)


def close_shift(port: str, reason: Reason = Reason.CLOSED) -> bool:
    """End the shift on this reader, whatever it does; whether there was one. Waits for its end, 17 s at most.

    ReaderError when its process does not end.
    """
    paths = ShiftPaths.of(port)
    line = _connected(paths)
    if line is None:
        return False
    try:
        process = peer_of(line.socket)[0]
        with suppress(LineLost):
            line.tell(FrameKind.CLOSE, protocol=PROTOCOL, reason=reason)
        if _is_free(paths, _CLOSE_S):
            return True
        if process > 1:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if _is_free(paths, _KILLED_S):
            return True
    finally:
        line.close()
    raise ShiftUnavailable(
        "La vacation ne se ferme pas.", next_step="retirez la carte du professionnel du lecteur"
    )


def _is_free(paths: ShiftPaths, seconds: float) -> bool:
    """Whether the agent's lock is let go within so many seconds."""
    end = time.monotonic() + seconds
    while True:
        with paths.locked() as alone:
            if alone:
                return True
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_S)


def _connected(paths: ShiftPaths) -> LocalLine | None:
    if not hasattr(socket, "AF_UNIX") or not paths.private:
        return None
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(_CONNECT_S)
        line.connect(str(paths.socket))
        if is_ours(line):
            return LocalLine(line)
    except (FileNotFoundError, ConnectionRefusedError):
        pass
    except OSError as error:
        line.close()
        raise ReaderInUse("vacation", "la vacation ouverte ne répond pas") from error
    line.close()
    return None


def _greeting(purpose: str, config: str) -> dict[str, str | int]:
    return {"protocol": PROTOCOL, "version": __version__, "purpose": purpose, "config": config}


def _here(line: LocalLine, port: str, seconds: float) -> dict[str, Any]:
    kind, payload = line.receive(seconds)
    values = told(payload)
    if kind == FrameKind.HERE:
        return values
    if kind == FrameKind.ENDED:
        raise ShiftEnded(_ending(values))
    if kind == FrameKind.REFUSED:
        raise _refusal(values, port)
    raise LineLost


def _refusal(values: dict[str, Any], port: str) -> ReaderError:
    match text_of(values, "why"):
        case "version":
            return ShiftUnavailable(
                f"La vacation a été ouverte par une autre version de Tournée ({text_of(values, 'version')}).",
                next_step="fermez-la, puis ouvrez-la de nouveau",
                remedy="close-shift",
            )
        case "config":
            whose = f"la vacation d’une autre configuration ({text_of(values, 'config')})"
        case "busy":
            process = values.get("process", 0)
            whose = f"« {text_of(values, 'command')} » (processus {process}), dans la même vacation"
        case _:
            whose = "la vacation d’un autre utilisateur"
    return ReaderInUse(port, whose)


def _ending(values: dict[str, Any]) -> Ending:
    at = values.get("at")
    try:
        return Ending(Reason(text_of(values, "reason")), float(at) if isinstance(at, int | float) else 0.0)
    except ValueError as error:
        raise LineLost from error
