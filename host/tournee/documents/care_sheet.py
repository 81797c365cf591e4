"""The care sheet of a visit on a European card (CEAM), on paper: a model of ours, and it says so."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date

from tournee.billing.european.ceam import COUNTRIES, CareLine, Ceam
from tournee.billing.nomenclature.table import Profession
from tournee.billing.visit import Prescription
from tournee.documents.paper import HEIGHT, WIDTH, Paper
from tournee.formats.text import upper_ascii
from tournee.french import euros

_PROFESSIONS = {"IF": "infirmier, infirmière", "MK": "masseur-kinésithérapeute"}
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, WIDTH - 40, HEIGHT - 50, 50
_MIDDLE = 300
_SIGNING = 150  # points that the total, the signatures and what stands under them take
_LABEL_CHARS = 54
_LINE = 12

#: Columns of the table of acts: where each begins, or ends when it holds figures.
_DAY, _CODE, _LABEL, _COEFFICIENT, _QUANTITY, _AMOUNT = _LEFT + 5, 98, 145, 430, 470, _RIGHT - 5


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
    if y < _BOTTOM + _SIGNING:
        y = _next_page(paper, sheet)
    _end(paper, sheet, y)
    return paper.to_bytes()


def _head(paper: Paper, sheet: CareSheet) -> float:
    paper.text(_LEFT, _TOP, "FEUILLE DE SOINS", 15, bold=True)
    paper.text(_LEFT, _TOP - 18, "Carte européenne d’assurance maladie (CEAM)", 12, bold=True)
    paper.text(430, _TOP, f"Visite n° {sheet.number}", 10, bold=True)
    days = sorted({line.day for line in sheet.lines})
    if days:
        last = f" au {_french(days[-1])}" if len(days) > 1 else ""
        paper.text(430, _TOP - 14, f"Soins du {_french(days[0])}", 9)
        paper.text(430, _TOP - 26, last.strip(), 9)
    top = _TOP - 36
    paper.box(_LEFT, top - 34, _RIGHT - _LEFT, 34, grey=0.92)
    said = (
        "SIMULATION : personnes et numéros fictifs, ne facture personne.",
        "Modèle propre à Tournée : ce n’est pas le formulaire officiel de l’Assurance maladie. "
        "Hors télétransmission.",
    )
    paper.text(_LEFT + 6, top - 13, said[0], 9, bold=True)
    paper.text(_LEFT + 6, top - 27, said[1], 9)
    return top - 52


def _card(paper: Paper, sheet: CareSheet, y: float) -> float:
    card = sheet.ceam
    country = COUNTRIES[card.country]
    paper.text(_LEFT, y, "Le patient et sa carte", 11, bold=True)
    paper.text(_LEFT + 130, y, "(numéros des champs : ceux de la carte)", 8)
    validity = (
        f"du {_french(card.starts)} au {_french(card.expires)}" if card.starts else _french(card.expires)
    )
    rows = [
        ("3  Nom", _plain_too(card.name)),
        ("4  Prénoms", _plain_too(card.first_name)),
        ("5  Date de naissance", _french(card.born)),
        ("6  N° personnel", card.personal_number),
        ("2  État d’émission", f"{card.country}  {country.name}"),
        ("7  Institution", f"{card.institution} - {card.acronym}"),
        ("8  N° de la carte", card.card_number or "(aucun : certificat provisoire)"),
        ("9  Expiration" if card.starts is None else "Certificat provisoire", validity),
    ]
    height = _LINE * len(rows) + 10
    paper.box(_LEFT, y - 8 - height, _RIGHT - _LEFT, height)
    y -= 8
    for label, value in rows:
        y -= _LINE
        paper.text(_LEFT + 6, y, label, 9)
        paper.text(_LEFT + 125, y, value, 9, bold=True)
    return y - 28


def _people(paper: Paper, sheet: CareSheet, y: float) -> float:
    paper.text(_LEFT, y, "Le professionnel", 11, bold=True)
    paper.text(_MIDDLE, y, "La prescription", 11, bold=True)
    for at, words in enumerate(_carer(sheet)):
        paper.text(_LEFT, y - 14 - _LINE * at, words)
    for at, words in enumerate(_prescription(sheet.prescription)):
        paper.text(_MIDDLE, y - 14 - _LINE * at, words)
    return y - 68


def _carer(sheet: CareSheet) -> list[str]:
    number = f"{sheet.ps_number[:2]} {sheet.ps_number[2:8]} {sheet.ps_number[8:]}"
    return [
        f"N° de facturation : {number}",
        f"Profession : {_PROFESSIONS[sheet.profession]}",
        f"Nom : {sheet.carer}" if sheet.carer else "Nom : voir le cachet",
    ]


def _prescription(told: Prescription | None) -> list[str]:
    if told is None:
        return ["Sans prescription"]
    rows = [f"Du {_french(told.day)}"]
    rows += [f"Prescripteur n° {told.prescriber}"] if told.prescriber else []
    return rows + ([f"RPPS {told.rpps}"] if told.rpps else [])


def _acts(paper: Paper, sheet: CareSheet, y: float) -> float:
    paper.text(_LEFT, y, "Les soins", 11, bold=True)
    y = _headings(paper, y - 8)
    for line in sheet.lines:
        told = textwrap.wrap(f"{line.label} ({line.note})" if line.note else line.label, _LABEL_CHARS) or [""]
        if y - _LINE * len(told) < _BOTTOM + 10:
            y = _headings(paper, _next_page(paper, sheet))
        y -= _LINE
        paper.text(_DAY, y, _french(line.day))
        paper.text(_CODE, y, line.code, bold=True)
        if line.coefficient:
            paper.amount(_COEFFICIENT, y, f"{line.coefficient // 100},{line.coefficient % 100:02}")
        paper.amount(_QUANTITY, y, str(line.quantity))
        paper.amount(_AMOUNT, y, f"{euros(line.cents)} €")
        for at, words in enumerate(told):
            paper.text(_LABEL, y - (_LINE - 2) * at, words)
        y -= (_LINE - 2) * (len(told) - 1)
    paper.rule(_LEFT, y - 6, _RIGHT)
    return y - 6


def _headings(paper: Paper, y: float) -> float:
    paper.box(_LEFT, y - 16, _RIGHT - _LEFT, 16, grey=0.92)
    for x, words in ((_DAY, "Date"), (_CODE, "Acte"), (_LABEL, "Désignation")):
        paper.text(x, y - 11, words, bold=True)
    for right, words, wide in ((_COEFFICIENT, "Coef.", 25), (_QUANTITY, "Qté", 16), (_AMOUNT, "Montant", 37)):
        paper.text(right - wide, y - 11, words, bold=True)
    return y - 18


def _next_page(paper: Paper, sheet: CareSheet) -> float:
    paper.new_page()
    said = f"Feuille de soins CEAM, visite n° {sheet.number} - page {paper.pages}"
    paper.text(_LEFT, _TOP, f"{said} - SIMULATION, modèle non officiel", 9, bold=True)
    return _TOP - 12


def _end(paper: Paper, sheet: CareSheet, y: float) -> None:
    total = f"{euros(sum(line.cents for line in sheet.lines))} €"
    paper.text(_MIDDLE, y - 18, "À payer par le patient", 11, bold=True)
    paper.amount(_AMOUNT, y - 18, total, 11, bold=True)
    paper.text(_LEFT, y - 14, "Rien n’est demandé ici à une caisse ni", 8)
    paper.text(_LEFT, y - 24, "à un organisme complémentaire.", 8)
    if sheet.table:
        paper.text(_LEFT, y - 34, f"Tarifs : {sheet.table}", 8)
    width = (_RIGHT - _LEFT - 16) / 2
    for x, words in (
        (_LEFT, "Cachet et signature du professionnel"),
        (_LEFT + width + 16, "Signature du patient"),
    ):
        paper.box(x, y - 115, width, 75)
        paper.text(x + 6, y - 52, words, 8)
    for at, words in enumerate(
        (
            "Le titulaire demande son remboursement à la caisse d’assurance maladie du lieu des soins, avec",
            "cette feuille et la copie des deux faces de sa carte, ou de son certificat provisoire.",
        )
    ):
        paper.text(_LEFT, y - 130 - 10 * at, words, 8)


def _plain_too(name: str) -> str:
    """A name as the card has it, and in plain letters where a French keyboard has none for it."""
    try:
        name.encode("cp1252")
    except UnicodeEncodeError:
        return f"{name}   (en lettres simples : {upper_ascii(name)})"
    return name


def _french(day: date) -> str:
    return f"{day:%d/%m/%Y}"
