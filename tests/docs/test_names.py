"""What a document names is there: files, modules, extras, the verbs."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from documents import DOCS, ROOT, code_words, documents, table

ROOMS = ("firmware", "boards", "host", "tools", "tests", "tournee", ".github")
MADE = {"names.c", "tools/attack/found"}  # by a build, by a run
OF_THE_USER = {
    "tournee.toml",
    "organismes.toml",
    "journee.toml",
    "day.toml",
    "sesam.ini",
    "DIR/tournee.toml",
}
TRACED = ("EXCHANGE.md", "SERVICES.md")
WRITTEN_BY_HAND = [one for one in documents() if one.parts[0] != "firmware" and one.name not in TRACED]


def is_there(name: str) -> bool:
    """A path from the top, or from `host/` where it begins with `tournee/`; a pattern has a match."""
    below = ROOT / "host" if name.startswith("tournee/") else ROOT
    return any(below.glob(name.rstrip("/")))


@pytest.mark.parametrize("document", WRITTEN_BY_HAND, ids=str)
def test_every_path_named_is_there(document: Path) -> None:
    named = [word for word in code_words(document) if re.match(rf"({'|'.join(ROOMS)})/[^ ]*$", word)]
    if document == Path("host/docs/changelog.md"):
        named = [word for word in named if word not in former()]
    assert [word for word in named if word not in MADE and not is_there(word)] == []


@pytest.mark.parametrize("document", [one for one in documents() if one.name != "changelog.md"], ids=str)
def test_every_source_named_by_the_end_of_its_path_is_there(document: Path) -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    there = {f"/{name}" for name in listing.stdout.split("\0")}
    named = {word for word in code_words(document) if re.fullmatch(r"[\w/-]+\.(py|c|toml|sql|ini|md)", word)}
    lost = {
        word for word in named - OF_THE_USER - MADE if not any(name.endswith(f"/{word}") for name in there)
    }
    assert lost == set()


@pytest.mark.parametrize("document", WRITTEN_BY_HAND, ids=str)
def test_every_module_named_can_be_imported(document: Path) -> None:
    old = former() if document.name == "changelog.md" else set()
    for word in code_words(document):
        if re.fullmatch(r"tournee(\.\w+)+", word) and word not in old and word != "tournee.toml":
            name, _, attribute = word.rpartition(".")
            try:
                importlib.import_module(word)
            except ModuleNotFoundError:
                assert hasattr(importlib.import_module(name), attribute), word


def renamed() -> list[tuple[str, str]]:
    """The old and the new names that the changelog tells, classes among them."""
    text = (ROOT / "host" / "docs" / "changelog.md").read_text()
    return re.findall(r"^\| `([\w.]+)` \| `([\w.]+)` \|$", text, re.MULTILINE)


def former() -> set[str]:
    """The names that the changelog says are no more."""
    return {old for old, _ in renamed()}


def found(name: str) -> bool:
    """Whether a module has that name, or something in a module or a room; a mere room is none."""
    try:
        return not hasattr(importlib.import_module(name), "__path__")
    except ModuleNotFoundError:
        above, _, last = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(above or last), last)
    except ModuleNotFoundError:
        return False


def test_what_was_renamed_is_where_the_changelog_says_and_no_more_where_it_was() -> None:
    assert len(renamed()) > 20
    assert [new for _, new in renamed() if not found(new)] == []
    assert [old for old in former() if found(old)] == []


def test_every_extra_named_is_one() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    text = "\n".join((ROOT / document).read_text() for document in documents())
    named = {extra for group in re.findall(r"tournee\[([\w,]+)\]", text) for extra in group.split(",")}
    assert named
    assert named <= set(extras)
    users = {row[0].strip("`") for row in table(Path("host/docs/embedding.md"), "Install")}
    assert users - {"none"} == set(extras) - {"dev", "docs", "attack"}


def test_every_verb_of_the_developer_command_named_is_one() -> None:
    help_text = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "dev"), "help"], capture_output=True, text=True, check=True
    ).stdout
    verbs = set(re.findall(r"^  (\w+) ", help_text, re.MULTILINE)) | {"help"}
    text = "\n".join((ROOT / document).read_text() for document in documents())
    assert set(re.findall(r"\./tools/dev (\w+)", text)) <= verbs


def test_every_room_of_the_host_is_in_the_table_of_the_architecture() -> None:
    text = (DOCS / "architecture.md").read_text().split("\n## The rooms\n")[1].split("\n## ")[0]
    host = ROOT / "host" / "tournee"
    rooms = {one.name for one in host.iterdir() if (one / "__init__.py").exists() and not one.is_symlink()}
    assert {name for name in rooms if f"`host/tournee/{name}`" not in text} == set()
