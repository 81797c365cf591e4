"""Names as they are said: in any part and order, without accents, case nor marks."""

from __future__ import annotations

import re
import unicodedata


def plain(name: str) -> str:
    """A name without accents, case nor marks: its words, one blank between two."""
    bare = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae"))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()
    return " ".join(re.findall(r"[^\W_]+", letters))


def is_named(name: str, told: str) -> bool:
    """Whether what was told is a part of a name: each of its words is in one of the name's, in any order; or
    all of it, its blanks and apostrophes aside, is.
    """
    words, wanted = plain(name).split(), plain(told).split()
    if not wanted:
        return False
    return all(any(part in word for word in words) for part in wanted) or "".join(wanted) in "".join(words)
