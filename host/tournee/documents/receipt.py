"""The receipt of what a patient paid, or was given back: one page, no word of the care but its days."""

from __future__ import annotations

from dataclasses import dataclass, field

from tournee.billing.nomenclature.table import Profession
from tournee.documents.layout import LEFT, RIGHT, TOP, carer_lines, french, rows_box, said_box, signing
from tournee.documents.paper import Paper
from tournee.french import euros
from tournee.model import ThreeShares

_MARK = 26  # points of DUPLICATA


@dataclass(frozen=True)
class PatientReceipt:
    """What it says, in cents and days AAAAMMJJ. `cents` below 0 was given back; `undone` tells why it counts
    no more; `shares` are caisse's, complementary insurer's and patient's; `left` is what was then due.
    """

    number: str
    invoice: str
    ps_number: str
    profession: Profession
    carer: str
    patient: str = field(repr=False)
    first_day: str
    last_day: str
    fee: int
    shares: ThreeShares
    cents: int
    means: str
    day: str
    made: str
    left: int
    duplicate: bool = False
    undone: str = ""


def receipt_pdf(told: PatientReceipt) -> bytes:
    """The receipt as PDF, one page A4; the same receipt gives the same bytes."""
    paper = Paper(f"Reçu {told.number}")
    title = "REÇU" if told.cents > 0 else "REÇU DE REMBOURSEMENT"
    paper.text(LEFT, TOP, f"{title} N° {told.number}", 15, bold=True)
    if told.duplicate:
        paper.text(370, TOP - 20, "DUPLICATA", _MARK, bold=True)
        paper.text(LEFT, TOP - 18, f"Duplicata fait le {french(told.made)} : même numéro que l’original", 10)
    else:
        paper.text(LEFT, TOP - 18, f"Fait le {french(told.made)}", 10)
    y = said_box(paper, TOP - 36, "Modèle propre à Tournée. Ce reçu ne remplace pas une feuille de soins.")
    paper.text(LEFT, y, "Le professionnel", 11, bold=True)
    for at, words in enumerate(carer_lines(told.ps_number, told.profession, told.carer)):
        paper.text(LEFT, y - 14 - 12 * at, words)
    y = rows_box(paper, y - 52, _rows(told))
    y = _payment(paper, told, y)
    signing(paper, y - 24, ("Cachet et signature du professionnel",))
    return paper.to_bytes()


def _rows(told: PatientReceipt) -> list[tuple[str, str]]:
    days = french(told.first_day)
    if told.last_day != told.first_day:
        days += f" au {french(told.last_day)}"
    caisse, mutuelle, patient = told.shares
    return [
        ("Patient", told.patient),
        ("Facture", told.invoice or "hors télétransmission"),
        ("Soins du", days),
        ("Total des soins", _money(told.fee)),
        ("Payé par la caisse", _money(caisse)),
        ("Payé par la mutuelle", _money(mutuelle)),
        ("Dû par le patient", _money(patient)),
    ]


def _payment(paper: Paper, told: PatientReceipt, y: float) -> float:
    paper.box(LEFT, y - 44, RIGHT - LEFT, 44)
    said = "Reçu du patient" if told.cents > 0 else "Rendu au patient"
    paper.text(LEFT + 6, y - 19, said, 14, bold=True)
    paper.amount(RIGHT - 8, y - 19, _money(abs(told.cents)), 14, bold=True)
    paper.text(LEFT + 6, y - 36, f"{told.means}, le {french(told.day)}", 10)
    y -= 60
    left = f"Reste dû par le patient pour ces soins : {_money(told.left)}"
    if told.left < 0:
        left = f"Payé en trop par le patient pour ces soins : {_money(-told.left)}"
    paper.text(LEFT, y, left, 10)
    if told.undone:
        paper.text(LEFT, y - 16, told.undone, 10, bold=True)
    return y - 16


def _money(cents: int) -> str:
    return f"{euros(cents)} €"
