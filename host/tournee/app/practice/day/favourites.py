"""The acts that a carer does most and did last: read off her visits, never typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tournee.app.context import Office
from tournee.app.practice.dossiers import Dossier
from tournee.billing.kept.known import Known, read_many
from tournee.billing.nomenclature.table import Nomenclature, Profession
from tournee.billing.pricing.items import BSX, MAJORATIONS, TRAVEL, decimal
from tournee.billing.pricing.visit_lines import NIGHT, SUNDAY
from tournee.practice.patient_file import PatientFile

LOOKED_BACK = timedelta(days=90)
FAVOURITES_MAX = 8
_NOT_ACTS = MAJORATIONS | TRAVEL | {NIGHT, SUNDAY}


@dataclass(frozen=True)
class FavouriteAct:
    """An act with how often it was done and on which day last; `coefficient` in hundredths, `act` the id of
    its cotation or "".
    """

    code: str
    coefficient: int
    act: str
    label: str
    count: int
    last: date

    @property
    def told(self) -> dict[str, Any]:
        """As the day file writes it."""
        if self.act:
            return {"acte": self.act}
        if self.code in BSX:
            return {"code": self.code}
        return {"code": self.code, "coefficient": self.coefficient / 100}

    @property
    def written(self) -> str:
        """As it is said: `AMI 1,5`."""
        return self.code if self.code in BSX else f"{self.code} {decimal(self.coefficient)}"


def favourite_acts(
    office: Office,
    ps: str,
    profession: Profession,
    *,
    patient: Dossier[PatientFile] | None = None,
    limit: int = FAVOURITES_MAX,
) -> list[FavouriteAct]:
    """A carer's acts of the last ninety days, those done most first, and of as many the latest; with a
    `patient`, hers before all others.
    """
    today = office.clock().date()
    person = patient.told.as_person if patient is not None else None
    table = office.nomenclature.over(today, today)
    counts: dict[tuple[str, int, str], tuple[bool, int, date]] = {}
    for one in _known(office, ps, today):
        is_hers = person is not None and one.person.same(person)
        for line in one.lines:
            if line.code in _NOT_ACTS:
                continue
            key = line.code, line.coefficient, line.act
            hers, count, last = counts.get(key, (False, 0, date.min))
            counts[key] = hers or is_hers, count + line.quantity, max(last, one.day)
    ranked = sorted(counts.items(), key=lambda item: item[1], reverse=True)[:limit]
    return [
        FavouriteAct(*key, _label(table, profession, *key, today), count, last)
        for key, (_, count, last) in ranked
    ]


def _known(office: Office, ps: str, today: date) -> Iterator[Known]:
    first = today - LOOKED_BACK
    rows = [
        row
        for row in office.journal.known.of_carer(ps, f"{first:%Y%m%d}", f"{today:%Y%m%d}")
        if row.facts and row.counts
    ]
    for passages in read_many([row.facts for row in rows], [""] * len(rows)):
        yield from passages


def _label(
    table: Nomenclature, profession: Profession, code: str, coefficient: int, act: str, day: date
) -> str:
    """What the act is called today; its letter alone where it has no name."""
    if act and (named := table.named(profession, act, day)):
        return named.label
    found = table.cotations(profession, code, day, coefficient)
    return found[0].label if len(found) == 1 else code
