"""Where each value of a TOML text stands, so that a mistake can be told by its line.

`tomllib` reads the values; this walk runs only over a text that it accepted, and finds lines alone.
"""

import re
from bisect import bisect_right

Place = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"[ \t]*(?:([A-Za-z0-9_-]+)|\"((?:[^\"\\]|\\.)*)\"|'([^']*)')[ \t]*")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_STRINGS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}',
        r"'''(?:[^']|'(?!''))*'{3,5}",
        r'"(?:[^"\\]|\\.)*"',
        r"'[^']*'",
    )
)


def lines_of(text: str) -> dict[Place, int]:
    """Give the 1-based line of every table, array element and key of a valid TOML text."""
    return _Walk(text).run()


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Place, int] = {}
        self.counts: dict[Place, int] = {}  # arrays of tables: elements so far
        self.starts = [match.end() for match in re.finditer("\n", text)]

    def run(self) -> dict[Place, int]:
        base: Place = ()
        self._skip_blank()
        while self.at < len(self.text):
            start = self.at
            if self.text.startswith("[", start):
                base = self._header()
                self._note(base, start)
            else:
                self._pair(base)
            self._skip_blank()
        return self.lines

    def _note(self, place: Place, at: int) -> None:
        line = bisect_right(self.starts, at) + 1
        length = len(place)
        while length and place[:length] not in self.lines:  # what is around a known place is known
            self.lines[place[:length]] = line
            length -= 1

    def _skip_blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        assert match is not None  # it matches the empty string too
        self.at = match.end()

    def _keys(self) -> list[str]:
        keys = []
        while match := _KEY.match(self.text, self.at):
            keys.append(next(part for part in match.groups() if part is not None))
            self.at = match.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return keys

    def _header(self) -> Place:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        keys = self._keys()
        self.at += 2 if is_array else 1
        place: Place = ()
        for key in keys[:-1]:
            place = self._last((*place, key))
        place = (*place, keys[-1])
        if is_array:
            self.counts[place] = self.counts.get(place, 0) + 1
            return self._last(place)
        return place

    def _last(self, place: Place) -> Place:
        count = self.counts.get(place, 0)
        return (*place, count - 1) if count else place

    def _pair(self, base: Place) -> None:
        start = self.at
        place: Place = (*base, *self._keys())
        self._note(place, start)
        self.at += 1  # the equals sign
        self._value(place)

    def _value(self, place: Place) -> None:
        self._skip_blank()
        first = self.text[self.at]
        if first == "[":
            self._array(place)
        elif first == "{":
            self._inline_table(place)
        elif first in "\"'":
            self._string()
        else:
            match = _SCALAR.match(self.text, self.at)
            assert match is not None  # it matches the empty string too
            self.at = match.end()

    def _string(self) -> None:
        for pattern in _STRINGS:
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return

    def _array(self, place: Place) -> None:
        self.at += 1
        self._skip_blank()
        index = 0
        while self.text[self.at] != "]":
            self._note((*place, index), self.at)
            self._value((*place, index))
            index += 1
            self._skip_comma()
        self.at += 1

    def _inline_table(self, place: Place) -> None:
        self.at += 1
        self._skip_blank()
        while self.text[self.at] != "}":
            self._pair(place)
            self._skip_comma()
        self.at += 1

    def _skip_comma(self) -> None:
        self._skip_blank()
        if self.text[self.at] == ",":
            self.at += 1
            self._skip_blank()
