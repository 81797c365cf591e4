"""What the tests of the protected channel share: a board with a secret, on a wire that is listened to."""

import pytest
from faulty_wire import FaultyWire, frames_of
from link_rig import LinkBoard, ManualClock
from test_cuts import service_of_several

from sesam import frame, messages
from tournee.reader import Reader, Refused, codec
from tournee.reader.link.framing import FrameReader, encode_frame
from tournee.reader.link.secure_channel import SecureChannel

SECRET = bytes(range(32))
SESSION = b"session1"


class SecureRig:
    """A board with a secret on a wire whose frames are recorded, and may be spoilt."""

    def __init__(self, plan=lambda direction, rank: None) -> None:
        self.clock = ManualClock()
        self.service = service_of_several()
        self.board = LinkBoard(self.service, self.clock, secret=SECRET)
        self.wire = FaultyWire(self.board, self.clock, plan)
        self.said: list[bytes] = []

    def host(self, secret=SECRET, session=SESSION, stream=None):
        return Reader(stream or self.connect, clock=self.clock, session=session, secret=secret)

    def connect(self):
        wire = self.wire.connect()
        write = type(wire).write.__get__(wire)

        def keep(data, more=False):
            self.said += frames_of(bytes(data))
            write(data, more)

        wire.write = keep
        return wire

    def inject(self, data: bytes):
        """What a stranger on the air sends; the frames that the reader answers."""
        return FrameReader(4096).feed(self.board.feed(bytes(data)))


def quiet(direction, rank):
    return None


def hello() -> bytearray:
    return codec.encode(messages.HELLO, {"session": SESSION, "version": 1, "resume": 0})


def protected(host: SecureChannel, kind: int, number: int, payload: bytes) -> bytearray:
    return encode_frame(frame.PROTECTED, 0, host.protect(kind, number, payload))


def shake_hands(rig: SecureRig, host: SecureChannel) -> bytes:
    """A handshake; the frame that brought the host's proof."""
    (welcome,) = rig.inject(encode_frame(frame.HELLO, 1, host.begin(SESSION)))
    proof = bytes(encode_frame(frame.HELLO, 2, host.prove(codec.decode(welcome.payload))))
    (ready,) = rig.inject(proof)
    assert codec.decode(ready.payload).number == messages.PROVE + messages.ANSWER
    host.establish()
    return proof


def refusal(frames) -> int:
    (one,) = frames
    assert one.kind == frame.NAK
    return int.from_bytes(one.payload, "big")


def status_of(call) -> int:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.status
