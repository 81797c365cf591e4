"""Flash for tests: ones become zeros, a page is erased at once, and power fails where it is told to."""

ERASED = 0xFF


class PowerCut(BaseException):
    """Power is gone: nothing of the reader runs any more."""


class Flash:
    """A storage whose power lasts for `budget` bytes written or erased (None: for ever)."""

    def __init__(self, page: int = 2048, pages: int = 2) -> None:
        self.page = page
        self.size = page * pages
        self.data = bytearray([ERASED]) * self.size
        self.budget: int | None = None
        self.steps: list[int] = []  # bytes that each write and erase took
        self.erased = 0

    def read(self, at: int, buf: bytearray) -> None:
        assert 0 <= at <= at + len(buf) <= self.size
        buf[:] = self.data[at : at + len(buf)]

    def write(self, at: int, buf: bytes | bytearray) -> None:
        assert at % 8 == 0 == len(buf) % 8, "whole words only"
        assert self.data[at : at + len(buf)] == bytes([ERASED]) * len(buf), "a word is written once"
        self._change(at, bytes(buf))

    def erase(self, page: int) -> None:
        self.erased += 1
        self._change(page * self.page, bytes([ERASED]) * self.page)

    def _change(self, at: int, new: bytes) -> None:
        assert at + len(new) <= self.size
        self.steps.append(len(new))
        n = len(new) if self.budget is None else min(self.budget, len(new))
        self.data[at : at + n] = new[:n]
        if self.budget is not None:
            self.budget -= n
            if n < len(new) or not self.budget:
                raise PowerCut
