"""What the manuals list is what the code has: alerts, exit statuses; and no more words than promised."""

from __future__ import annotations

import re
from pathlib import Path

from documents import DOCS, ROOT, table
from tournee.app.alerts import AlertKind
from tournee.cli import status
from tournee.cli.options.log_options import LEVELS
from tournee.errors import TourneeError
from tournee.exchange.route import ARL_DAYS

OPERATIONS = Path("host/docs/operations.md")
GUIDE = DOCS / "guide-soignant.md"


def test_readme_has_at_most_900_words() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= 900


def test_readme_says_simulation_leads_to_the_glossary_and_has_four_doors() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "**This is a simulation and bills nobody.**" in readme
    assert "(host/docs/glossary.md)" in readme
    doors = readme.split("\n## Four doors\n")[1].split("\n## ")[0]
    assert len(re.findall(r"^\*\*You ", doors, re.MULTILINE)) == 4


def test_every_document_for_users_says_that_it_is_a_simulation() -> None:
    for name in ("by-hand", "guide-soignant", "operations", "embedding"):
        assert re.search(
            "^> .*simulation", (DOCS / f"{name}.md").read_text(), re.MULTILINE | re.IGNORECASE
        ), name


def test_each_alert_has_its_row() -> None:
    rows = table(OPERATIONS, "What each alert means")
    assert sorted(row[0].strip("`") for row in rows) == sorted(kind.value for kind in AlertKind)


def test_what_an_alert_says_is_told_to_the_carer_and_to_whoever_operates() -> None:
    modules = sorted((ROOT / "host" / "tournee" / "app" / "alerts").rglob("*.py"))
    source = "\n".join(module.read_text() for module in modules)
    for row in table(OPERATIONS, "What each alert means"):
        words = max(re.split(r"…|\d+", row[1]), key=len).strip().replace("’", "'")
        assert words in source.replace("’", "'"), row[1]
    guide = GUIDE.read_text().split("\n## Les alertes\n")[1]
    for part in (
        "aucun ARL après",
        "refusé et pas refait",
        "paiement refusé :",
        "paiement en attente :",
        "formé et pas envoyé",
        "mis de côté",
        "s’il est arrivé",
    ):
        assert part in guide


def test_delay_of_the_arl_in_the_manuals_is_the_one_in_force() -> None:
    assert ARL_DAYS == 3
    assert "aucun ARL après 3 jours" in (ROOT / OPERATIONS).read_text()
    assert "aucun ARL après trois jours" in GUIDE.read_text()


def test_exit_statuses_are_those_of_the_command_line_with_the_class_of_each() -> None:
    rows = {int(row[0]): row[2].strip("`") for row in table(OPERATIONS, "Exit statuses")}
    assert set(rows) == set(status.MEANINGS)
    classes = {number: kind.__name__ for kind, number in status.OF_ERROR.items()}
    assert {number: name for number, name in rows.items() if name} == classes
    assert all(issubclass(kind, TourneeError) for kind in status.OF_ERROR)


def test_levels_of_the_log_are_those_of_the_command_line() -> None:
    rows = table(OPERATIONS, "When something fails")
    assert [row[0].strip("`") for row in rows] == list(LEVELS)


def test_guide_speaks_to_the_carer_with_typographic_apostrophes() -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", GUIDE.read_text(), flags=re.DOTALL)
    assert "'" not in prose
    assert "vous" in prose
    assert not re.search(r"\b(tu|ton|ta|tes|toi)\b", prose)
