"""What the compulsory insurer pays for a patient: rate, exemption, nature; read from `coverage.toml`."""

from dataclasses import dataclass

from tournee.billing.identity import Patient
from tournee.billing.visit import SICKNESS, Visit
from tournee.tables.document import packaged

_PLAIN_RATE = 60  # percent of an auxiliary's act, when nothing exempts


@dataclass(frozen=True)
class Cover:
    """Rate in percent, justification d'exonération, nature d'assurance."""

    rate: int
    exemption: str  # 1 character
    insurance: str  # 2 digits


def cover_of(patient: Patient, visit: Visit, day: str) -> Cover:
    """Work out the AMO cover of a visit on a day (AAAAMMJJ).

    The visit's nature (maternity, work accident) wins over the card; then an ALD the care is related to; then
    the card's situation; else the rate of each act.
    """
    covers = packaged("tournee.billing", "coverage")
    if visit.nature != SICKNESS:
        row = covers["insurance"][visit.nature]
        return Cover(row["rate"], row["exemption"], visit.nature)
    coverage = patient.coverage_on(day)
    if coverage.ald != "0" and visit.exempt:
        row = covers["ald"]
    else:
        row = covers["situation"].get(coverage.situation, covers["base"])
    return Cover(row.get("rate", _PLAIN_RATE), row["exemption"], row["insurance"])
