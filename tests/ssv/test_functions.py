"""Names, argument order and outputs, against the written-down table (domain 1.1)."""

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from tournee import ssv

TABLE = Path(__file__).parents[1] / "vectors" / "ssv" / "functions.txt"
ROWS = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("row", ROWS)
def test_function_has_the_published_arguments_in_order(row):
    told, outputs = row.split("->")
    name, *arguments = told.split()
    signature = inspect.signature(getattr(ssv, name))
    parameters = signature.parameters.values()
    assert [one.name if one.default is one.empty else f"[{one.name}]" for one in parameters] == arguments
    given = signature.return_annotation
    assert given is int or get_args(given)[0] is int
    assert len(get_args(given)[1:]) == len(outputs.split())


def test_manual_lists_every_function_with_its_arguments_in_order():
    manual = (Path(__file__).parents[2] / "host" / "SSV.md").read_text()
    for row in ROWS:
        name, *arguments = row.split("->")[0].split()
        line = next(line for line in manual.splitlines() if line.startswith("| ") and f"`{name}`" in line)
        told = line.split(" | ")[1]
        assert re.findall(r"\[?[A-Z]+[A-Za-z]{2,}\]?|c[A-Z]\w+", told.split(":")[0]) == arguments


def test_every_published_function_that_there_is_stands_in_the_table():
    ours = {"SSV_DeclarerRessource", "SSV_DeclarerOpposition", "SSV_DernierMessage", "SSV_EssaisRestants"}
    assert {name for name in vars(ssv) if name.startswith("SSV_")} - ours == {row.split()[0] for row in ROWS}
