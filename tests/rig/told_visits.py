"""What the rules say of visits noted in day files: `told("mk", {…}, {…})` gives the rules of each.

A visit is its keys of the day file; patient and prescription are filled in where it names none
(`prescription=None`: it has none). Several files: `told_files`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tournee.app.visits.pricing import price_files
from tournee.billing.nomenclature.table import packaged

DAY = date(2026, 11, 16)  # a Monday
CARERS = {"mk": ("697000230", "MK"), "if": ("756000121", "IF")}
PATIENT = {"nir": "2550699999001", "cle": "62"}
OTHER_PATIENT = {"nir": "1480369123017", "cle": "30"}
THIRD_PATIENT = {"nir": "1350187085012", "cle": "33"}
FOURTH_PATIENT = {"nir": "1590299351044", "cle": "43"}
PRESCRIBER = {"prescripteur": "751000126", "rpps": "10100001071"}


@dataclass(frozen=True)
class Told:
    """What is said of a visit: rule and text of each refusal and remark; its tariff in cents."""

    refused: list[tuple[str, str]]
    remarked: list[tuple[str, str]]
    cents: int

    @property
    def refusals(self) -> list[str]:
        """The rules that refuse it, each once."""
        return sorted({rule for rule, _ in self.refused})

    @property
    def remarks(self) -> set[str]:
        """The rules that a remark names, the tariff's aside."""
        return {rule for rule, _ in self.remarked} - {"tarif"}


def act(code: str, coefficient: float | None = None, **keys: Any) -> dict[str, Any]:
    """An act of a visit."""
    pair = {"code": code} if coefficient is None else {"code": code, "coefficient": coefficient}
    return pair | keys


def sessions(code: str, coefficient: float, count: int, last: date = DAY) -> list[dict[str, Any]]:
    """Dated acts, one a day, until a day."""
    return [act(code, coefficient, date=last - timedelta(count - 1 - at)) for at in range(count)]


def told(carer: str, *visits: dict[str, Any], day: date = DAY) -> list[Told]:
    """What is said of the visits of one file."""
    return told_files(carer, (day, list(visits)))[0]


def told_files(carer: str, *files: tuple[date, list[dict[str, Any]]]) -> list[list[Told]]:
    """What is said of the visits of each file, in the order of the files."""
    written = [
        (f"jour-{number}.json", _written(carer, day, visits)) for number, (day, visits) in enumerate(files, 1)
    ]
    answer = []
    for priced in price_files(written, None, packaged()):
        assert not priced.mistakes, priced.mistakes
        answer.append(
            [
                Told(
                    [(one.rule, one.text) for one in visit.judged.mistakes],
                    [(one.rule, one.text) for one in visit.judged.remarks],
                    visit.judged.judgement.cents,
                )
                for visit in priced.visits
            ]
        )
    return answer


def _written(carer: str, day: date, visits: list[dict[str, Any]]) -> bytes:
    number, profession = CARERS[carer]
    document = {
        "journee": {"date": day, "ps": number, "profession": profession},
        "visite": [_visit(visit, day) for visit in visits],
    }
    return json.dumps(document, default=date.isoformat).encode()


def _visit(keys: dict[str, Any], day: date) -> dict[str, Any]:
    whole = {**PATIENT, **keys}
    prescription = whole.pop("prescription", {})
    if prescription is not None:
        whole["prescription"] = {"date": day - timedelta(10), **PRESCRIBER, **prescription}
    return whole
