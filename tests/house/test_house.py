"""The house's own rules: what stands at the top, what is pinned, what the README promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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
    for profile in ("demo", "test"):
        text = (ROOT / "tools" / "requirements" / f"{profile}.txt").read_text()
        packages = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert len(packages) > 20
        for package in packages:
            assert re.match(r"[a-z0-9.-]+==[^ ]+ ", package), package
            assert "--hash=sha256:" in package, package


def test_every_dependency_of_the_project_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    pinned = [line for line in lines if re.match(r'\s+"[A-Za-z0-9-]+==', line)]
    assert len(pinned) > 10
    assert [line for line in pinned if not re.search(r'",? # \w', line)] == []


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
