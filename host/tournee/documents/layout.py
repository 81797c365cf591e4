"""What all our papers share: margins, the box that says what this is, who cares, places to sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tournee.billing.nomenclature.table import Profession
from tournee.documents.paper import HEIGHT, WIDTH, Paper

LEFT, RIGHT, TOP, BOTTOM = 40, WIDTH - 40, HEIGHT - 50, 50
MIDDLE = 300
LINE = 12
SIMULATION = "SIMULATION : personnes et numéros fictifs, ne facture personne."
_PROFESSIONS = {"IF": "infirmier, infirmière", "MK": "masseur-kinésithérapeute"}
_GREY = 0.92


def said_box(paper: Paper, top: float, words: str) -> float:
    """A box under `top`: that this is a simulation, and what else `words` say; gives where it ends."""
    paper.box(LEFT, top - 34, RIGHT - LEFT, 34, grey=_GREY)
    paper.text(LEFT + 6, top - 13, SIMULATION, 9, bold=True)
    paper.text(LEFT + 6, top - 27, words, 9)
    return top - 52


def rows_box(paper: Paper, y: float, rows: Sequence[tuple[str, str]], wide: float = 125) -> float:
    """Labels and what they say, in a box under `y`; gives where it ends."""
    height = LINE * len(rows) + 10
    paper.box(LEFT, y - height, RIGHT - LEFT, height)
    for label, value in rows:
        y -= LINE
        paper.text(LEFT + 6, y, label, 9)
        paper.text(LEFT + wide, y, value, 9, bold=True)
    return y - 28


def headings(
    paper: Paper, y: float, texts: Sequence[tuple[float, str]], figures: Sequence[tuple[float, str]] = ()
) -> float:
    """The grey line that begins a table: texts where they begin, headings of figures where these end."""
    paper.box(LEFT, y - 16, RIGHT - LEFT, 16, grey=_GREY)
    for x, words in texts:
        paper.text(x, y - 11, words, bold=True)
    for right, words in figures:
        paper.text(right - _width(words), y - 11, words, bold=True)
    return y - 18


def carer_lines(ps_number: str, profession: Profession, carer: str) -> list[str]:
    """Who cares; a stamp tells the name where none is given."""
    number = f"{ps_number[:2]} {ps_number[2:8]} {ps_number[8:]}"
    return [
        f"N° de facturation : {number}",
        f"Profession : {_PROFESSIONS[profession]}",
        f"Nom : {carer}" if carer else "Nom : voir le cachet",
    ]


def signing(paper: Paper, y: float, boxes: Sequence[str]) -> float:
    """A box to sign for each of these, side by side; gives where they end."""
    width = (RIGHT - LEFT - 16 * (len(boxes) - 1)) / len(boxes)
    for at, words in enumerate(boxes):
        x = LEFT + at * (width + 16)
        paper.box(x, y - 75, width, 75)
        paper.text(x + 6, y - 12, words, 8)
    return y - 75


def french(day: date | str) -> str:
    """A day as JJ/MM/AAAA; a text is AAAAMMJJ."""
    return f"{day[6:]}/{day[4:6]}/{day[:4]}" if isinstance(day, str) else f"{day:%d/%m/%Y}"


def _width(words: str) -> float:
    """About how wide bold words of 9 points are."""
    return 5.05 * len(words)
