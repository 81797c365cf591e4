"""What passes between a command and the agent: short frames over a Unix socket, each wait bounded as a whole.

    kind (1 byte)  length (4 bytes, high first)  payload (65,536 bytes at most)

A payload is a message of the link as it is, records, or a flat JSON object.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Any

PROTOCOL = 1
"""Of these frames: GREET, CLOSE and REFUSED keep their form in every later one."""

PAYLOAD_MAX = 1 << 16
RECORDS_MAX = 99_999 * 128
"""Bytes of the longest certification that the link's own numbers allow."""

TEXT_MAX = 4_096
"""Characters of the longest text in an object."""

_HEAD = struct.Struct(">BI")
_SEND_S = 5.0
_SLICE_S = 0.2


class FrameKind(IntEnum):
    """Kinds of frames; from GREET to CODE a command's, from HERE on the agent's."""

    GREET = 1
    ASK = 2
    STREAM = 3
    RECORDS = 4
    KEEP = 5
    CLOSE = 6
    CODE = 7
    HERE = 16
    ANSWER = 17
    PROGRESS = 18
    STREAMED = 19
    FAILED = 20
    REACH = 21
    REFUSED = 22
    ENDED = 23


class LineLost(Exception):  # noqa: N818 - a state of the line, told as an exception
    """The other end is gone, silent for too long, or sends what is no frame."""


class LocalLine:
    """One end of a connection."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected

    def send(self, kind: FrameKind, payload: bytes | bytearray = b"") -> None:
        """Send a frame. LineLost when the other end takes none of it for 5 s."""
        try:
            self.socket.settimeout(_SEND_S)
            self.socket.sendall(_HEAD.pack(kind, len(payload)))
            self.socket.sendall(payload)
        except (OSError, ValueError) as error:
            raise LineLost from error

    def tell(self, kind: FrameKind, /, **values: object) -> None:
        """Send an object. LineLost."""
        self.send(kind, json.dumps(values).encode())

    def receive(
        self, seconds: float, stop: Callable[[], bool] = lambda: False
    ) -> tuple[FrameKind, bytearray]:
        """The next frame, whole within so many seconds, or until `stop`. LineLost.

        The payload may be a code: it is in this one buffer, for the caller to overwrite.
        """
        end = time.monotonic() + seconds
        head = self._fill(bytearray(_HEAD.size), end, stop)
        kind, length = _HEAD.unpack(head)
        if length > PAYLOAD_MAX or kind not in _KINDS:
            raise LineLost
        return FrameKind(kind), self._fill(bytearray(length), end, stop)

    def close(self) -> None:
        """Close it."""
        self.socket.close()

    def _fill(self, buffer: bytearray, end: float, stop: Callable[[], bool]) -> bytearray:
        view, at = memoryview(buffer), 0
        while at < len(buffer):
            left = end - time.monotonic()
            if left <= 0 or stop():
                raise LineLost
            try:
                self.socket.settimeout(min(left, _SLICE_S))
                got = self.socket.recv_into(view[at:])
            except TimeoutError:
                continue
            except (OSError, ValueError) as error:
                raise LineLost from error
            if not got:
                raise LineLost
            at += got
        return buffer


_KINDS = frozenset(FrameKind)


def told(payload: bytes | bytearray) -> dict[str, Any]:
    """The flat object of a payload: texts of at most 4,096 characters, numbers, yes or no. LineLost."""
    try:
        values = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise LineLost from error
    if not isinstance(values, dict):
        raise LineLost
    for value in values.values():
        if not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) > TEXT_MAX):
            raise LineLost
    return values


def text_of(values: dict[str, Any], name: str) -> str:
    """A text of an object, "" where there is none."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def whole_of(values: dict[str, Any], name: str, most: int) -> int:
    """A whole number of an object, from 0 to `most`. LineLost."""
    value = values.get(name)
    if not isinstance(value, int) or not 0 <= value <= most:
        raise LineLost
    return value
