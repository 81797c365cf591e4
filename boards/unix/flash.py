"""What the unix board keeps without power: a file that stands for flash, behind one descriptor."""

from release import COUNTER, KEY, PRODUCTION

from sesam.port import const

_BLANK = b"\xff\xff\xff\xff\xff\xff\xff\xff"
_WORD = const(8)


class Part:
    """A storage (see `reader.storage.journal`): `size` bytes of the file from `base`, erased by `page`s."""

    def __init__(self, file: object, base: int, size: int, page: int) -> None:
        self._file = file
        self._base = base
        self.size = size
        self.page = page

    def read(self, at: int, buf: bytearray) -> None:
        """Fill `buf` from `at`."""
        self._file.seek(self._base + at)
        self._file.readinto(buf)

    def write(self, at: int, buf: bytearray) -> None:
        """Write `buf` at `at`."""
        self._file.seek(self._base + at)
        self._file.write(buf)

    def erase(self, page: int) -> None:
        """Turn a page into FF."""
        self._file.seek(self._base + page * self.page)
        for _ in range(self.page // _WORD):
            self._file.write(_BLANK)


class Flash:
    """The parts of the file behind a descriptor, as `board.toml` has them, and the key of the next image."""

    def __init__(self, number: int, running: int, page: int, bank: int) -> None:
        file = open(number, "r+b", 0)
        if not file.seek(0, 2):  # CPython's: `launch.py` has filled MicroPython's
            for _ in range((2 * bank + 4 * page) // _WORD):
                file.write(_BLANK)
        self.running = running
        self.key = KEY
        self.production = PRODUCTION
        self.counter = COUNTER
        self.banks = (Part(file, 0, bank, page), Part(file, bank, bank, page))
        self.boot = Part(file, 2 * bank, 2 * page, page)
        self.journal = Part(file, 2 * bank + 2 * page, 2 * page, page)
