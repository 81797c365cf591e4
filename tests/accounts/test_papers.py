"""Receipts, duplicates, statements and care sheets, read back with a stranger's tools (poppler)."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from account_life import PEOPLE, Practice, Told

from tournee.app.accounts.paper_sheet import paper_sheet
from tournee.app.accounts.papers import receipt, statement
from tournee.app.accounts.paying import give_back, give_up, pay, take_back
from tournee.app.finding import AmbiguousError, thing_of
from tournee.errors import StoreError
from tournee.model import Means

SIMULATION = "SIMULATION : personnes et numéros fictifs, ne facture personne."


def read(pdf: bytes, folder: Path) -> list[str]:
    """The lines of its text, blanks made one."""
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return [line for row in done.stdout.splitlines() if (line := re.sub(r"\s+", " ", row).strip())]


def pages(pdf: bytes, folder: Path) -> int:
    """How many there are; each is A4."""
    file = folder / "paper.pdf"
    file.write_bytes(pdf)
    told = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True).stdout
    assert "Page size: 595 x 842 pts (A4)" in re.sub(r" +", " ", told)
    return int(re.findall(r"^Pages: +(\d+)$", told, re.MULTILINE)[0])


def test_a_receipt_says_who_paid_what_when_and_how_on_one_page(desk: Practice, tmp_path: Path) -> None:
    desk.bill(Told(0, "amo"))
    (line,) = pay(desk.office, thing_of(desk.office, 1), Means.CHEQUE, 100).lines
    pdf, number, duplicate = receipt(desk.office, line.id, "Claire Lefebvre")
    assert (number, duplicate, pages(pdf, tmp_path)) == ("000000001-1", False, 1)
    assert read(pdf, tmp_path) == [
        "REÇU N° 000000001-1",
        "Fait le 16/11/2026",
        SIMULATION,
        "Modèle propre à Tournée. Ce reçu ne remplace pas une feuille de soins.",
        "Le professionnel",
        "N° de facturation : 75 600012 1",
        "Profession : infirmier, infirmière",
        "Nom : Claire Lefebvre",
        "Patient LAMBERT YVONNE",
        "Facture 000000001",
        "Soins du 15/11/2026",
        "Total des soins 3,35 €",
        "Payé par la caisse 2,01 €",
        "Payé par la mutuelle 0,00 €",
        "Dû par le patient 1,34 €",
        "Reçu du patient 1,00 €",
        "par chèque, le 16/11/2026",
        "Reste dû par le patient pour ces soins : 0,34 €",
        "Cachet et signature du professionnel",
    ]
    assert b"LAMBERT" not in pdf.split(b"/Title")[1][:60]


def test_a_duplicate_is_the_same_receipt_and_says_so(desk: Practice, tmp_path: Path) -> None:
    desk.bill(Told(0, "non"))
    (line,) = pay(desk.office, thing_of(desk.office, 1), Means.CASH, 100).lines
    first = read(receipt(desk.office, line.id)[0], tmp_path)
    pay(desk.office, thing_of(desk.office, 1), Means.CASH)
    desk.later(40)
    pdf, number, duplicate = receipt(desk.office, line.id)
    again = read(pdf, tmp_path)
    assert (number, duplicate, pages(pdf, tmp_path)) == ("000000001-1", True, 1)
    assert [one for one in again if one not in first] == [
        "Duplicata fait le 26/12/2026 : même numéro que l’original DUPLICATA"
    ]


def test_a_receipt_of_what_was_undone_or_given_back_says_so(desk: Practice, tmp_path: Path) -> None:
    desk.bill(Told(0, "non"))
    visit = thing_of(desk.office, 1)
    (line,) = pay(desk.office, visit, Means.CHEQUE).lines
    (back,) = take_back(desk.office, line.id, "sans provision").lines
    assert f"Annulé par la contre-écriture n° {back.id}." in read(receipt(desk.office, line.id)[0], tmp_path)
    pay(desk.office, visit, Means.CASH, 400, credit=True)
    (given,) = give_back(desk.office, visit, Means.CASH).lines
    told = read(receipt(desk.office, given.id)[0], tmp_path)
    assert told[0] == "REÇU DE REMBOURSEMENT N° 000000001-4"
    assert "Rendu au patient 0,65 €" in told


def test_nothing_that_nobody_paid_has_a_receipt(desk: Practice) -> None:
    desk.bill(Told(0, "non"))
    visit = thing_of(desk.office, 1)
    (line,) = pay(desk.office, visit, Means.CASH).lines
    (back,) = take_back(desk.office, line.id, "erreur").lines
    (lost,) = give_up(desk.office, visit, "parti").lines
    for one in (back.id, lost.id, 99):
        with pytest.raises(StoreError):
            receipt(desk.office, one)


def test_a_statement_says_every_invoice_payment_and_what_is_left(desk: Practice, tmp_path: Path) -> None:
    desk.bill(Told(0, "non"), Told(1, "amo"))
    pay(desk.office, thing_of(desk.office, 1), Means.CARD, 200)
    desk.bill(Told(0, "total"), day="2026-11-16")
    pdf = statement(desk.office, "lambert")
    told = read(pdf, tmp_path)
    assert pages(pdf, tmp_path) == 1
    assert SIMULATION in told and "Patient LAMBERT YVONNE" in told
    assert "000000001 15/11/2026 3,35 0,00 0,00 3,35 2,00 1,35" in told
    assert "000000003 16/11/2026 3,35 2,01 1,34 0,00 0,00 0,00" in told
    assert "000000001-1 16/11/2026 payé, carte 2,00" in told
    assert "Reste à payer par le patient 1,35 €" in told
    assert not any("DURAND" in one for one in told)


def test_a_statement_is_of_the_days_asked_for_and_of_one_patient(desk: Practice, tmp_path: Path) -> None:
    desk.bill(Told(0, "non"), Told(1, "amo"))
    desk.bill(Told(0, "non"), day="2026-11-16")
    told = read(statement(desk.office, "lambert", since=date(2026, 11, 16)), tmp_path)
    assert "du 16/11/2026 au 16/11/2026" in told
    assert "Reste à payer par le patient 3,35 €" in told
    with pytest.raises(StoreError, match="de ces jours"):
        statement(desk.office, "lambert", until=date(2026, 11, 14))
    with pytest.raises(AmbiguousError, match="plusieurs patients"):
        statement(desk.office, "15/11/2026")


def test_a_statement_of_a_hundred_visits_goes_on_on_other_pages(desk: Practice, tmp_path: Path) -> None:
    for day in range(2, 32):
        desk.bill(*[Told(0, "amo")] * 4, day=f"2026-10-{day:02}")
    pdf = statement(desk.office, "lambert")
    told = read(pdf, tmp_path)
    assert pages(pdf, tmp_path) == 3
    assert sum(one.count("/10/2026 ") for one in told if one.startswith("000000")) == 120
    assert told[-1] == "Reste à payer par le patient 151,20 €"  # 120 times 40 % of 3,15 €


def test_a_care_sheet_says_what_the_caisse_needs(desk: Practice, tmp_path: Path) -> None:
    desk.bill(Told(3, "total", 2))
    pdf, number = paper_sheet(desk.office, "pereira", carer="Claire Lefebvre")
    person = PEOPLE[3]
    assert (number, pages(pdf, tmp_path)) == ("000000001", 1)
    told = read(pdf, tmp_path)
    for line in (
        "FEUILLE DE SOINS Facture n° 000000001",
        "Facture télétransmise en mode dégradé, pour la caisse",
        SIMULATION,
        "Modèle propre à Tournée : ce n’est pas le formulaire officiel de l’Assurance maladie.",
        f"Bénéficiaire des soins {person.name} {person.first_name}",
        "Né(e) le, rang 18/02/1959, rang 1",
        f"Assuré(e) {person.name} {person.first_name}",
        f"N° d’immatriculation {person.nir} {person.key}",
        "Caisse 01 041 0000",
        "Prise en charge 60 %, sans exonération (exonération 0, nature 10)",
        "Mutuelle 0099999997, adhérent A1",
        "Sans carte Vitale parce que carte oubliée",
        "N° de facturation : 75 600012 1 Du 02/10/2026",
        "Profession : infirmier, infirmière Prescripteur n° 751000126",
        "Nom : Claire Lefebvre RPPS 10100001071",
        "Tiers payant sur les deux parts. Montant total 5,03 €",
        "Part de la caisse 3,02 €",
        "Part demandée à la mutuelle 2,01 €",
        "Payé ou dû par le patient 0,00 €",
        "Cachet et signature du professionnel Signature de l’assuré(e)",
    ):
        assert line in told
    acts = [one for one in told if one.startswith("15/11/2026 AMI")]
    assert len(acts) == 2 and all(" 60 " in one for one in acts)


def test_a_care_sheet_is_of_a_certified_invoice_without_card(desk: Practice) -> None:
    desk.bill(Told(0))
    desk.journal.invoices.abandon(1, "erreur")
    with pytest.raises(StoreError, match="pas de facture certifiée"):
        paper_sheet(desk.office, "lambert")
