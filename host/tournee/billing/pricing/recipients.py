"""Where a sheet goes: organisme destinataire, centre informatique, and the CRF that groups lots (open-1)."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from tournee.billing.identity import Amc, Patient
from tournee.errors import BillingError
from tournee.tables.document import packaged

NO_ORGANISME = "000"  # a DRE goes to an AMC, which the three columns of record 1 cannot hold


@dataclass(frozen=True)
class Recipient:
    """A caisse's recipient from one day to another: organisme and centre informatique, 3 digits each."""

    regime: str
    caisse: str
    centre: str  # empty: every centre
    start: date
    end: date | None
    organisme: str
    computing_centre: str


@cache
def _recipients() -> tuple[Recipient, ...]:
    rows = [
        Recipient(
            row["regime"],
            row["caisse"],
            row.get("centre", ""),
            row["from"],
            row.get("to"),
            row["organisme"],
            row["centre_informatique"],
        )
        for row in packaged("tournee.billing", "recipients")["recipient"]
    ]
    return tuple(sorted(rows, key=lambda row: row.centre == ""))  # a row that names the centre wins


def recipient_of(regime: str, caisse: str, centre: str, day: date) -> Recipient:
    """Find who receives the sheets of a caisse on a day; BillingError when the table does not know."""
    for row in _recipients():
        if (row.regime, row.caisse) != (regime, caisse) or row.centre not in ("", centre):
            continue
        if row.start <= day and (row.end is None or day <= row.end):
            return row
    raise BillingError(
        f"Aucun organisme destinataire connu pour le régime {regime}, la caisse {caisse}, le centre {centre} "
        f"au {day:%d/%m/%Y}.",
        cause="la caisse est mal saisie, ou la table des organismes destinataires est trop ancienne.",
        next_step="vérifiez régime, caisse et centre, ou mettez la table à jour.",
    )


def fse_crf(patient: Patient, recipient: Recipient) -> str:
    """CRF of an FSE: `F`, régime, caisse, centre informatique."""
    return f"F{patient.regime}{patient.caisse}{recipient.computing_centre}"


def dre_crf(amc: Amc) -> str:
    """CRF of a DRE: `D` and the AMC number on 10."""
    return f"D{amc.number}"
