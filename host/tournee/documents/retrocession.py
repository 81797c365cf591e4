"""The statement of rétrocession, on paper: what was billed and what came, what goes to the replacement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tournee.documents.layout import BOTTOM, LEFT, LINE, RIGHT, TOP, headings, rows_box, said_box, signing
from tournee.documents.paper import Paper
from tournee.french import euros

_INVOICE, _DAYS = LEFT + 5, 110
_BILLED, _REFUSED, _CAME = 370, 455, RIGHT - 5
_SIGNING = 150


@dataclass(frozen=True)
class RetrocessionRow:
    """An invoice: number, days and why it is there in words, cents."""

    invoice: str
    days: str
    billed: int
    refused: int
    came: int


@dataclass(frozen=True)
class RetrocessionPaper:
    """What the paper says: `heading` are labels and what they say, `reckoning` labels and cents, the last of
    them what is owed. `signed`: the day, "" while it is a draft.
    """

    title: str
    heading: Sequence[tuple[str, str]]
    rows: Sequence[RetrocessionRow]
    totals: tuple[int, int, int]
    reckoning: Sequence[tuple[str, int]]
    owed: str
    signed: str
    replaced: str
    replacement: str


def retrocession_pdf(told: RetrocessionPaper) -> bytes:
    """The statement as PDF, in as many pages as it takes; the same one gives the same bytes."""
    paper = Paper(told.title)
    paper.text(LEFT, TOP, "RELEVÉ DE RÉTROCESSION", 15, bold=True)
    paper.text(LEFT, TOP - 18, told.title, 11)
    state = f"Signé le {told.signed}." if told.signed else "Projet : pas encore signé."
    y = said_box(paper, TOP - 36, f"Modèle propre à Tournée. Montants en euros. {state}")
    y = rows_box(paper, y, told.heading)
    y = _rows(paper, told, y)
    if y < BOTTOM + _SIGNING + LINE * len(told.reckoning):
        y = _next_page(paper, told)
    for label, cents in told.reckoning:
        y -= LINE + 2
        paper.text(LEFT + 6, y, label, 10)
        paper.amount(RIGHT - 8, y, f"{euros(cents)} €", 10)
    last = told.reckoning[-1][1]
    paper.box(LEFT, y - 40, RIGHT - LEFT, 30)
    paper.text(LEFT + 6, y - 29, told.owed, 12, bold=True)
    paper.amount(RIGHT - 8, y - 29, f"{euros(abs(last))} €", 13, bold=True)
    signing(paper, y - 52, (told.replaced, told.replacement))
    return paper.to_bytes()


def _rows(paper: Paper, told: RetrocessionPaper, y: float) -> float:
    paper.text(LEFT, y, "Les factures", 11, bold=True)
    y = _head(paper, y - 8)
    for row in told.rows:
        if y - LINE < BOTTOM + 10:
            y = _head(paper, _next_page(paper, told))
        y -= LINE
        paper.text(_INVOICE, y, row.invoice)
        paper.text(_DAYS, y, row.days, 8)
        _figures(paper, y, (row.billed, row.refused, row.came))
    paper.rule(LEFT, y - 5, RIGHT)
    y -= LINE + 6
    paper.text(_INVOICE, y, "En tout", bold=True)
    _figures(paper, y, told.totals, bold=True)
    return y - 10


def _head(paper: Paper, y: float) -> float:
    figures = ((_BILLED, "Facturé"), (_REFUSED, "Refusé"), (_CAME, "Encaissé"))
    return headings(paper, y, ((_INVOICE, "Facture"), (_DAYS, "Soins")), figures)


def _figures(paper: Paper, y: float, cents: Sequence[int], *, bold: bool = False) -> None:
    for right, amount in zip((_BILLED, _REFUSED, _CAME), cents, strict=True):
        paper.amount(right, y, euros(amount), bold=bold)


def _next_page(paper: Paper, told: RetrocessionPaper) -> float:
    paper.new_page()
    paper.text(LEFT, TOP, f"{told.title} - page {paper.pages} - SIMULATION", 9, bold=True)
    return TOP - 12
