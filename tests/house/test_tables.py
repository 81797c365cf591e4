"""The reference documents: fresh tables, and nothing cited in the repository that is not in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tournee.returns.arl import CODES

ROOT = Path(__file__).resolve().parents[2]
PROFILE = (ROOT / "firmware" / "PROFILE.md").read_text()
EXCHANGE = (ROOT / "host" / "EXCHANGE.md").read_text()
SOURCES = (".py", ".toml", ".sql", ".txt", ".records", ".md", ".c")
RULES = {"MODE": 3, "SS": 3, "SF": 5, "EF": 4, "X": 1, "MSG": 8, "RET": 5, "LOI": 2}


def texts() -> dict[str, str]:
    """Every text of the repository but the two documents themselves."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    names = [name for name in listing.decode().split("\0") if name.endswith(SOURCES)]
    return {name: (ROOT / name).read_text("utf-8", "replace") for name in names if (ROOT / name).exists()}


def test_tables_are_those_of_the_code() -> None:
    script = [sys.executable, str(ROOT / "tools" / "tables.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stale_table_is_refused(tmp_path: Path) -> None:
    for part in ("boards", "firmware", "host", "tests"):
        (tmp_path / part).mkdir()
    (tmp_path / "host" / "docs" / "drawings").mkdir(parents=True)
    (tmp_path / "tools").mkdir()
    rooms = "host/docs/drawings/rooms.svg"
    for name in (
        "tools/tables.py",
        "tools/board_tables.py",
        "tools/drawing.py",
        "tools/service_tables.py",
        "pyproject.toml",
        "boards/README.md",
        "host/SSV.md",
        rooms,
    ):
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "firmware" / "PROFILE.md").write_text(
        PROFILE.replace("| 12+13 | `nir` |", "| 12+14 | `nir` |")
    )
    table = "| rule | says | tests | among them |\n|---|---|---|---|"
    for manual in ("EXCHANGE.md", "SERVICES.md"):
        marks = re.findall(r"<!-- (rules[A-Z ]*) -->", (ROOT / "host" / manual).read_text())
        lists = [f"<!-- {mark} -->\n\n{table}\n\n<!-- end of {mark} -->\n" for mark in marks]
        (tmp_path / "host" / manual).write_text("".join(lists))
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    script = [sys.executable, str(tmp_path / "tools" / "tables.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "PROFILE.md is stale: run tools/tables.py\n")


def test_every_rule_has_its_heading() -> None:
    wanted = [f"OCT-{family}-{number}" for family, last in RULES.items() for number in range(1, last + 1)]
    assert re.findall(r"^### (OCT-[A-Z]+-[0-9]+)", EXCHANGE, re.MULTILINE) == wanted


def test_every_rule_says_whether_it_is_built_and_a_built_one_is_shown() -> None:
    for rule in EXCHANGE.split("\n### ")[1:]:
        name = rule.split()[0]
        assert re.search(r"^\*\*(Built|Partly|Not yet)\b", rule, re.MULTILINE), name
        if "\n**Built" in rule:
            assert "- Tests: `" in rule, name


def test_every_rule_cited_is_one() -> None:
    known = {f"{family}-{number}" for family, last in RULES.items() for number in range(1, last + 1)}
    cited = {
        (name, rule)
        for name, text in texts().items()
        for rule in re.findall(r"\bOCT-([A-Z]+(?:-[0-9]+)?)", text)
        if rule not in known and rule not in RULES
    }
    assert cited == set()


def test_every_domain_section_cited_has_its_heading() -> None:
    there = set(re.findall(r"^### domain ([0-9.]+[0-9]),", PROFILE, re.MULTILINE))
    cited = {
        (name, section)
        for name, text in texts().items()
        for section in re.findall(r"\bdomain ([0-9]\.[0-9]+)", text)
        if section not in there
    }
    assert cited == set()


def test_codes_of_the_arl_are_those_of_the_code() -> None:
    section = PROFILE.split("\n### ARL\n")[1].split("\n### ")[0]
    assert re.findall(r"^\| ([0-9]{4}) \|", section, re.MULTILINE) == list(CODES)


def test_every_document_named_is_in_the_repository() -> None:
    there = texts()
    names = {Path(name).name for name in there}
    named = {
        (name, document)
        for name, text in there.items()
        for document in re.findall(r"[\w-]+\.md\b", text)
        if document not in names
    }
    assert named == set()
