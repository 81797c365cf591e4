"""The host's framing of the link: zero-delimited COBS and CRC-16, as `firmware/PROTOCOL.md` has it.

Written apart from the device's `sesam.frame`, on the standard library's CRC, so that each judges the other.
"""

import binascii
import logging
from dataclasses import dataclass

from tournee.firmware.sesam import frame
from tournee.logs import TRAFFIC

_log = logging.getLogger(__name__)

_BLOCK_MAX = 254  # a COBS block carries at most this many bytes
_CRC_INIT = 0xFFFF
_TYPES = {
    getattr(frame, name): name
    for name in (
        *("HELLO", "WELCOME", "REQUEST", "ANSWER", "ACK", "NAK"),
        *("PROTECTED", "FETCH", "PART", "PIECE", "PIECES"),
    )
}


@dataclass(frozen=True)
class Frame:
    """One frame as received: its type, its number and its payload; `kind` is 0 for a damaged one."""

    kind: int
    number: int = 0
    payload: bytes = b""

    @property
    def damaged(self) -> bool:
        """Whether the frame could not be read."""
        return self.kind == 0


DAMAGED = Frame(0)


def encode_frame(kind: int, number: int, payload: bytes | bytearray) -> bytearray:
    """Make a frame, both delimiters included; a bytearray, to be overwritten when it held a secret."""
    _log.log(TRAFFIC, "> %s %d, %d bytes", _TYPES.get(kind, kind), number, len(payload))
    body = bytearray((kind, number))
    body += payload
    body += binascii.crc_hqx(body, _CRC_INIT).to_bytes(frame.CRC, "big")
    stuffed = bytearray(1)
    start = 0
    while True:
        zero = body.find(0, start, start + _BLOCK_MAX)
        stop = zero if zero >= 0 else min(start + _BLOCK_MAX, len(body))
        stuffed.append(stop - start + 1)
        stuffed += body[start:stop]
        if zero >= 0:
            start = zero + 1
        elif stop - start == _BLOCK_MAX:
            start = stop
        else:
            break
    stuffed.append(0)
    body[:] = bytes(len(body))
    return stuffed


def decode_frame(stuffed: bytes) -> Frame:
    """Read what stood between two delimiters."""
    body = bytearray()
    at = 0
    while at < len(stuffed):
        code = stuffed[at]
        block = stuffed[at + 1 : at + code]
        if len(block) != code - 1:
            return DAMAGED
        body += block
        at += code
        if code <= _BLOCK_MAX and at < len(stuffed):
            body.append(0)
    if len(body) < frame.HEADER + frame.CRC or binascii.crc_hqx(body, _CRC_INIT):
        _log.debug("< damaged frame, %d bytes", len(stuffed))
        return DAMAGED
    _log.log(
        TRAFFIC,
        "< %s %d, %d bytes",
        _TYPES.get(body[0], body[0]),
        body[1],
        len(body) - frame.HEADER - frame.CRC,
    )
    return Frame(body[0], body[1], bytes(body[frame.HEADER : -frame.CRC]))


class FrameReader:
    """Takes a byte stream apart into frames; `limit` bounds what it keeps of a frame that does not end."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> list[Frame]:
        """Take `data`; return the frames that it completes, in order, damaged ones told as such."""
        *whole, rest = data.split(b"\0")
        frames = []
        for end in whole:
            self._keep(end)
            if self._too_long:
                frames.append(DAMAGED)
            elif self._waiting and self._waiting != b"\1":  # a block of nothing is nothing
                frames.append(decode_frame(bytes(self._waiting)))
            self._waiting.clear()
            self._too_long = False
        self._keep(rest)
        return frames

    @property
    def begun(self) -> bool:
        """Whether a frame has begun to come, and may still end well."""
        return bool(self._waiting)

    def cut(self) -> None:
        """Give up the frame that has begun; what still comes of it is a damaged one."""
        self._waiting.clear()
        self._too_long = False

    def _keep(self, more: bytes) -> None:
        if len(self._waiting) + len(more) > self._limit:
            self._too_long = True
            self._waiting.clear()
        elif not self._too_long:
            self._waiting += more
