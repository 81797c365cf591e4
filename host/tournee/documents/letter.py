"""A letter as it was written, line by line, on a page A4: what claims money of a patient or of an insurer."""

from __future__ import annotations

from tournee.documents.layout import BOTTOM, LEFT, TOP
from tournee.documents.paper import Paper

_SIZE, _LINE = 11, 16


def letter_pdf(title: str, text: str) -> bytes:
    """The letter as PDF; the same text gives the same bytes."""
    paper = Paper(title)
    y = float(TOP)
    for line in text.splitlines():
        if y < BOTTOM:
            paper.new_page()
            y = float(TOP)
        paper.text(LEFT, y, line, _SIZE)
        y -= _LINE
    return paper.to_bytes()
