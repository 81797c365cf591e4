"""A message submitted chunk by chunk is, on the wire, the message as a whole."""

from collections.abc import Iterator

import pytest
from scripted_server import Line
from submission_rig import Rig


class Chunks:
    """A message in chunks, as the journal gives one."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks
        self.size = sum(map(len, chunks))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)


@pytest.mark.parametrize(
    ("chunks", "sent"),
    [
        ((b"a\r\n", b".b\r\n"), b"a\r\n..b\r\n.\r\n"),
        ((b"a\r\n.", b".b\r\n"), b"a\r\n...b\r\n.\r\n"),
        ((b"a", b".b\r", b"\n.", b"\r\n"), b"a.b\r\n..\r\n.\r\n"),
        ((b".", b"a"), b"..a\r\n.\r\n"),
        ((b"a\r", b"\n"), b"a\r\n.\r\n"),
    ],
)
def test_no_dot_in_a_message_in_chunks_ends_it(rig: Rig, chunks: tuple[bytes, ...], sent: bytes) -> None:
    """RFC 5321 4.5.2, wherever the chunks are cut; the size told is the message's own."""

    def script(line: Line) -> None:
        line.say("220 scripted")
        line.hear("EHLO")
        line.say("250-scripted", "250-SIZE 1000", "250 AUTH PLAIN")
        line.hear("AUTH")
        line.say("235 welcome")
        assert line.hear("MAIL").split(b"SIZE=")[1] == b"%d\r\n" % sum(map(len, chunks))
        line.say("250 ok")
        line.hear("RCPT")
        line.say("250 ok")
        line.hear("DATA")
        line.say("354 go ahead")
        assert line.until(b"\r\n.\r\n") == sent
        line.say("250 ok")
        line.hear("QUIT")
        line.say("221 bye")

    assert rig.submit(script, raw=Chunks(*chunks)).code == 250
