"""Text as the records allow it: upper-case unaccented ASCII (domain 2.2)."""

import unicodedata

_REPLACED = {
    "Æ": "AE",
    "Œ": "OE",
    "Ø": "O",
    "Đ": "D",
    "Ð": "D",
    "Ħ": "H",
    "Ł": "L",
    "Ŋ": "N",
    "Þ": "TH",
    "Ŧ": "T",
    "ẞ": "SS",
    "‘": "'",
    "’": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "‐": "-",
    "‑": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "€": "EUR",
    "°": "O",
    "{": "(",
    "}": ")",
    "|": "/",
    "~": "-",
}


def upper_ascii(text: str) -> str:
    """`text` in upper-case unaccented ASCII (space to `_`), runs of blanks made one space, ends trimmed.

    Accents are dropped and ligatures spelled out; a character that has no counterpart becomes `?`, so that
    nothing is lost unseen.
    """
    out = []
    for char in " ".join(text.split()).upper():
        if char in _REPLACED:
            out.append(_REPLACED[char])
            continue
        plain = "".join(
            part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)
        )
        out.append("".join(part if " " <= part <= "_" else _REPLACED.get(part, "?") for part in plain))
    return " ".join("".join(out).split())
