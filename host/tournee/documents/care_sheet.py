"""The care sheet of a visit on a European card (CEAM), on paper: a model of ours, and it says so."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from tournee.billing.european.ceam import COUNTRIES, CareLine, Ceam
from tournee.billing.nomenclature.table import Profession
from tournee.billing.visit import Prescription
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
from tournee.formats.text import upper_ascii
from tournee.french import euros

_SIGNING = 150  # points that the total, the signatures and what stands under them take
_LABEL_CHARS = 54

#: Columns of the table of acts: where each begins, or ends when it holds figures.
_DAY, _CODE, _LABEL, _COEFFICIENT, _QUANTITY, _AMOUNT = LEFT + 5, 98, 145, 430, 470, RIGHT - 5


@dataclass(frozen=True)
class CareSheet:
    """What the sheet says: `number` is the visit's in the journal, `carer` empty when a stamp is to tell,
    `table` the nomenclature that priced it.
    """

    number: int
    ps_number: str
    profession: Profession
    carer: str
    ceam: Ceam
    prescription: Prescription | None
    lines: tuple[CareLine, ...]
    table: str = ""


def care_sheet_pdf(sheet: CareSheet) -> bytes:
    """The sheet as PDF, in as many pages as its acts take; the same sheet gives the same bytes."""
    paper = Paper(f"Feuille de soins CEAM {sheet.number}")
    y = _card(paper, sheet, _head(paper, sheet))
    y = _people(paper, sheet, y)
    y = _acts(paper, sheet, y)
    if y < BOTTOM + _SIGNING:
        y = _next_page(paper, sheet)
    _end(paper, sheet, y)
    return paper.to_bytes()


def _head(paper: Paper, sheet: CareSheet) -> float:
    paper.text(LEFT, TOP, "FEUILLE DE SOINS", 15, bold=True)
    paper.text(LEFT, TOP - 18, "Carte européenne d’assurance maladie (CEAM)", 12, bold=True)
    paper.text(430, TOP, f"Visite n° {sheet.number}", 10, bold=True)
    days = sorted({line.day for line in sheet.lines})
    if days:
        last = f" au {french(days[-1])}" if len(days) > 1 else ""
        paper.text(430, TOP - 14, f"Soins du {french(days[0])}", 9)
        paper.text(430, TOP - 26, last.strip(), 9)
    words = (
        "Modèle propre à Tournée : ce n’est pas le formulaire officiel de l’Assurance maladie. "
        "Hors télétransmission."
    )
    return said_box(paper, TOP - 36, words)


def _card(paper: Paper, sheet: CareSheet, y: float) -> float:
    card = sheet.ceam
    country = COUNTRIES[card.country]
    paper.text(LEFT, y, "Le patient et sa carte", 11, bold=True)
    paper.text(LEFT + 130, y, "(numéros des champs : ceux de la carte)", 8)
    validity = f"du {french(card.starts)} au {french(card.expires)}" if card.starts else french(card.expires)
    rows = [
        ("3  Nom", _plain_too(card.name)),
        ("4  Prénoms", _plain_too(card.first_name)),
        ("5  Date de naissance", french(card.born)),
        ("6  N° personnel", card.personal_number),
        ("2  État d’émission", f"{card.country}  {country.name}"),
        ("7  Institution", f"{card.institution} - {card.acronym}"),
        ("8  N° de la carte", card.card_number or "(aucun : certificat provisoire)"),
        ("9  Expiration" if card.starts is None else "Certificat provisoire", validity),
    ]
    return rows_box(paper, y - 8, rows)


def _people(paper: Paper, sheet: CareSheet, y: float) -> float:
    paper.text(LEFT, y, "Le professionnel", 11, bold=True)
    paper.text(MIDDLE, y, "La prescription", 11, bold=True)
    for at, words in enumerate(carer_lines(sheet.ps_number, sheet.profession, sheet.carer)):
        paper.text(LEFT, y - 14 - LINE * at, words)
    for at, words in enumerate(_prescription(sheet.prescription)):
        paper.text(MIDDLE, y - 14 - LINE * at, words)
    return y - 68


def _prescription(told: Prescription | None) -> list[str]:
    if told is None:
        return ["Sans prescription"]
    rows = [f"Du {french(told.day)}"]
    rows += [f"Prescripteur n° {told.prescriber}"] if told.prescriber else []
    return rows + ([f"RPPS {told.rpps}"] if told.rpps else [])


def _acts(paper: Paper, sheet: CareSheet, y: float) -> float:
    paper.text(LEFT, y, "Les soins", 11, bold=True)
    y = _headings(paper, y - 8)
    for line in sheet.lines:
        told = textwrap.wrap(f"{line.label} ({line.note})" if line.note else line.label, _LABEL_CHARS) or [""]
        if y - LINE * len(told) < BOTTOM + 10:
            y = _headings(paper, _next_page(paper, sheet))
        y -= LINE
        paper.text(_DAY, y, french(line.day))
        paper.text(_CODE, y, line.code, bold=True)
        if line.coefficient:
            paper.amount(_COEFFICIENT, y, f"{line.coefficient // 100},{line.coefficient % 100:02}")
        paper.amount(_QUANTITY, y, str(line.quantity))
        paper.amount(_AMOUNT, y, f"{euros(line.cents)} €")
        for at, words in enumerate(told):
            paper.text(_LABEL, y - (LINE - 2) * at, words)
        y -= (LINE - 2) * (len(told) - 1)
    paper.rule(LEFT, y - 6, RIGHT)
    return y - 6


def _headings(paper: Paper, y: float) -> float:
    texts = ((_DAY, "Date"), (_CODE, "Acte"), (_LABEL, "Désignation"))
    return headings(paper, y, texts, ((_COEFFICIENT, "Coef."), (_QUANTITY, "Qté"), (_AMOUNT, "Montant")))


def _next_page(paper: Paper, sheet: CareSheet) -> float:
    paper.new_page()
    said = f"Feuille de soins CEAM, visite n° {sheet.number} - page {paper.pages}"
    paper.text(LEFT, TOP, f"{said} - SIMULATION, modèle non officiel", 9, bold=True)
    return TOP - 12


def _end(paper: Paper, sheet: CareSheet, y: float) -> None:
    total = f"{euros(sum(line.cents for line in sheet.lines))} €"
    paper.text(MIDDLE, y - 18, "À payer par le patient", 11, bold=True)
    paper.amount(_AMOUNT, y - 18, total, 11, bold=True)
    paper.text(LEFT, y - 14, "Rien n’est demandé ici à une caisse ni", 8)
    paper.text(LEFT, y - 24, "à un organisme complémentaire.", 8)
    if sheet.table:
        paper.text(LEFT, y - 34, f"Tarifs : {sheet.table}", 8)
    signing(paper, y - 40, ("Cachet et signature du professionnel", "Signature du patient"))
    for at, words in enumerate(
        (
            "Le titulaire demande son remboursement à la caisse d’assurance maladie du lieu des soins, avec",
            "cette feuille et la copie des deux faces de sa carte, ou de son certificat provisoire.",
        )
    ):
        paper.text(LEFT, y - 130 - 10 * at, words, 8)


def _plain_too(name: str) -> str:
    """A name as the card has it, and in plain letters where a French keyboard has none for it."""
    try:
        name.encode("cp1252")
    except UnicodeEncodeError:
        return f"{name}   (en lettres simples : {upper_ascii(name)})"
    return name
