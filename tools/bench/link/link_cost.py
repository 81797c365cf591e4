"""What the bytes on a link are: of a hundred written while a lot streams, so many are its records, and the
rest by what put it there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tournee.firmware.sesam import frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, decode_frame
from tournee.reader.link.secure_channel import SecureChannel

KINDS = (
    "records",
    "CBOR",
    "type, number",
    "CRC",
    "COBS",
    "ends",
    "counter, tag",
    "sent again",
    "other requests",
)
_ENDS = 2  # delimiters of a frame


class Tap:
    """A transport between the host and another one: notes what is written, and counts what is read."""

    def __init__(self, inner: Any, log: Log) -> None:
        self._inner = inner
        self._log = log

    def write(self, data: bytes | bytearray, more: bool = False) -> None:
        """Send, after a note of it."""
        self._log.written.append((time.perf_counter(), bytes(data)))
        self._inner.write(data, more)

    def read(self, timeout_ms: int) -> bytes:
        """What has come in."""
        data: bytes = self._inner.read(timeout_ms)
        self._log.read.append((time.perf_counter(), len(data)))
        return data

    def close(self) -> None:
        """Close it."""
        self._inner.close()


@dataclass
class Log:
    """What went over the link in one certification."""

    written: list[tuple[float, bytes]] = field(default_factory=list)
    read: list[tuple[float, int]] = field(default_factory=list)
    over: float = 0.0  # when the last record was known to be there

    def on_progress(self, done: int, of: int) -> None:
        """So many records are there."""
        if done == of:
            self.over = time.perf_counter()


@dataclass(frozen=True)
class Cost:
    """A lot's streaming: seconds from its first byte to the last answer, the lot's bytes, and those on the
    link, by kind (`KINDS`) and in all; the bytes of the answers."""

    seconds: float
    useful: int
    kinds: dict[str, int]
    back: int

    @property
    def written(self) -> int:
        """Bytes to the reader."""
        return sum(self.kinds.values())


class Protected:
    """A context: remembers what each protected record holds, as it is made."""

    def __enter__(self) -> Protected:
        self._held: dict[bytes, Frame] = {}
        self._protect = protect = SecureChannel.protect

        def note(channel: SecureChannel, kind: int, number: int, payload: bytes | bytearray) -> bytes:
            record = protect(channel, kind, number, payload)
            self._held[record] = Frame(kind, number, bytes(payload))
            return record

        setattr(SecureChannel, "protect", note)  # noqa: B010
        return self

    def __exit__(self, *_: object) -> None:
        setattr(SecureChannel, "protect", self._protect)  # noqa: B010

    def __getitem__(self, record: bytes) -> Frame:
        return self._held[record]


def cost_of(log: Log, protected: Protected) -> Cost:
    """Take apart what was written from the first RECORDS to the end of the streaming."""
    kinds = dict.fromkeys(KINDS, 0)
    began = 0.0
    seen: set[int] = set()
    for moment, stuffed in _frames(log.written):
        one = decode_frame(stuffed)
        inner = protected[one.payload] if one.kind == frame.PROTECTED else one
        message = codec.decode(inner.payload) if inner.kind == frame.REQUEST else None
        streams = message is not None and message.number == messages.RECORDS
        if moment > log.over or not (streams or began):
            continue
        began = began or moment
        length = len(stuffed) + _ENDS
        if message is None or not streams:
            kinds["other requests"] += length
        elif message.uint("first") in seen:
            kinds["sent again"] += length
        else:
            seen.add(message.uint("first"))
            data = len(message.data("data"))
            body = frame.HEADER + len(one.payload) + frame.CRC
            kinds["records"] += data
            kinds["CBOR"] += len(inner.payload) - data
            kinds["type, number"] += frame.HEADER if inner is one else 2 * frame.HEADER
            kinds["CRC"] += frame.CRC
            kinds["COBS"] += len(stuffed) - body
            kinds["ends"] += _ENDS
            kinds["counter, tag"] += (
                0 if inner is one else len(one.payload) - len(inner.payload) - frame.HEADER
            )
    back = sum(size for moment, size in log.read if began <= moment <= log.over)
    return Cost(log.over - began, kinds["records"], kinds, back)


def _frames(written: list[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
    """Each frame without its delimiters, and when it began to be written."""
    frames = []
    waiting, began = b"", 0.0
    for moment, data in written:
        *whole, rest = data.split(b"\0")
        for end in whole:
            if waiting + end:
                frames.append((began if waiting else moment, waiting + end))
            waiting = b""
        began = began if waiting else moment
        waiting += rest
    return frames


def watched(connect: Callable[[], Any], log: Log) -> Callable[[], Tap]:
    """What opens a stream, with a tap on it."""
    return lambda: Tap(connect(), log)
