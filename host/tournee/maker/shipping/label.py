"""The label of a reader, as people read it: name, serial number, secret in groups, QR code (PROTOCOL.md 9).

Below them a blank frame is left for the marks of the standards that the maker declares: they are the
maker's to add, and never drawn here. One drawing in millimetres is the PDF; the PNG is a picture of it.
Whoever reads a label may use the reader: the files are for their owner alone.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tournee.documents.paper import Paper, has_glyph
from tournee.errors import ConfigError
from tournee.extras import missing
from tournee.files import write_whole
from tournee.french import reason
from tournee.maker.shipping.label_forms import LabelForm
from tournee.maker.shipping.register import check_serial
from tournee.reader.label import Label, printed_code, scanned_text

NAME = "Lecteur de cartes Tournée"
DPI = (300, 600)
_MM = 72 / 25.4  # points
_DOT = 25.4 / 300  # mm: modules of the QR code are whole dots of the coarser printer
_EDGE = 2.0  # mm without print: a label is never cut where it should be
_GAP = 1.5
_QUIET = 4  # modules of white around a QR code (ISO/IEC 18004 6.3.8)
_MARKS = 0.2  # of the height: the frame for the marks
_NAME_MAX = 48  # characters
_NUMBER = 1.6  # characters of the code that the number before a row takes
_WIDEST = "MWmw@%—…Œœ"
_WIDE = 0.6  # width of a Courier character, in sizes


@dataclass(frozen=True)
class LabelBox:
    """A part of a label: left and lower edge from the page's lower left corner, width, height; mm."""

    x: float
    y: float
    width: float
    height: float


def labels_pdf(form: LabelForm, labels: Sequence[Label], name: str = NAME, skip: int = 0) -> bytes:
    """Labels as PDF: a page for each, or sheets full of them, the first `skip` corners left free.

    ConfigError for a name that cannot be printed.
    """
    name = check_name(name)
    width, height = form.size
    corners = [(0.0, 0.0)]
    page = form.size
    if form.sheet is not None:
        page, corners = form.sheet.page, list(form.sheet.corners())
    paper = Paper(name, (page[0] * _MM, page[1] * _MM))
    for rank, label in enumerate(labels, skip % len(corners)):
        if rank and not rank % len(corners):
            paper.new_page()
        left, top = corners[rank % len(corners)]
        _draw(paper, LabelBox(left, page[1] - top - height, width, height), label, name)
    return paper.to_bytes()


def check_name(name: str) -> str:
    """A label's name as it is printed, its accents in one piece with their letters.

    ConfigError for one that is none, or has a character that the font lacks.
    """
    name = unicodedata.normalize("NFC", name)
    if not name.strip() or not name.isprintable() or len(name) > _NAME_MAX:
        raise ConfigError(
            f"Nom d’étiquette impossible : {name!r}.", next_step=f"1 à {_NAME_MAX} caractères, sur une ligne"
        )
    if lacking := sorted(one for one in set(name) if not has_glyph(one)):
        told = ", ".join(f"« {one} » (U+{ord(one):04X})" for one in lacking)
        raise ConfigError(
            "Ce nom d’étiquette ne s’imprime pas.",
            cause=f"la police n’a pas {told}",
            next_step="écrivez-le en lettres latines, accents compris, et en ponctuation ordinaire",
        )
    return name


def picture_of(pdf: bytes, dpi: int) -> bytes:
    """The first page of a PDF as PNG, in black, white and grey, that says how many dots an inch has."""
    try:
        from pypdfium2 import PdfDocument
    except ModuleNotFoundError:
        raise missing("maker") from None

    page = PdfDocument(pdf)[0]
    picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
    made = io.BytesIO()
    picture.save(made, "PNG", dpi=(dpi, dpi))
    return made.getvalue()


def write_label(
    folder: Path, serial: str, secret: bytes, form: LabelForm, name: str = NAME, dpi: int = DPI[0]
) -> list[Path]:
    """Write `SERIAL.png` and `SERIAL.pdf` into a folder, made when missing; where they are. ConfigError."""
    check_serial(serial)
    alone = LabelForm(form.name, form.size, None)
    pdf = labels_pdf(alone, [Label(secret, serial)], name)
    files = {folder / f"{serial}.png": picture_of(pdf, dpi), folder / f"{serial}.pdf": pdf}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in files.items():
            write_whole(path, data)
    except OSError as error:
        raise ConfigError(
            f"L’étiquette de {serial} n’a pas pu être écrite dans {folder}.",
            cause=reason(error),
            next_step="corrigez les droits ou la place, puis recommencez : le lecteur garde son secret",
        ) from error
    return list(files)


def _draw(paper: Paper, whole: LabelBox, label: Label, name: str) -> None:
    inside = LabelBox(whole.x + _EDGE, whole.y + _EDGE, whole.width - 2 * _EDGE, whole.height - 2 * _EDGE)
    marks = LabelBox(inside.x, inside.y, inside.width, whole.height * _MARKS)
    paper.box(marks.x * _MM, marks.y * _MM, marks.width * _MM, marks.height * _MM)
    left = inside.height - marks.height - _GAP
    side = _qr(paper, LabelBox(inside.x, inside.y + inside.height - left, left, left), label)
    at = inside.x + side + _GAP
    _words(
        paper, LabelBox(at, inside.y + inside.height - left, inside.x + inside.width - at, left), label, name
    )


def _qr(paper: Paper, room: LabelBox, label: Label) -> float:
    """The QR code at the upper left of its room, with white around it; the side of both."""
    import segno  # of the extra `maker`

    code = segno.make(scanned_text(label), error="m", micro=False, boost_error=False)
    rows = list(code.matrix)
    margin = _QUIET - 2  # modules; the label's own edge is the rest
    count = len(rows) + 2 * margin
    module = room.height / count // _DOT * _DOT
    left = (room.x + margin * module) // _DOT * _DOT
    top = (room.y + room.height - margin * module) // _DOT * _DOT
    paper.blacken(
        (left_edge * _MM, (top - (row + 1) * module) * _MM, length * module * _MM, module * _MM)
        for row, dark in enumerate(rows)
        for left_edge, length in ((left + start * module, end - start) for start, end in _runs(dark))
    )
    return count * module


def _runs(dark: Sequence[int]) -> list[tuple[int, int]]:
    """Where runs of dark modules begin and end."""
    runs, start = [], -1
    for at, one in enumerate([*dark, 0]):
        if one and start < 0:
            start = at
        elif not one and start >= 0:
            runs.append((start, at))
            start = -1
    return runs


def _words(paper: Paper, room: LabelBox, label: Label, name: str) -> None:
    """Name, serial number, and the code in numbered rows of groups."""
    top = room.y + room.height
    size = min(room.height * 0.12, room.width / _width(name))
    paper.text(room.x * _MM, (top - size * 0.75) * _MM, name, size * _MM)
    top -= size * 1.3
    serial = f"N° {label.serial}"
    size = min(room.height * 0.16, room.width / _width(serial))
    paper.text(room.x * _MM, (top - size * 0.8) * _MM, serial, size * _MM, bold=True)
    top -= size * 1.25
    groups = printed_code(label.secret).split()
    size, per_row = max(_fit(room.width, top - room.y, len(groups), count) for count in (2, 3, 4))
    rows = -(-len(groups) // per_row)
    step = (top - room.y) / rows
    for row in range(rows):
        y = top - row * step - step * 0.5 - size * 0.22
        paper.amount((room.x + size * 0.7) * _MM, y * _MM, str(row * per_row + 1), size * 0.6 * _MM)
        words = " ".join(groups[row * per_row : (row + 1) * per_row])
        paper.text((room.x + size * _WIDE * _NUMBER) * _MM, y * _MM, words, size * _MM, font="C")


def _fit(width: float, height: float, groups: int, per_row: int) -> tuple[float, int]:
    """How large the code can be written with so many groups in a row."""
    across = width / ((per_row * 5 - 1 + _NUMBER) * _WIDE)
    return min(across, height / -(-groups // per_row) / 1.15), per_row


def _width(words: str) -> float:
    """How wide words in Helvetica are at most, bold or not, in sizes."""
    return sum(0.97 if one in _WIDEST else 0.78 if one.isupper() else 0.61 for one in words)
