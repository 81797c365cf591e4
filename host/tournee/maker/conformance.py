"""The conformance kit: what any reader must do on its link, asked of a reader in its maker's hands.

It gives no code porteur and signs nothing: `card_checks` does, with test cards.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator

from sesam import codes, frame, messages
from tournee.maker.finding import Finding
from tournee.reader import Reader, codec
from tournee.reader.framing import FrameReader, seal
from tournee.reader.place import connect
from tournee.reader.transport import Transport

ANSWER_MS = 3500  # PROTOCOL.md 6: between two signs of life
_GARBAGE = hashlib.sha256(b"garbage").digest() * 8


class _Link:
    """Raw frames to a reader."""

    def __init__(self, stream: Transport) -> None:
        self.stream = stream
        self._reader = FrameReader(frame.encoded_max(4096))
        self._number = 0

    def exchange(self, data: bytes, wanted: set[int]) -> tuple[int, int, bytes] | None:
        """Send bytes; the first frame of a wanted type that comes back in time: type, number, payload."""
        self.stream.write(data)
        end = time.monotonic() + ANSWER_MS / 1000
        while time.monotonic() < end:
            for one in self._reader.feed(self.stream.read(50)):
                if not one.damaged and one.kind in wanted:
                    return one.kind, one.number, one.payload
        return None

    def hello(self) -> bool:
        """Open a new session."""
        self._number = 0
        name = hashlib.sha256(str(time.monotonic_ns()).encode()).digest()[:8]
        hello = codec.encode(messages.HELLO, {"session": name, "version": messages.VERSION, "resume": 0})
        return self.exchange(bytes(seal(frame.HELLO, 1, hello)), {frame.WELCOME}) is not None

    def request(self, message: bytes | bytearray) -> int | None:
        """Send a request; the status of its refusal, 0 for an answer, None for silence."""
        self._number = self._number % 255 + 1
        return self.status(bytes(seal(frame.REQUEST, self._number, message)))

    def status(self, sealed: bytes) -> int | None:
        """Send a sealed request; as `request`."""
        found = self.exchange(sealed, {frame.ANSWER})
        if found is None:
            return None
        answer = codec.decode(found[2])
        return answer.uint("status") if answer.number == messages.FAILURE else 0


def check(url: str) -> Iterator[Finding]:
    """Run every check against the reader at this URL, one finding after the other."""
    stream = connect(url)
    try:
        link = _Link(stream)
        for name, one in _CHECKS.items():
            began = time.monotonic()
            good, seen = one(link) if link.hello() else (False, "no WELCOME")
            yield Finding(name, good, seen, round((time.monotonic() - began) * 1000))
    finally:
        stream.close()
    began = time.monotonic()
    with Reader.open(url) as reader:
        identity, state = reader.identify(), reader.cards()
    used = f"{identity.heap_used} of {identity.heap_size} bytes in use, {identity.heap_peak} at most"
    room = not identity.heap_size or identity.heap_peak < identity.heap_size
    took = round((time.monotonic() - began) * 1000)
    yield Finding("memory has room left", room, used, took)
    yield Finding("profile is open-1, a simulation", identity.profile == "open-1", identity.profile, took)
    yield Finding("slots are told", identity.slots > 0, f"PS {state.ps.name}, Vitale {state.vitale}", took)


def _expect(status: int | None, wanted: int) -> tuple[bool, str]:
    return status == wanted, "silence" if status is None else f"{status:04X}"


def _bad_crc(link: _Link) -> tuple[bool, str]:
    sealed = bytearray(seal(frame.REQUEST, 1, codec.encode(messages.IDENTIFY, {})))
    sealed[-2] = sealed[-2] % 255 + 1
    found = link.exchange(bytes(sealed), {frame.NAK})
    good = found is not None and int.from_bytes(found[2], "big") == codes.CHECKSUM
    return good and link.request(codec.encode(messages.IDENTIFY, {})) == 0, str(found)


def _garbage(link: _Link) -> tuple[bool, str]:
    link.stream.write(_GARBAGE + b"\0")
    return _expect(link.request(codec.encode(messages.IDENTIFY, {})), 0)


def _oversize(link: _Link) -> tuple[bool, str]:
    return _expect(link.request(bytes(5000)), codes.OVERSIZE)


def _repeated(link: _Link) -> tuple[bool, str]:
    sealed = bytes(seal(frame.REQUEST, 1, codec.encode(messages.IDENTIFY, {})))
    first = link.exchange(sealed, {frame.ANSWER})
    return first is not None and first == link.exchange(sealed, {frame.ANSWER}), "the kept answer"


def _wrong_number(link: _Link) -> tuple[bool, str]:
    sealed = bytes(seal(frame.REQUEST, 9, codec.encode(messages.IDENTIFY, {})))
    return _expect(link.status(sealed), codes.SEQUENCE)


def _refusal(message: bytes | bytearray, wanted: int) -> Callable[[_Link], tuple[bool, str]]:
    return lambda link: _expect(link.request(bytes(message)), wanted)


def _certifying(name: str, **values: int | bytes) -> Callable[[_Link], tuple[bool, str]]:
    return _refusal(codec.encode(codec.number_of(name), values), codes.NOT_CERTIFYING)


_CHECKS: dict[str, Callable[[_Link], tuple[bool, str]]] = {
    "frame with a bad CRC is refused, the next one read": _bad_crc,
    "garbage is passed over": _garbage,
    "message that is too long is refused": _oversize,
    "repeated request gets the kept answer": _repeated,
    "request out of its turn is refused": _wrong_number,
    "message that is no CBOR is refused": _refusal(b"\xff\x00", codes.MALFORMED),
    "unknown message is refused": _refusal(b"\xa1\x00\x18\x3f", codes.UNKNOWN_MESSAGE),
    "answer sent as a request is refused": _refusal(b"\xa1\x00\x18\x4a", codes.UNKNOWN_MESSAGE),
    "field too many is refused": _refusal(b"\xa2\x00\x01\x01\x00", codes.FIELD),
    "value of another type is refused": _refusal(b"\xa3\x00\x02\x01\x40\x02\x00", codes.TYPE),
    "value out of bounds is refused": _refusal(b"\xa3\x00\x02\x01\x02\x02\x00", codes.RANGE),
    "code that is not of digits reaches no card": _refusal(b"\xa2\x00\x03\x01\x44abcd", codes.RANGE),
    "records without a certification are refused": _certifying("RECORDS", first=0, data=bytes(128)),
    "signature without a certification is refused": _certifying("SIGN", invoices=1, total=0),
    "date that cannot be is refused": _refusal(b"\xa2\x00\x08\x01\x6c202613010000", codes.DATE),
    "abandoning nothing is answered": _refusal(b"\xa1\x00\x0a", codes.OK),
}
