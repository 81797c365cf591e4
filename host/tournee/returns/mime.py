"""A stranger's message cut into headers and parts (RFC 5322, RFC 2045, RFC 2046), counted while it is cut.

Nothing here takes longer than the message is long, whatever it holds: header lines, their lengths, parts and
nesting have bounds, and a message beyond one is set aside (OCT-RET-5).
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import unquote_to_bytes

from tournee.printable import CHARSETS, line, read_text
from tournee.returns.quarantine import DamagedError

HEAD_MAX = 512 * 2**10  # bytes of the headers of one part
HEAD_LINES = 1000
HEADER_MAX = 16 * 2**10  # bytes of a header that is read; a longer one is passed over
SHOWN_MAX = 1000  # characters of a header that are shown
PARTS_MAX = 100
DEPTH_MAX = 10
_DELIMITERS_MAX = 1000  # lines that begin as a delimiter does
_PARAMETERS_MAX = 30
_AT_MESSAGE = "message"
_NAME = re.compile(rb"[!-9;-~]+")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL)
_WORD = re.compile(r"=\?([!->@-~]{1,40})\?([bBqQ])\?([!->@-~]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_SECTION = re.compile(r"\*(\d{1,2})?(\*)?")


@dataclass(frozen=True)
class MimePart:
    """One part, or the message itself: its headers by lower-case name, the first of each; its body."""

    headers: Mapping[str, str]
    raw: bytes = field(repr=False)
    start: int
    end: int

    @property
    def body(self) -> bytes:
        """Its bytes, transfer encoding not undone."""
        return self.raw[self.start : self.end]

    @property
    def content_type(self) -> str:
        """Lower case, without parameters; `text/plain` when none is given (RFC 2045 5.2)."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind if kind.count("/") == 1 else "text/plain"

    def parameter(self, name: str, header: str = "content-type") -> str:
        """A parameter's value, in sections and with its charset where it has them (RFC 2231); "" without."""
        found = islice(_PARAMETER.finditer(self.headers.get(header, "")), _PARAMETERS_MAX)
        return _parameter({one[1].lower(): _unquoted(one[2]) for one in found}, name)

    def text(self, name: str) -> str:
        """A header's text on one line, its encoded words read (RFC 2047), fit to be shown; "" without."""
        return line(_read_words(self.headers.get(name, "")), SHOWN_MAX)


def read_parts(raw: bytes) -> list[MimePart]:
    """The message, then its parts in their order, those in a multipart or a message among them.

    Raises `DamagedError` when there are too many, too deep, or their headers too long.
    """
    parts: list[MimePart] = []
    waiting = [(0, len(raw), 0)]
    delimiters = 0
    while waiting:
        start, end, depth = waiting.pop()
        part = read_head(raw, start, end)
        parts.append(part)
        if len(parts) > PARTS_MAX:
            raise DamagedError(f"Le message porte plus de {PARTS_MAX} pièces.", _AT_MESSAGE)
        kind = part.content_type
        if kind == "message/rfc822":
            inner = [(part.start, part.end)]
        elif kind.startswith("multipart/"):
            inner = []
            for span in _cut(part):
                delimiters += 1
                if delimiters > _DELIMITERS_MAX:
                    raise DamagedError(f"Le message porte plus de {PARTS_MAX} pièces.", _AT_MESSAGE)
                if span is not None:
                    inner.append(span)
        else:
            continue
        if inner and depth == DEPTH_MAX:
            raise DamagedError(f"Les pièces du message sont imbriquées sur plus de {DEPTH_MAX}.", _AT_MESSAGE)
        waiting += [(first, last, depth + 1) for first, last in reversed(inner)]
    return parts


def read_head(raw: bytes, start: int = 0, end: int | None = None) -> MimePart:
    """The headers that begin at `start`, and where their body stands; `DamagedError` beyond a bound."""
    end = len(raw) if end is None else end
    limit = min(end, start + HEAD_MAX)
    found: list[tuple[str, bytearray]] = []
    at = start
    for _ in range(HEAD_LINES):
        if at >= limit < end:
            break
        stop = raw.find(b"\n", at, limit) + 1 or limit
        text = raw[at:stop].rstrip(b"\r\n")
        if stop == limit < end and raw[stop - 1 : stop] != b"\n":
            break
        if not text and at < limit:
            return _part(found, raw, stop, end)
        name, colon, value = text.partition(b":")
        if text[:1] in (b" ", b"\t") and found:
            found[-1][1].extend(text[: HEADER_MAX + 1])
        elif colon and _NAME.fullmatch(name.rstrip()):
            found.append((name.rstrip().decode("ascii").lower(), bytearray(value[: HEADER_MAX + 1])))
        elif at > start or not text.startswith((b"From ", b">From ")):
            return _part(found, raw, at, end)
        at = stop
        if at >= end:
            return _part(found, raw, end, end)
    raise DamagedError(
        f"L’en-tête du message est trop long : au plus {HEAD_LINES} lignes et {HEAD_MAX} octets.", _AT_MESSAGE
    )


def _part(found: list[tuple[str, bytearray]], raw: bytes, start: int, end: int) -> MimePart:
    headers: dict[str, str] = {}
    for name, value in found:
        if len(value) <= HEADER_MAX:
            headers.setdefault(name, read_text(bytes(value)).strip())
    return MimePart(headers, raw, start, end)


def _cut(part: MimePart) -> Iterator[tuple[int, int] | None]:
    """Where the parts of a multipart stand, one for each delimiter (RFC 2046 5.1.1); None: it was not one."""
    boundary = part.parameter("boundary").encode("utf-8", "replace")
    if not 1 <= len(boundary) <= 200:
        return
    raw, mark = part.raw, b"--" + boundary
    at, opened = part.start, -1
    while True:
        if not (at == part.start and raw.startswith(mark, at)):
            at = raw.find(b"\n" + mark, max(at - 1, part.start), part.end) + 1
            if not at:
                break
        stop = raw.find(b"\n", at, min(part.end, at + HEADER_MAX)) + 1 or part.end
        tail = raw[at + len(mark) : min(stop, at + len(mark) + 200)].rstrip()
        if tail in (b"", b"--"):
            if opened >= 0:
                yield opened, max(opened, at - (2 if raw[at - 2 : at] == b"\r\n" else 1))
            opened = -1 if tail else stop
            if tail:
                return
        else:
            yield None
        at = max(stop, at + len(mark))
        if at >= part.end:
            break
    if opened >= 0:
        yield opened, part.end


def _unquoted(value: str) -> str:
    value = value.strip()
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if len(value) > 1 and value[0] == value[-1] == '"' else value


def _parameter(values: Mapping[str, str], name: str) -> str:
    if name in values:
        return line(_read_words(values[name]), SHOWN_MAX)
    sections: dict[int, tuple[str, bool]] = {}
    for key, value in values.items():
        form = _SECTION.fullmatch(key, len(name)) if key.startswith(name) else None
        if form:
            sections[int(form[1] or 0)] = (value, bool(form[2]) or form[1] is None)
    charset, content = "", b""
    for rank in range(len(sections)):
        if rank not in sections:
            break
        value, encoded = sections[rank]
        if encoded and rank == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        content += unquote_to_bytes(
            value.encode("utf-8", "replace") if encoded else value.replace("%", "%25")
        )
    return line(read_text(content, charset), SHOWN_MAX)


def _read_words(text: str) -> str:
    """Encoded words in a charset of the list, read; any other stays as it came."""
    return _WORD.sub(_read_word, _BETWEEN_WORDS.sub(r"\1", text))


def _read_word(found: re.Match[str]) -> str:
    charset = found[1].partition("*")[0].lower()
    if charset not in CHARSETS:
        return found[0]
    try:
        if found[2] in "qQ":
            content = binascii.a2b_qp(found[3].replace("_", " "))
        else:
            content = binascii.a2b_base64(found[3] + "=" * (-len(found[3]) % 4), strict_mode=True)
    except binascii.Error:
        return found[0]
    return read_text(content, charset)
