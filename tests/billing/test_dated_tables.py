"""Several tables as one: a visit's acts are each priced by the table of their day, and it says which ones."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tournee.billing import nomenclature
from tournee.billing.nomenclature.table import Nomenclature, packaged
from tournee.billing.nomenclature.tables import Tables

PACKAGED, NEWER = "2026-11-29", "2026-12-01"
BEFORE, AFTER = date(2026, 11, 30), date(2026, 12, 1)


def newer(cents: int, **heading: str) -> bytes:
    whole: dict[str, Any] = json.loads((Path(str(nomenclature.__file__)).parent / "ngap.json").read_text())
    whole["table"] |= {"version": NEWER, "from": NEWER} | heading
    for row in whole["value"]:
        if row["letters"] == ["AMI"] and row["from"] == "2026-11-06" and "metro" in row:
            row["metro"] = cents
    whole["act"] = [row for row in whole["act"] if row["id"] != "saignee"]
    whole["act"].append(
        {
            "profession": "IF",
            "id": "saignee",
            "letter": "AMI",
            "coefficient": 550,
            "label": "Saignée",
            "from": "2024-01-01",
            "certainty": "official",
        }
    )
    return json.dumps(whole).encode()


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    found = Tables(tmp_path / "nomenclature")
    found.update(newer(340), "sha256")
    return found


def ami(table: Nomenclature, day: date) -> int:
    price = table.value("IF", "AMI", day, "metro")
    assert price is not None
    return price.cents


def test_each_day_is_answered_by_the_table_in_force_on_it(tables: Tables) -> None:
    table = tables.dated()
    assert [ami(table, day) for day in (BEFORE, AFTER)] == [335, 340]
    assert [len(table.cotations("IF", "AMI", day, 550)) for day in (BEFORE, AFTER)] == [0, 1]
    bled = [table.named("IF", "saignee", day) for day in (BEFORE, AFTER)]
    assert [one and one.coefficient for one in bled] == [500, 550]
    worth = [one and table.worth(one, day, "metro") for one, day in zip(bled, (BEFORE, AFTER), strict=True)]
    assert [one and one.cents for one in worth] == [1675, 1870]
    assert [550 in table.coefficients("IF", "AMI", day) for day in (BEFORE, AFTER)] == [False, True]
    assert table.code_of("IF", "IFD", AFTER) == "IFA" and table.travel("plaine") == (4, "IK")
    assert table.cap("IF") == (299, 399) and table.knows("IF", "AIS") and not table.knows("IF", "RIC")


def test_days_of_one_table_are_that_table_and_say_its_version(tables: Tables) -> None:
    table = tables.dated()
    assert table.over(date(2026, 11, 1), BEFORE) is packaged()
    assert table.over(AFTER, date(2026, 12, 31)).version == NEWER
    assert table.over(date(2020, 1, 1), date(2020, 1, 2)) is packaged()
    assert packaged().over(BEFORE, AFTER) is packaged()


def test_days_on_both_sides_of_a_change_name_both_and_are_found_again(tables: Tables) -> None:
    both = tables.dated().over(BEFORE, AFTER)
    assert (both.name, both.version) == ("NGAP", f"{PACKAGED} / {NEWER}")
    again = Tables(tables.folder).version(both.version)
    assert [ami(again, day) for day in (BEFORE, AFTER)] == [335, 340]


def test_with_one_table_any_day_is_its(tmp_path: Path) -> None:
    assert Tables(tmp_path).dated() is packaged()


def test_the_first_table_replaced_from_its_first_day_answers_no_day(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    tables.update(newer(341, **{"from": "2024-01-01"}), "sha256")
    assert (tables.dated().version, ami(tables.dated(), BEFORE)) == (NEWER, 341)
    assert ami(tables.version(PACKAGED), BEFORE) == 335
