"""Flash for tests: ones become zeros, a page is erased at once, and power fails where it is told to."""

ERASED = 0xFF


class PowerCut(BaseException):
    """Power is gone: nothing of the reader runs any more."""


class Power:
    """Lasts for `budget` bytes written or erased (None: for ever), in all storages that share it."""

    def __init__(self) -> None:
        self.budget: int | None = None
        self.steps: list[int] = []  # bytes that each write and erasure took


class Flash:
    """A storage; of `word`s, each written once between two erasures, or of bytes written again and again."""

    def __init__(self, page: int = 2048, pages: int = 2, word: int = 8, power: Power | None = None) -> None:
        self.page = page
        self.size = page * pages
        self.data = bytearray([ERASED]) * self.size
        self.power = power or Power()
        self.erased = 0
        self._word = word

    def read(self, at: int, buf: bytearray) -> None:
        assert 0 <= at <= at + len(buf) <= self.size
        buf[:] = self.data[at : at + len(buf)]

    def write(self, at: int, buf: bytes | bytearray) -> None:
        assert at % self._word == 0 == len(buf) % self._word, "whole words only"
        there = self.data[at : at + len(buf)]
        if self._word > 1:
            assert there == bytes([ERASED]) * len(buf), "a word is written once"
        assert all(old & new == new for old, new in zip(there, buf, strict=True)), "ones become zeros"
        self._change(at, bytes(buf))

    def erase(self, page: int) -> None:
        self.erased += 1
        self._change(page * self.page, bytes([ERASED]) * self.page)

    def _change(self, at: int, new: bytes) -> None:
        assert at + len(new) <= self.size
        power = self.power
        power.steps.append(len(new))
        n = len(new) if power.budget is None else min(power.budget, len(new))
        self.data[at : at + n] = new[:n]
        if power.budget is not None:
            power.budget -= n
            if n < len(new) or not power.budget:
                raise PowerCut
