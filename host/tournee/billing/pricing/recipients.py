"""Where a sheet goes: organisme destinataire, centre informatique, and the CRF that groups lots (open-1)."""

from collections.abc import Iterable
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


class Recipients:
    """A table of caisses: a row that names the centre wins, then the one that comes first."""

    def __init__(self, rows: Iterable[Recipient]) -> None:
        self.rows = tuple(rows)
        self._ordered = sorted(self.rows, key=lambda row: row.centre == "")

    @staticmethod
    @cache
    def packaged() -> "Recipients":
        """The table that comes with Tournée."""
        return Recipients(
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
        )

    def followed_by(self, rows: Iterable[Recipient]) -> "Recipients":
        """This table, and these rows for what it does not know."""
        return Recipients((*self.rows, *rows))

    def find(self, regime: str, caisse: str, centre: str, day: date) -> Recipient | None:
        """Who receives the sheets of a caisse on a day; None when the table does not know."""
        for row in self._ordered:
            if (row.regime, row.caisse) != (regime, caisse) or row.centre not in ("", centre):
                continue
            if row.start <= day and (row.end is None or day <= row.end):
                return row
        return None

    def of(self, regime: str, caisse: str, centre: str, day: date) -> Recipient:
        """Who receives the sheets of a caisse on a day; BillingError when the table does not know."""
        found = self.find(regime, caisse, centre, day)
        if found is None:
            raise BillingError(
                f"Aucun organisme destinataire connu pour le régime {regime}, la caisse {caisse}, le centre "
                f"{centre} au {day:%d/%m/%Y}.",
                cause="la caisse est mal saisie, ou n’est pas encore dans la table des organismes.",
                next_step="vérifiez régime, caisse et centre, ou ajoutez cette caisse.",
                remedy="add-recipient",
            )
        return found


def fse_crf(patient: Patient, recipient: Recipient) -> str:
    """CRF of an FSE: `F`, régime, caisse, centre informatique."""
    return f"F{patient.regime}{patient.caisse}{recipient.computing_centre}"


def dre_crf(amc: Amc) -> str:
    """CRF of a DRE: `D` and the AMC number on 10."""
    return f"D{amc.number}"
