"""What the compulsory insurer pays for a patient: rate, exemption, nature; read from `coverage.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tournee.billing.identity import Patient
from tournee.billing.visit import SICKNESS, Visit


@dataclass(frozen=True)
class Cover:
    """Rate in percent (None: the act's own), justification d'exonération, nature d'assurance."""

    rate: int | None
    exemption: str  # 1 character
    insurance: str  # 2 digits


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("tournee.billing").joinpath("coverage.toml").read_text(encoding="utf-8"))


def cover_of(patient: Patient, visit: Visit, day: str) -> Cover:
    """Work out the AMO cover of a visit on a day (AAAAMMJJ).

    The visit's nature (maternity, work accident) wins over the card; then an ALD the care is related to; then
    the card's situation; else the rate of each act.
    """
    table = _table()
    if visit.nature != SICKNESS:
        row = table["insurance"][visit.nature]
        return Cover(row["rate"], row["exemption"], visit.nature)
    coverage = patient.coverage_on(day)
    if coverage.ald != "0" and visit.exempt:
        row = table["ald"]
    else:
        row = table["situation"].get(coverage.situation, table["base"])
    return Cover(row.get("rate"), row["exemption"], row["insurance"])
