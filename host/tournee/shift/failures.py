"""The reader's errors on their way from the agent to a command: the same class at the other end."""

from __future__ import annotations

from typing import Any

from tournee.errors import ReaderError, TourneeError
from tournee.reader import LinkLost, ReaderInUse, Refused, SessionForgotten, TransportClosed
from tournee.reader.failures import failure_of_status
from tournee.reader.transports.pcsc import PcscUnavailable
from tournee.shift.endings import Reason
from tournee.shift.frames import TEXT_MAX, text_of, whole_of
from tournee.shift.paths import ShiftUnavailable

_STATUS_MAX, _RANK_MAX = 65_535, 99_999
_KINDS: dict[str, type[ReaderError]] = {
    one.__name__: one for one in (LinkLost, PcscUnavailable, ReaderInUse, ShiftUnavailable, TransportClosed)
}
_ENDS = (LinkLost, SessionForgotten, TransportClosed)


def reason_of(error: ReaderError) -> Reason:
    """Why a shift ends that meets this error outside an answer of the reader's."""
    return Reason.RESTART if isinstance(error, SessionForgotten) else Reason.LINK


def ends_shift(error: ReaderError) -> bool:
    """Whether the session is gone after it."""
    return isinstance(error, _ENDS)


def as_values(error: TourneeError) -> dict[str, str | int]:
    """An error as a flat object."""
    if isinstance(error, Refused):
        return {
            "status": error.status,
            "record": error.record,
            "column": error.column,
            "detail": error.detail,
            "field": error.field,
        }
    texts = {"message": error.message, "cause": error.cause, "next_step": error.next_step}
    values: dict[str, str | int] = {name: text[:TEXT_MAX] for name, text in texts.items()}
    return values | {"remedy": error.remedy, "kind": type(error).__name__}


def from_values(values: dict[str, Any]) -> ReaderError:
    """The error again. LineLost when it is none."""
    if "status" in values:
        status = whole_of(values, "status", _STATUS_MAX)
        record, column, detail = (
            whole_of(values, name, _RANK_MAX) for name in ("record", "column", "detail")
        )
        return failure_of_status(status, record, column, detail, text_of(values, "field"))
    kind = _KINDS.get(text_of(values, "kind"), ReaderError)
    error = kind.__new__(kind)
    texts = {name: text_of(values, name) for name in ("cause", "next_step", "remedy")}
    TourneeError.__init__(error, text_of(values, "message"), **texts)
    return error
