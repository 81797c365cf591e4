"""The care sheet of a visit on a European card, read back with a stranger's tools (poppler)."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tournee.billing.european.ceam import CareLine, Ceam
from tournee.billing.visit import Prescription
from tournee.documents.care_sheet import CareSheet, care_sheet_pdf
from tournee.documents.paper import Paper

DAY = date(2026, 11, 16)
CARD = Ceam(
    country="PL",
    name="ŁUKASIEWICZ",
    first_name="ŻANETA",
    born=date(1964, 8, 12),
    personal_number="64081200000",
    institution="0700",
    acronym="NFZ",
    expires=date(2028, 3, 31),
    card_number="80616000010000000027",
)
LINES = (
    CareLine(DAY, "AMI", "Injection intramusculaire", 100, 1, 335),
    CareLine(DAY, "IFA", "Indemnité forfaitaire de déplacement", 0, 1, 275),
    CareLine(DAY, "IK", "Indemnité kilométrique, plaine", 0, 12, 420, "aller et retour"),
)
SHEET = CareSheet(
    number=12,
    ps_number="756000121",
    profession="IF",
    carer="Claire Lefebvre",
    ceam=CARD,
    prescription=Prescription(date(2026, 11, 2), "751000126"),
    lines=LINES,
    table="NGAP 2026-11-29",
)


def told(sheet: CareSheet, folder: Path) -> list[str]:
    """The lines of its text, as pdftotext lays them out; blanks made one."""
    file = folder / "feuille.pdf"
    file.write_bytes(care_sheet_pdf(sheet))
    command = ["pdftotext", "-layout", "-enc", "UTF-8", str(file), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [line for row in done.stdout.splitlines() if (line := re.sub(r"\s+", " ", row).strip())]


def pages(sheet: CareSheet, folder: Path) -> int:
    file = folder / "feuille.pdf"
    file.write_bytes(care_sheet_pdf(sheet))
    done = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "Page size: 595 x 842 pts (A4)" in re.sub(r" +", " ", done.stdout)
    (count,) = re.findall(r"^Pages: +(\d+)$", done.stdout, re.MULTILINE)
    return int(count)


def test_sheet_says_card_carer_acts_and_total(tmp_path: Path) -> None:
    assert told(SHEET, tmp_path) == [
        "FEUILLE DE SOINS Visite n° 12",
        "Carte européenne d’assurance maladie (CEAM) Soins du 16/11/2026",
        "SIMULATION : personnes et numéros fictifs, ne facture personne.",
        "Modèle propre à Tournée : ce n’est pas le formulaire officiel de l’Assurance maladie. "
        "Hors télétransmission.",
        "Le patient et sa carte (numéros des champs : ceux de la carte)",
        "3 Nom ŁUKASIEWICZ (en lettres simples : LUKASIEWICZ)",
        "4 Prénoms ŻANETA (en lettres simples : ZANETA)",
        "5 Date de naissance 12/08/1964",
        "6 N° personnel 64081200000",
        "2 État d’émission PL Pologne",
        "7 Institution 0700 - NFZ",
        "8 N° de la carte 80616000010000000027",
        "9 Expiration 31/03/2028",
        "Le professionnel La prescription",
        "N° de facturation : 75 600012 1 Du 02/11/2026",
        "Profession : infirmier, infirmière Prescripteur n° 751000126",
        "Nom : Claire Lefebvre",
        "Les soins",
        "Date Acte Désignation Coef. Qté Montant",
        "16/11/2026 AMI Injection intramusculaire 1,00 1 3,35 €",
        "16/11/2026 IFA Indemnité forfaitaire de déplacement 1 2,75 €",
        "16/11/2026 IK Indemnité kilométrique, plaine (aller et retour) 12 4,20 €",
        "Rien n’est demandé ici à une caisse ni À payer par le patient 10,30 €",
        "à un organisme complémentaire.",
        "Tarifs : NGAP 2026-11-29",
        "Cachet et signature du professionnel Signature du patient",
        "Le titulaire demande son remboursement à la caisse d’assurance maladie du lieu des soins, avec",
        "cette feuille et la copie des deux faces de sa carte, ou de son certificat provisoire.",
    ]


def test_certificate_shows_its_days_in_place_of_a_card_number(tmp_path: Path) -> None:
    certificate = replace(CARD, starts=date(2026, 10, 1), expires=date(2026, 12, 31), card_number="")
    lines = told(replace(SHEET, ceam=certificate, carer="", prescription=None), tmp_path)
    assert "8 N° de la carte (aucun : certificat provisoire)" in lines
    assert "Certificat provisoire du 01/10/2026 au 31/12/2026" in lines
    assert "N° de facturation : 75 600012 1 Sans prescription" in lines
    assert "Nom : voir le cachet" in lines


def test_same_sheet_gives_the_same_bytes() -> None:
    assert care_sheet_pdf(SHEET) == care_sheet_pdf(replace(SHEET))


def test_sheet_names_nobody_outside_its_pages() -> None:
    title = re.search(rb"/Title \((.*?)\)", care_sheet_pdf(SHEET))
    assert title is not None and title[1] == b"Feuille de soins CEAM 12"


@pytest.mark.parametrize(("acts", "expected"), [(1, 1), (14, 1), (26, 2), (200, 5)])
def test_a_series_goes_on_on_other_pages_and_every_act_is_there(
    acts: int, expected: int, tmp_path: Path
) -> None:
    series = replace(SHEET, lines=LINES[:1] * acts)
    assert pages(series, tmp_path) == expected
    lines = told(series, tmp_path)
    assert sum("Injection intramusculaire" in line for line in lines) == acts
    assert sum(line.startswith("Cachet et signature") for line in lines) == 1
    whole, cents = divmod(335 * acts, 100)
    assert any(line.endswith(f"À payer par le patient {whole},{cents:02} €") for line in lines)


LETTERS = "ÀÂÄÅÃĀĂĄÆĆČÇĎĐÉÈÊËĒĖĘĚĞĢÍÎĪĮĶĹĽĻŁŃŇÑŅÓÔÖÕŐØŒŔŘŚŠŞȘŤŢȚÚÛÜŪŮŰŲÝŹŽŻÞÐĦŊŦßŸ’«»€"


def test_every_letter_of_the_states_is_given_back(tmp_path: Path) -> None:
    paper = Paper("Lettres")
    paper.text(40, 700, LETTERS)
    file = tmp_path / "lettres.pdf"
    file.write_bytes(paper.to_bytes())
    done = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == LETTERS
