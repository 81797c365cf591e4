"""The house's own rules: what stands at the top, what is pinned, what the README promises."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from tournee import __version__

ROOT = Path(__file__).resolve().parents[2]
AGREED = {"pyproject.toml", "README.md", "LICENSE", "firmware", "host", "boards", "tools", "tests"}


def tracked() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = listing.stdout.decode().split("\0")
    return [name for name in names if name and not (ROOT / name).is_symlink()]


def test_top_level_holds_the_agreed_entries_only() -> None:
    top = {name.split("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} == AGREED


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile(rb"py" rb"pi\.org|python" rb"hosted|deb\.de" rb"bian\.org|registry\.np" rb"mjs")
    naming = [name for name in tracked() if hosts.search((ROOT / name).read_bytes())]
    assert naming == []


def test_every_pinned_package_carries_its_hashes() -> None:
    for profile in ("demo", "docs", "test"):
        text = (ROOT / "tools" / "requirements" / f"{profile}.txt").read_text()
        packages = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert len(packages) > 20
        for package in packages:
            assert re.match(r"[a-z0-9.-]+==[^ ]+ ", package), package
            assert "--hash=sha256:" in package, package


def projects() -> list[Path]:
    """The pyproject.toml of each distribution made here."""
    return [ROOT / "pyproject.toml", ROOT / "host" / "tournee" / "emulation" / "pyproject.toml"]


def requirements(file: Path) -> list[str]:
    """What a distribution asks for, extras and build included."""
    table = tomllib.loads(file.read_text())
    extras = table["project"].get("optional-dependencies", {}).values()
    return [*table["build-system"]["requires"], *table["project"]["dependencies"], *chain(*extras)]


@pytest.mark.parametrize("file", projects(), ids=["tournee", "tournee-emulation"])
def test_every_dependency_of_a_project_says_why(file: Path) -> None:
    text = file.read_text()
    asked = requirements(file)
    assert len(asked) > 5
    assert [one for one in asked if not re.search(rf'"{re.escape(one)}"\]?,? # \w', text)] == []


@pytest.mark.parametrize("file", projects(), ids=["tournee", "tournee-emulation"])
def test_a_project_asks_for_ranges_and_pins_only_its_other_half(file: Path) -> None:
    asked = requirements(file)
    assert [one for one in asked if ">=" not in one and "~=" not in one] == [
        one for one in asked if re.fullmatch(r"tournee(-emulation)?==[0-9.]+", one)
    ]


def test_both_distributions_are_of_one_version_and_ask_for_that_of_the_other() -> None:
    ours, emulation = (tomllib.loads(file.read_text())["project"] for file in projects())
    assert emulation["version"] == __version__
    assert ours["optional-dependencies"]["emulation"] == [f"tournee-emulation=={__version__}"]
    assert f"tournee=={__version__}" in emulation["dependencies"]


def test_readme_names_exactly_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert set(re.findall(r"\./tools/dev (\w+)", readme)) == {"demo", "test"}


def test_developer_command_runs_on_the_standard_library_alone() -> None:
    help_text = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "tools" / "dev"), "help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for verb in ("demo", "test", "check", "bench"):
        assert re.search(rf"^  {verb} ", help_text, re.MULTILINE)


def test_no_module_is_over_350_lines() -> None:
    long = {
        name: count
        for name in tracked()
        if name.endswith(".py") and (count := (ROOT / name).read_text().count("\n")) > 350
    }
    assert long == {}


def test_no_test_sleeps() -> None:
    pattern = re.compile(r"\btime\.sle" r"ep\(|asyncio\.sle" r"ep\([0-9]*\.?[0-9]*[1-9]")
    sleeping = [
        name
        for name in tracked()
        if name.startswith("tests/") and pattern.search((ROOT / name).read_text("latin-1"))
    ]
    assert sleeping == []
