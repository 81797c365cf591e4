"""What the link's tests share: vectors, an arena, a service without cards, time that only tests move."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from reader.crypto.aes import Aes
from reader.crypto.sha256 import Sha256
from reader.link.protection import Protection
from reader.link.reorder_buffer import ReorderBuffer
from reader.link.session import Link
from sesam import codes, frame, messages
from tournee.reader import codec
from tournee.reader.link.framing import Frame, FrameReader, encode_frame

VECTORS = Path(__file__).parent.parent / "vectors" / "link"
MESSAGE_MAX = 1280
SESSION = b"session1"


@dataclass(frozen=True)
class Vector:
    """One line of a vector file: a name, bytes, a comment."""

    name: str
    data: bytes
    comment: str


def read_vectors(name: str) -> list[Vector]:
    """Read `NAME hex # comment` lines; `-` is no byte at all."""
    vectors = []
    for line in (VECTORS / name).read_text().splitlines():
        if line and not line.startswith("#"):
            left, comment = line.split(" # ", 1)
            word, data = left.split(" ", 1)
            vectors.append(Vector(word, b"" if data == "-" else bytes.fromhex(data), comment))
    return vectors


class LinkArena:
    """The buffers that a link needs."""

    def __init__(self, message_max: int = MESSAGE_MAX) -> None:
        self.message_max = message_max
        self.frame_in = bytearray(frame.encoded_max(message_max))
        self.frame_out = bytearray(frame.encoded_max(message_max))
        self.frame_control = bytearray(frame.encoded_max(frame.CONTROL_MESSAGE))


@dataclass
class CountingService:
    """A service without cards: it counts what it signs, and every answer says how often it was asked."""

    signatures: int = 0
    requests: list[int] = field(default_factory=list)
    streamed: bytearray = field(default_factory=bytearray)
    stored: dict[bytes, bytes] = field(default_factory=dict)
    sessions: int = 0
    tries: int = 3
    code: bytes = b"1234"
    unlocked: bool = False
    certifying: bool = False
    refused: tuple[int, int, int, int] | None = None
    seals: bool = False
    chunk: int = 2
    window: int = 1

    @property
    def steps(self) -> list[int]:
        """The requests, however many RECORDS a lot was cut into."""
        before = [0, *self.requests]
        return [
            one
            for one, last in zip(self.requests, before, strict=False)
            if not one == last == messages.RECORDS
        ]

    def begin_session(self) -> None:
        self.sessions += 1
        self.unlocked = self.certifying = False

    def handle(self, message, writer) -> None:
        self.requests.append(message.number)
        if message.number == messages.UNLOCK:
            self._unlock(message, writer)
        elif message.number == messages.CARDS:
            writer.begin(messages.CARDS + messages.ANSWER)
            writer.put_uint(1, 2 if self.unlocked else 1)
            writer.put_uint(2, len(self.requests) % 2)
        elif message.number == messages.CERTIFY:
            self.streamed.clear()
            self.certifying = True
            self.refused = None
            writer.begin(messages.CERTIFY + messages.ANSWER)
            writer.put_uint(1, self.chunk)
            writer.put_uint(2, self.window)
        elif self.refused and message.number in (messages.RECORDS, messages.SIGN):
            writer.refuse(*self.refused)
        elif message.number == messages.RECORDS and self.certifying:
            self._records(message, writer)
        elif message.number == messages.SIGN and self.certifying:
            self._sign(message, writer)
        else:
            writer.refuse(codes.NOT_CERTIFYING, 0, 0, 0)

    def _unlock(self, message, writer) -> None:
        start = message.offset(1)
        if message.buf[start : start + message.length(1)] != self.code:
            self.tries -= 1
            writer.refuse(codes.WRONG_CODE, 0, 0, self.tries)
            return
        self.unlocked = True
        writer.begin(messages.UNLOCK + messages.ANSWER)
        writer.put_uint(1, self.tries)

    def _records(self, message, writer) -> None:
        start = message.offset(2)
        if message.uint(1) * 128 != len(self.streamed):
            self.refused = (codes.INCOHERENT, 0, 0, len(self.streamed) // 128)
            writer.refuse(*self.refused)
            return
        self.streamed += message.buf[start : start + message.length(2)]
        writer.begin(messages.RECORDS + messages.ANSWER)
        writer.put_uint(1, len(self.streamed) // 128)

    def _sign(self, message, writer) -> None:
        digest = hashlib.sha256(self.streamed).digest()
        if digest not in self.stored:
            self.signatures += 1
            self.stored[digest] = digest + bytes((self.signatures,)) * 224
        writer.begin(messages.SIGN + messages.ANSWER)
        writer.put_bytes(1, self.stored[digest], 0, 256)
        writer.put_bytes(2, self.stored[digest], 0, 256 if self.seals else 0)
        writer.put_bytes(3, digest, 0, 32)


class ManualClock:
    """Time that moves only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0

    def now_ms(self) -> int:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += int(seconds * 1000)

    def ticks(self) -> int:
        return self.now


def fill(buf: bytearray) -> None:
    """Fill with random bytes, as a board does."""
    buf[:] = os.urandom(len(buf))


class LinkBoard:
    """The device's side as its core runs it: bytes in, the link and the service, bytes out."""

    def __init__(
        self,
        service,
        clock: ManualClock,
        message_max: int = MESSAGE_MAX,
        secret: bytes | None = None,
        early: int = 0,
    ):
        self.early = early
        self.clock = clock
        self.service = service
        self.message_max = message_max
        self.secret = secret
        self.start()

    def start(self) -> None:
        """Switch on (again): what the link knew is gone."""
        self.protection = Protection(Sha256, Aes, fill, self.clock.ticks)
        self.protection._secret = self.secret
        early = ReorderBuffer(bytearray(self.early)) if self.early else None
        self.link = Link(LinkArena(self.message_max), self.service, self.clock.ticks, self.protection, early)
        self.written = bytearray()

    def feed(self, data: bytes) -> bytes:
        """Take bytes, do what they ask, return what was written."""
        at = 0
        while at < len(data):
            at = self.link.feed(data, len(data), at)
            self.flush()
            self.link.poll(self.clock.now)
            self.flush()
        out = bytes(self.written)
        self.written.clear()
        return out

    def flush(self) -> None:
        sender = self.link.sender
        while count := sender.pending():
            at = sender.out_at
            self.written += sender.out[at : at + count]
            sender.sent(count)


def hello(session: bytes = SESSION, *, number: int = 9, resume: int = 0, version: int = 1) -> bytes:
    """A host's HELLO, framed."""
    message = codec.encode(messages.HELLO, {"session": session, "version": version, "resume": resume})
    return bytes(encode_frame(frame.HELLO, number, message))


def request(number: int, message: int = messages.CARDS, **values: object) -> bytes:
    """A request, framed."""
    return bytes(encode_frame(frame.REQUEST, number, codec.encode(message, values)))


def ask(board: LinkBoard, data: bytes) -> list[Frame]:
    """Bytes to the board; the frames that it says."""
    return FrameReader(4096).feed(board.feed(data))


def told(one: Frame) -> tuple[int, int, dict[str, object]]:
    """Type, number and fields of a frame that carries a message."""
    return one.kind, one.number, dict(codec.decode(one.payload).values)


def refusal(status: int, detail: int = 0) -> dict[str, object]:
    """Fields of a FAILURE that is about no record."""
    return {"status": status, "record": 0, "column": 0, "detail": detail}
