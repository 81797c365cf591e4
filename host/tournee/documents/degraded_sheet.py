"""The care sheet of an invoice made without its Vitale card, for the caisse: a model of ours, and says so."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

from tournee.billing.nomenclature.table import Profession
from tournee.documents.layout import (
    BOTTOM,
    LEFT,
    LINE,
    MIDDLE,
    RIGHT,
    TOP,
    carer_lines,
    french,
    headings,
    rows_box,
    said_box,
    signing,
)
from tournee.documents.paper import Paper
from tournee.french import euros

_SIGNING = 190  # points that the sums, the signatures and what stands under them take
_LABEL_CHARS = 40

#: Columns of the table of acts: where each begins, or ends when it holds figures.
_DAY, _CODE, _LABEL = LEFT + 5, 98, 138
_COEFFICIENT, _QUANTITY, _RATE, _BASE, _CAISSE, _AMOUNT = 345, 375, 410, 455, 505, RIGHT - 5


@dataclass(frozen=True)
class SheetAct:
    """An act as the invoice has it: day AAAAMMJJ, coefficient in hundredths (0: none), rate in percent,
    amounts in cents; `more` are its complement and its qualificatif.
    """

    day: str
    code: str
    label: str
    coefficient: int
    quantity: int
    rate: int
    base: int
    amo: int
    fee: int
    more: str = ""


@dataclass(frozen=True)
class DegradedSheet:
    """What the sheet says, off the certified records; `insured` "" when only the card names that person.

    `nir` is with its key; `prescription`, `agreement` and `paid_by` (third-party payment) are told in French;
    `due` is what the patient gives, `substitute` who cared in the carer's place.
    """

    number: str
    made: str
    ps_number: str
    profession: Profession
    carer: str
    beneficiary: str = field(repr=False)
    born: str = field(repr=False)
    rank: str
    insured: str = field(repr=False)
    nir: str = field(repr=False)
    caisse: str
    cover: str
    complementary: str
    reason: str
    prescription: tuple[str, ...]
    agreement: str
    acts: tuple[SheetAct, ...]
    fee: int
    amo: int
    amc: int
    paid_by: str
    due: int
    substitute: str = ""


def degraded_sheet_pdf(sheet: DegradedSheet) -> bytes:
    """The sheet as PDF, in as many pages as its acts take; the same sheet gives the same bytes."""
    paper = Paper(f"Feuille de soins {sheet.number}")
    y = _acts(paper, sheet, _people(paper, sheet, _head(paper, sheet)))
    if y < BOTTOM + _SIGNING:
        y = _next_page(paper, sheet)
    _end(paper, sheet, y)
    return paper.to_bytes()


def _head(paper: Paper, sheet: DegradedSheet) -> float:
    paper.text(LEFT, TOP, "FEUILLE DE SOINS", 15, bold=True)
    paper.text(LEFT, TOP - 18, "Facture télétransmise en mode dégradé, pour la caisse", 12, bold=True)
    paper.text(400, TOP, f"Facture n° {sheet.number}", 11, bold=True)
    paper.text(400, TOP - 30, f"Établie le {french(sheet.made)}", 9)
    words = "Modèle propre à Tournée : ce n’est pas le formulaire officiel de l’Assurance maladie."
    return said_box(paper, TOP - 36, words)


def _people(paper: Paper, sheet: DegradedSheet, y: float) -> float:
    rows = [
        ("Bénéficiaire des soins", sheet.beneficiary),
        ("Né(e) le, rang", f"{french(sheet.born)}, rang {sheet.rank}"),
        ("Assuré(e)", sheet.insured or "(à compléter, d’après l’attestation)"),
        ("N° d’immatriculation", sheet.nir),
        ("Caisse", sheet.caisse),
        ("Prise en charge", sheet.cover),
        ("Mutuelle", sheet.complementary or "aucune n’est demandée"),
        ("Sans carte Vitale parce que", sheet.reason),
    ]
    y = rows_box(paper, y, rows, wide=150)
    paper.text(LEFT, y, "Le professionnel", 11, bold=True)
    paper.text(MIDDLE, y, "La prescription", 11, bold=True)
    for at, words in enumerate(carer_lines(sheet.ps_number, sheet.profession, sheet.carer)):
        paper.text(LEFT, y - 14 - LINE * at, words)
    if sheet.substitute:
        paper.text(LEFT, y - 14 - LINE * 3, f"Soins faits par {sheet.substitute}")
    told = [*sheet.prescription, *([sheet.agreement] if sheet.agreement else [])]
    for at, words in enumerate(told):
        paper.text(MIDDLE, y - 14 - LINE * at, words)
    return y - 20 - LINE * max(4, len(told)) - 8


def _acts(paper: Paper, sheet: DegradedSheet, y: float) -> float:
    paper.text(LEFT, y, "Les soins", 11, bold=True)
    y = _headings(paper, y - 8)
    for act in sheet.acts:
        words = " ".join(filter(None, (act.label, act.more)))
        told = textwrap.wrap(words, _LABEL_CHARS) or [""]
        if y - LINE * len(told) < BOTTOM + 10:
            y = _headings(paper, _next_page(paper, sheet))
        y -= LINE
        paper.text(_DAY, y, french(act.day))
        paper.text(_CODE, y, act.code, bold=True)
        if act.coefficient:
            paper.amount(_COEFFICIENT, y, f"{act.coefficient // 100},{act.coefficient % 100:02}")
        for right, figures in ((_QUANTITY, str(act.quantity)), (_RATE, str(act.rate))):
            paper.amount(right, y, figures)
        for right, cents in ((_BASE, act.base), (_CAISSE, act.amo), (_AMOUNT, act.fee)):
            paper.amount(right, y, euros(cents))
        for at, part in enumerate(told):
            paper.text(_LABEL, y - (LINE - 2) * at, part, 8)
        y -= (LINE - 2) * (len(told) - 1)
    paper.rule(LEFT, y - 6, RIGHT)
    return y - 6


def _headings(paper: Paper, y: float) -> float:
    texts = ((_DAY, "Date"), (_CODE, "Acte"), (_LABEL, "Désignation"))
    figures = (
        (_COEFFICIENT, "Coef."),
        (_QUANTITY, "Qté"),
        (_RATE, "Taux"),
        (_BASE, "Base"),
        (_CAISSE, "Caisse"),
        (_AMOUNT, "Montant"),
    )
    return headings(paper, y, texts, figures)


def _next_page(paper: Paper, sheet: DegradedSheet) -> float:
    paper.new_page()
    said = f"Feuille de soins, facture {sheet.number} - page {paper.pages}"
    paper.text(LEFT, TOP, f"{said} - SIMULATION, modèle non officiel", 9, bold=True)
    return TOP - 12


def _end(paper: Paper, sheet: DegradedSheet, y: float) -> None:
    rows = (
        ("Montant total", sheet.fee),
        ("Part de la caisse", sheet.amo),
        ("Part demandée à la mutuelle", sheet.amc),
        ("Payé ou dû par le patient", sheet.due),
    )
    paper.text(LEFT, y - 14, sheet.paid_by)
    for label, cents in rows:
        y -= 14
        paper.text(MIDDLE, y, label, 10, bold=label == rows[0][0])
        paper.amount(_AMOUNT, y, f"{euros(cents)} €", 10, bold=label == rows[0][0])
    signing(paper, y - 16, ("Cachet et signature du professionnel", "Signature de l’assuré(e)"))
    paper.text(
        LEFT,
        y - 108,
        "À joindre à une facture sans carte Vitale : sur papier, ou comme pièce quand elle part en ligne.",
        8,
    )
