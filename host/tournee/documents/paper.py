"""Pages of text, lines and boxes, as PDF: the same content gives the same bytes.

The fonts are what every viewer has (Helvetica, plain and bold; Courier bold), so nothing is embedded.
Letters beyond ASCII get codes of their own as they come, by their glyphs' names; a table beside them gives
the text back to whoever copies or searches. Nothing is compressed: what compresses differs from one machine
to the next.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from io import BytesIO

import pydyf

WIDTH, HEIGHT = 595, 842
"""Points of an A4 page; (0, 0) is its lower left corner."""

FONTS = {"F": "Helvetica", "B": "Helvetica-Bold", "C": "Courier-Bold"}
_ALWAYS = "FB"  # the others where something is written in them
_FIRST_CODE, _LAST_CODE = 128, 255
_ACCENTS = {
    "\u0300": "grave",
    "\u0301": "acute",
    "\u0302": "circumflex",
    "\u0303": "tilde",
    "\u0304": "macron",
    "\u0306": "breve",
    "\u0307": "dotaccent",
    "\u0308": "dieresis",
    "\u030a": "ring",
    "\u030b": "hungarumlaut",
    "\u030c": "caron",
    "\u0326": "commaaccent",
    "\u0327": "cedilla",
    "\u0328": "ogonek",
}
_COMMA_NOT_CEDILLA = "GgKkLlNnRrTt"  # as the glyphs are named, and drawn
_GLYPHS = {
    "Æ": "AE",
    "æ": "ae",
    "Œ": "OE",
    "œ": "oe",
    "Ø": "Oslash",
    "ø": "oslash",
    "Ł": "Lslash",
    "ł": "lslash",
    "Đ": "Dcroat",
    "đ": "dcroat",
    "Ð": "Eth",
    "ð": "eth",
    "Þ": "Thorn",
    "þ": "thorn",
    "Ħ": "H",  # this one and the next two: no viewer is sure to know how wide the glyph is
    "ħ": "h",
    "Ŋ": "N",
    "ŋ": "n",
    "Ŧ": "T",
    "ŧ": "t",
    "ı": "dotlessi",
    "ß": "germandbls",
    "€": "Euro",
    "‘": "quoteleft",
    "’": "quoteright",
    "“": "quotedblleft",
    "”": "quotedblright",
    "«": "guillemotleft",
    "»": "guillemotright",
    "–": "endash",
    "—": "emdash",
    "…": "ellipsis",
    "°": "degree",
    "·": "periodcentered",
    "×": "multiply",
    "©": "copyright",
    "®": "registered",
    "™": "trademark",
    "•": "bullet",
    "§": "section",
    "±": "plusminus",
    "÷": "divide",
    "µ": "mu",
    "²": "twosuperior",
    "³": "threesuperior",
    "¹": "onesuperior",
    "½": "onehalf",
    "¼": "onequarter",
    "¾": "threequarters",
    "£": "sterling",
    "¡": "exclamdown",
    "¿": "questiondown",
    "ª": "ordfeminine",
    "º": "ordmasculine",
    "\u00a0": "space",
    "\u202f": "space",
}
_NARROW, _DIGIT, _MINUS = 278, 556, 333  # thousandths of the size: comma, full stop and blank; digits, euro


class Paper:
    """Pages that are written on from wherever the caller stands; `title` is the document's own, `size` the
    points of a page."""

    def __init__(self, title: str, size: tuple[float, float] = (WIDTH, HEIGHT)) -> None:
        self._size = size
        self._used = set(_ALWAYS)
        self._pdf = pydyf.PDF()
        self._codes: dict[str, int] = {}
        self._fonts = pydyf.Dictionary()
        self._pdf.add_object(self._fonts)
        self._pdf.info = pydyf.Dictionary({"Title": pydyf.String(title)})
        self._pdf.catalog["Lang"] = "(fr)"
        self.pages = 0
        self.new_page()

    def new_page(self) -> None:
        """Go on on another page."""
        self._stream = pydyf.Stream()
        self._pdf.add_object(self._stream)
        page = {
            "Type": "/Page",
            "Parent": self._pdf.pages.reference,
            "MediaBox": pydyf.Array([0, 0, *self._size]),
            "Contents": self._stream.reference,
            "Resources": pydyf.Dictionary({"Font": self._fonts.reference}),
        }
        self._pdf.add_page(pydyf.Dictionary(page))
        self.pages += 1

    def text(
        self, x: float, y: float, words: str, size: float = 9, *, bold: bool = False, font: str = ""
    ) -> None:
        """Write `words` from (x, y) on, in one of `FONTS`."""
        stream = self._stream
        name = font or ("B" if bold else "F")
        self._used.add(name)
        stream.begin_text()
        stream.set_font_size(name, size)
        stream.move_text_to(x, y)
        stream.show_text(f"<{bytes(map(self._code, words)).hex()}>")
        stream.end_text()

    def amount(self, right: float, y: float, figures: str, size: float = 9, *, bold: bool = False) -> None:
        """Write digits, commas, blanks, the minus and the euro so that they end at `right`."""
        widths = (_NARROW if one in " ,.\u00a0" else _MINUS if one == "-" else _DIGIT for one in figures)
        width = sum(widths) * size / 1000
        self.text(right - width, y, figures, size, bold=bold)

    def rule(self, x: float, y: float, right: float, *, width: float = 0.5) -> None:
        """Draw a level line."""
        stream = self._stream
        stream.set_line_width(width)
        stream.move_to(x, y)
        stream.line_to(right, y)
        stream.stroke()

    def box(self, x: float, y: float, width: float, height: float, *, grey: float = 1) -> None:
        """Draw a frame from its lower left corner, filled in `grey` (0 black, 1 white)."""
        stream = self._stream
        stream.push_state()
        stream.set_line_width(0.5)
        stream.set_color_rgb(grey, grey, grey)
        stream.rectangle(x, y, width, height)
        stream.fill_and_stroke()
        stream.pop_state()

    def blacken(self, squares: Iterable[tuple[float, float, float, float]]) -> None:
        """Fill rectangles with black: lower left corner, width, height of each."""
        stream = self._stream
        for x, y, width, height in squares:
            stream.rectangle(x, y, width, height)
        stream.fill()

    def to_bytes(self) -> bytes:
        """The document. It is written on no more."""
        unicode_map = pydyf.Stream([_to_unicode(self._codes)])
        self._pdf.add_object(unicode_map)
        differences = [_FIRST_CODE, *(f"/{_glyph(char)}" for char in self._codes)]
        encoding = pydyf.Dictionary(
            {
                "Type": "/Encoding",
                "BaseEncoding": "/WinAnsiEncoding",
                "Differences": pydyf.Array(differences),
            }
        )
        for key, name in FONTS.items():
            if key not in self._used:
                continue
            font = pydyf.Dictionary(
                {
                    "Type": "/Font",
                    "Subtype": "/Type1",
                    "BaseFont": f"/{name}",
                    "Encoding": encoding,
                    "ToUnicode": unicode_map.reference,
                }
            )
            self._pdf.add_object(font)
            self._fonts[key] = font.reference
        out = BytesIO()
        self._pdf.write(out)
        return out.getvalue()

    def _code(self, char: str) -> int:
        if " " <= char <= "~":
            return ord(char)
        if char not in self._codes:
            if _FIRST_CODE + len(self._codes) > _LAST_CODE:
                return ord("?")
            self._codes[char] = _FIRST_CODE + len(self._codes)
        return self._codes[char]


def has_glyph(char: str) -> bool:
    """Whether every viewer's own fonts draw a character as itself: sure of Windows-1252 alone (PDF 1.7, annex
    D); some leave others blank."""
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return " " <= char <= "~" or _glyph(char) != "question"


def _glyph(char: str) -> str:
    if char in _GLYPHS:
        return _GLYPHS[char]
    parts = unicodedata.normalize("NFD", char)
    base, marks = parts[0], parts[1:]
    if base.isascii() and marks in _ACCENTS:
        accent = _ACCENTS[marks]
        return base + ("commaaccent" if accent == "cedilla" and base in _COMMA_NOT_CEDILLA else accent)
    return "question"


def _to_unicode(codes: dict[str, int]) -> str:
    """The table that gives the characters of codes back (PDF 1.7, 9.10.3)."""
    rows = [(code, f"{code:04x}") for code in range(ord(" "), ord("~") + 1)]
    rows += [(code, char.encode("utf-16-be").hex()) for char, code in codes.items()]
    parts = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Paper def /CMapType 2 def",
        "1 begincodespacerange <00> <ff> endcodespacerange",
    ]
    for at in range(0, len(rows), 100):  # as many as one block may have
        some = rows[at : at + 100]
        parts += [f"{len(some)} beginbfchar", *(f"<{code:02x}> <{told}>" for code, told in some), "endbfchar"]
    return "\n".join([*parts, "endcmap end end"])
