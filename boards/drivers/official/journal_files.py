"""The journal's storage on a board's own file system, which has to be littlefs: a file for each of its pages.

An official MicroPython gives all the flash that it leaves to that file system, and formats it anew when its
size has changed: no raw page can be set aside. On littlefs what is written to a file counts once the file is
synchronised, and then all of it: power that fails leaves the file as it was, or as it is to be. Files are
synchronised before anything is read of them, and the journal reads each record back before it relies on it.
"""

from sesam.port import const

_BLANK = b"\xff" * 64
_PAGES = const(2)


class JournalFiles:
    """Two pages of `page` bytes (see `reader.storage.journal`), in files `name` + "0" and "1".

    After a write that fails nothing is there any more, until the next start: so the journal refuses.
    """

    def __init__(self, name: str, page: int) -> None:
        self.page = page
        self.size = _PAGES * page
        self._failed = False
        self._fresh = [False] * _PAGES  # written, not synchronised
        self._files = [_opened(name + str(one), page) for one in range(_PAGES)]

    def read(self, at: int, buf: bytearray) -> None:
        """Fill `buf` from `at`, all of it in one page."""
        one = at // self.page
        file = self._files[one]
        try:
            if self._fresh[one]:
                self._fresh[one] = False
                file.flush()
            file.seek(at % self.page)
            file.readinto(buf)
        except OSError:
            self._failed = True
        if self._failed:
            for i in range(len(buf)):
                buf[i] = 255

    def write(self, at: int, buf: bytearray) -> None:
        """Write `buf` at `at`, all of it in one page."""
        one = at // self.page
        self._fresh[one] = True
        try:
            self._files[one].seek(at % self.page)
            self._files[one].write(buf)
        except OSError:
            self._failed = True

    def erase(self, page: int) -> None:
        """Turn a page into FF."""
        for at in range(page * self.page, (page + 1) * self.page, len(_BLANK)):
            self.write(at, _BLANK)


def _opened(name: str, page: int) -> object:
    """The file of a page, filled up with FF where it is new."""
    try:
        file = open(name, "r+b")
    except OSError:
        file = open(name, "w+b")
    lacks = page - file.seek(0, 2)
    for _ in range(0, lacks, len(_BLANK)):
        file.write(_BLANK)
    if lacks > 0:
        file.flush()  # of a file that is there it would write its time: littlefs, at each start
    return file
