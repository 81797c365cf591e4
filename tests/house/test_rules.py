"""Every rule of the exchange with an OCT, and of the services, is named by a test that holds it."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RULES = [
    line
    for line in (ROOT / "tests" / "vectors" / "exchange" / "rules.txt").read_text().splitlines()
    if not line.startswith("#")
]
FAMILIES = "OCT-[A-Z]+|SCOR|DRT|AMC|ACV|ORD|MAJ|CEAM|RMP"


def headings(manual: str) -> list[str]:
    text = (ROOT / "host" / manual).read_text()
    return re.findall(rf"^### ((?:{FAMILIES})-[0-9]+)", text, re.MULTILINE)


SERVICE_RULES = headings("SERVICES.md")


def names_and_docstrings() -> Iterator[str]:
    """What each test of the repository is called and says of itself."""
    listing = subprocess.run(["git", "ls-files", "-z", "tests"], cwd=ROOT, capture_output=True, check=True)
    for name in listing.stdout.decode().split("\0"):
        if name.endswith(".py") and (ROOT / name).exists():
            for node in ast.walk(ast.parse((ROOT / name).read_text())):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    yield f"{node.name} {ast.get_docstring(node) or ''}"


@pytest.fixture(scope="module")
def cited() -> set[str]:
    ranges = re.compile(rf"\b((?:{FAMILIES})-)(\d+)\b(?: to \1(\d+))?")
    return {
        f"{family}{number}"
        for text in names_and_docstrings()
        for family, first, last in ranges.findall(text)
        for number in range(int(first), int(last or first) + 1)
    }


def test_the_rules_are_those_of_the_manual() -> None:
    assert headings("EXCHANGE.md") == RULES


def test_each_rule_of_the_services_has_one_heading() -> None:
    assert len(set(SERVICE_RULES)) == len(SERVICE_RULES)


@pytest.mark.parametrize("rule", [*RULES, *SERVICE_RULES])
def test_a_test_names_the_rule(rule: str, cited: set[str]) -> None:
    assert rule in cited


def test_no_test_names_a_rule_that_is_none(cited: set[str]) -> None:
    assert cited <= {*RULES, *SERVICE_RULES}
