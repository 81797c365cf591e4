"""The statement of a patient's account: each invoice, who pays what of it, what the patient paid and owes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tournee.billing.nomenclature.table import Profession
from tournee.documents.layout import (
    BOTTOM,
    LEFT,
    LINE,
    RIGHT,
    TOP,
    carer_lines,
    french,
    headings,
    rows_box,
    said_box,
)
from tournee.documents.paper import Paper
from tournee.french import euros
from tournee.model import ThreeShares

#: Columns: where each begins, or ends when it holds figures.
_INVOICE, _DAYS = LEFT + 5, 105
_TOTAL, _CAISSE, _MUTUELLE, _PATIENT, _PAID, _LEFT_OVER = 275, 325, 385, 440, 495, RIGHT - 5
_RECEIPT, _DAY, _HOW, _AMOUNT = LEFT + 5, 150, 225, RIGHT - 5


@dataclass(frozen=True)
class StatementLine:
    """An invoice, `number` "" of care outside télétransmission; days AAAAMMJJ, amounts in cents."""

    number: str
    first_day: str
    last_day: str
    fee: int
    shares: ThreeShares
    settled: int
    left: int


@dataclass(frozen=True)
class StatementPayment:
    """A line of what the patient paid: its receipt's number, day, kind and means in French, cents."""

    receipt: str
    day: str
    how: str
    cents: int


@dataclass(frozen=True)
class AccountStatement:
    """What the paper says; days AAAAMMJJ, `since` "" when it is of all there is."""

    ps_number: str
    profession: Profession
    carer: str
    patient: str = field(repr=False)
    since: str
    until: str
    lines: tuple[StatementLine, ...]
    payments: tuple[StatementPayment, ...]

    @property
    def left(self) -> int:
        """What the patient owes in all; below 0: to be given back."""
        return sum(line.left for line in self.lines)


def account_statement_pdf(told: AccountStatement) -> bytes:
    """The statement as PDF, in as many pages as it takes; the same one gives the same bytes."""
    paper = Paper("Relevé de compte")
    paper.text(LEFT, TOP, "RELEVÉ DE COMPTE", 15, bold=True)
    since = f"du {french(told.since)} " if told.since else ""
    paper.text(LEFT, TOP - 18, f"{since}au {french(told.until)}", 11)
    y = said_box(paper, TOP - 36, "Modèle propre à Tournée. Montants en euros.")
    paper.text(LEFT, y, "Le professionnel", 11, bold=True)
    for at, words in enumerate(carer_lines(told.ps_number, told.profession, told.carer)):
        paper.text(LEFT, y - 14 - LINE * at, words)
    y = rows_box(paper, y - 52, [("Patient", told.patient)])
    y = _invoices(paper, told.lines, y)
    y = _payments(paper, told.payments, y - 22)
    if y < BOTTOM + 40:
        y = _next_page(paper)
    paper.box(LEFT, y - 40, RIGHT - LEFT, 30)
    said = "Reste à payer par le patient" if told.left >= 0 else "À rendre au patient"
    paper.text(LEFT + 6, y - 29, said, 13, bold=True)
    paper.amount(RIGHT - 8, y - 29, f"{euros(abs(told.left))} €", 13, bold=True)
    return paper.to_bytes()


def _invoices(paper: Paper, lines: Sequence[StatementLine], y: float) -> float:
    paper.text(LEFT, y, "Les soins", 11, bold=True)
    y = _head(paper, y - 8)
    for line in lines:
        if y - LINE < BOTTOM + 10:
            y = _head(paper, _next_page(paper))
        y -= LINE
        days = french(line.first_day)
        if line.last_day != line.first_day:
            days += f" au {french(line.last_day)}"
        paper.text(_INVOICE, y, line.number or "hors FSE")
        paper.text(_DAYS, y, days, 8)
        ends = (_TOTAL, _CAISSE, _MUTUELLE, _PATIENT, _PAID)
        for right, cents in zip(ends, (line.fee, *line.shares, line.settled), strict=True):
            _figure(paper, right, y, cents)
        _figure(paper, _LEFT_OVER, y, line.left, bold=True)
    paper.rule(LEFT, y - 5, RIGHT)
    return y - 5


def _head(paper: Paper, y: float) -> float:
    figures = (
        (_TOTAL, "Total"),
        (_CAISSE, "Caisse"),
        (_MUTUELLE, "Mutuelle"),
        (_PATIENT, "Patient"),
        (_PAID, "Réglé"),
        (_LEFT_OVER, "Reste"),
    )
    return headings(paper, y, ((_INVOICE, "Facture"), (_DAYS, "Soins")), figures)


def _payments(paper: Paper, payments: Sequence[StatementPayment], y: float) -> float:
    if not payments:
        paper.text(LEFT, y, "Aucun paiement du patient.", 10)
        return y
    if y < BOTTOM + 60:
        y = _next_page(paper)
    paper.text(LEFT, y, "Les paiements du patient", 11, bold=True)
    y = _payments_head(paper, y - 8)
    for one in payments:
        if y - LINE < BOTTOM + 10:
            y = _payments_head(paper, _next_page(paper))
        y -= LINE
        paper.text(_RECEIPT, y, one.receipt)
        paper.text(_DAY, y, french(one.day))
        paper.text(_HOW, y, one.how)
        _figure(paper, _AMOUNT, y, one.cents)
    paper.rule(LEFT, y - 5, RIGHT)
    return y - 5


def _payments_head(paper: Paper, y: float) -> float:
    texts = ((_RECEIPT, "Reçu"), (_DAY, "Jour"), (_HOW, "Comment"))
    return headings(paper, y, texts, ((_AMOUNT, "Montant"),))


def _figure(paper: Paper, right: float, y: float, cents: int, *, bold: bool = False) -> None:
    paper.amount(right, y, euros(cents), bold=bold)


def _next_page(paper: Paper) -> float:
    paper.new_page()
    paper.text(LEFT, TOP, f"Relevé de compte - page {paper.pages} - SIMULATION", 9, bold=True)
    return TOP - 12
