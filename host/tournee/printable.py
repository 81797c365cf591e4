"""The one door for a stranger's text: what comes out can be encoded, printed and shown as it stands.

Subjects, senders, reasons, labels, file names and servers' answers pass it before a journal, a terminal or a
program reads them. Charsets are those of a list: Python knows others that hang, or that make what no text is.
"""

import re
import unicodedata

MARK = "\N{REPLACEMENT CHARACTER}"
"""What stands where a character was that may not be shown."""

LINE_MAX = 300
"""Characters of a stranger's text that is shown on one line, where its reader says no other bound."""

CHARSETS = {
    **dict.fromkeys(("us-ascii", "ascii"), "ascii"),
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1"), "latin-1"),
    **dict.fromkeys(("iso-8859-15", "iso8859-15", "latin-9"), "iso-8859-15"),
    **dict.fromkeys(("windows-1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("cp850", "ibm850", "cp-850"), "cp850"),
}
"""Charsets that are read, by the names that mail gives them; Python's own name of each."""

_BLANKS = frozenset({"Zs", "Zl", "Zp"})
_BOM, _END_OF_FILE = "\ufeff", "\x1a"
_OF_CP850 = re.compile(rb"[\x82\x87\x88\x8a\x90]|(?<=[A-Za-z])[\x83\x85\x89\x8b\x93\x96\x97](?=[A-Za-z])")
_OF_LATIN_1 = re.compile(rb"[\xc0-\xff]")


def printable(text: str) -> str:
    """`text` with its line ends and tabs, and a mark for each other character that may not be shown.

    Marked are C0, DEL and C1, lone surrogates, what changes the direction of writing or has no width, and
    what Unicode does not assign; so no escape sequence is left. Blanks of any width become plain ones.
    """
    return "".join(one if one in "\n\t" or one.isprintable() else _shown(one) for one in text)


def is_shown_whole(value: object) -> bool:
    """Whether every text in a value, of tuples and lists, may be shown as it is, on one line."""
    if isinstance(value, str):
        return value.isprintable()
    return not isinstance(value, tuple | list) or all(map(is_shown_whole, value))


def line(text: str, most: int = LINE_MAX) -> str:
    """`text` as one line of at most `most` characters, its runs of blanks and line ends made one blank."""
    return " ".join(printable(text[: 4 * most]).split())[:most]


def raw_text(content: bytes) -> str:
    """Bytes of no charset that is read: ASCII, any other byte written `\\xNN`."""
    return "".join(chr(one) if 32 <= one < 127 or one in b"\r\n\t" else f"\\x{one:02x}" for one in content)


def read_text(content: bytes, charset: str = "") -> str:
    """`content` as text, not yet `printable`, without a byte order mark in front or an end of file behind.

    In the charset named, when it is one of `CHARSETS` and the bytes are of it; raw when it is another. With
    none named, or a wrong one: UTF-8, or else cp850 or Windows-1252, by which of them makes words.
    """
    name = charset.strip().lower()
    if name and name not in CHARSETS:
        return raw_text(content)
    for known in (CHARSETS.get(name, ""), "utf-8"):
        try:
            return _bare(content.decode(known)) if known else _bare(content.decode("utf-8"))
        except UnicodeDecodeError:  # the bytes are of another
            continue
    is_cp850 = len(_OF_CP850.findall(content)) > len(_OF_LATIN_1.findall(content))
    return _bare(content.decode("cp850" if is_cp850 else "cp1252", "replace"))


def _bare(text: str) -> str:
    return text.removeprefix(_BOM).rstrip(_END_OF_FILE)


def _shown(one: str) -> str:
    return " " if unicodedata.category(one) in _BLANKS else MARK
