"""A card that says what a file says and wants to hear what it says, byte for byte (vectors/reader/t1).

atr HEX           the answer to reset (direct convention)
> HEX             what the reader must send next
< HEX             what the card sends then
late N            N milliseconds before that
silence           nothing until the reader has stopped waiting
command HEX [le N]    the next command, its data behind CLA INS P1 P2 Lc
result SW [HEX]       its end, or the name of a status
"""

from pathlib import Path

from reader.arena import HEADER
from sesam import codes
from tournee.emulation.slots import TIMED_OUT, FakeClock

NOTHING = ("", [])


class ScriptedSlot:
    """A slot, as the core wants it, whose card follows a script; `next` is the first line not yet played."""

    def __init__(self, path: Path, clock: FakeClock) -> None:
        lines = (line.partition("#")[0].split() for line in path.read_text(encoding="utf-8").splitlines())
        self._lines = [(words[0], words[1:]) for words in lines if words]
        self._clock = clock
        self._heard = b""
        self._coming = b""

    @property
    def next(self) -> tuple[str, list[str]]:
        return self._lines[0] if self._lines else NOTHING

    def take(self, *kinds: str) -> tuple[str, list[str]]:
        assert self.next[0] in kinds, f"{self.next} was to come"
        return self._lines.pop(0)

    def present(self) -> bool:
        return True

    def activate(self) -> None:
        self._coming = bytes.fromhex("".join(self.take("atr")[1]))

    def deactivate(self) -> None:
        self._coming = b""

    def speed(self, ta1: int) -> None:
        pass

    def guard(self, n: int) -> None:
        pass

    def write(self, buf: bytearray, start: int, n: int) -> None:
        if self.next[0] == "silence":  # the reader has stopped waiting
            self.take("silence")
        self._heard += bytes(buf[start : start + n])
        wanted = bytes.fromhex("".join(self.next[1])) if self.next[0] == ">" else b""
        assert wanted.startswith(self._heard), f"sent {self._heard.hex(' ')}, not {wanted.hex(' ')}"
        if self._heard == wanted:
            self._heard = b""
            self.take(">")

    def read(self, timeout_ms: int) -> int:
        if not self._coming and self.next[0] == "late":
            left = int(self.next[1][0]) - timeout_ms
            if left > 0:
                self._lines[0] = ("late", [str(left)])
                self._clock.advance(timeout_ms)
                return TIMED_OUT
            self._clock.advance(timeout_ms + left)
            self.take("late")
        if not self._coming and self.next[0] == "<":
            self._coming = bytes.fromhex("".join(self.take("<")[1]))
        if self._coming:
            byte, self._coming = self._coming[0], self._coming[1:]
            return byte
        assert not self._heard, f"the reader waits with half of its block sent: {self._heard.hex(' ')}"
        self._clock.advance(timeout_ms)
        return TIMED_OUT


def play(slot: ScriptedSlot, channel: object) -> None:
    """Activate the channel and give it every command of the script; each must end as the script says."""
    assert channel.activate() == 0
    while slot.next != NOTHING:
        _, words = slot.take("command")
        apdu, _, le = " ".join(words).partition(" le ")
        command = bytes.fromhex(apdu)
        channel.header(*command[:4])
        status = channel.transmit(channel.put(command[HEADER:]), int(le) if le else -1)
        if slot.next[0] == "silence":
            slot.take("silence")
        _, (code, *data) = slot.take("result")
        if hasattr(codes, code):
            assert status == getattr(codes, code)
            return
        assert (status, f"{channel.sw:04X}") == (0, code)
        assert bytes(channel.response[: channel.length]) == bytes.fromhex("".join(data))
