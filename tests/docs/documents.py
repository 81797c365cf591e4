"""The documents of the repository, read as Markdown: links, anchors, blocks of code, words in code."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "host" / "docs"
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def documents() -> list[Path]:
    """Every document, by its path from the top; the site's front page stands elsewhere and is not one."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = [Path(name) for name in listing.split("\0") if name and not name.startswith("tools/site/")]
    return sorted(name for name in names if (ROOT / name).exists() and not (ROOT / name).is_symlink())


@cache
def tokens(document: Path) -> tuple[Token, ...]:
    """The Markdown of a document, what stands within lines after the line itself."""
    found: list[Token] = []
    for token in _MARKDOWN.parse((ROOT / document).read_text()):
        found += [token, *(token.children or ())]
    return tuple(found)


def links(document: Path) -> Iterator[str]:
    """Where a document leads, images too."""
    for token in tokens(document):
        target = token.attrGet("href") or token.attrGet("src")
        if target:
            yield str(target)


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    found: list[str] = []
    listed = tokens(document)
    for token, following in pairwise(listed):
        if token.type == "heading_open":
            text = "".join(part.content for part in following.children or ())
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return set(found)


def code_words(document: Path) -> Iterator[str]:
    """What stands in code within a line."""
    return (token.content for token in tokens(document) if token.type == "code_inline")


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [token.content for token in tokens(document) if token.type == "fence" and token.info == language]


def table(document: Path, heading: str) -> list[list[str]]:
    """The first table below a heading, its cells as they are written, head and rule left out."""
    text = (ROOT / document).read_text()
    after = re.split(rf"^#+ {re.escape(heading)}$", text, maxsplit=1, flags=re.MULTILINE)[1]
    rows = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)
    assert rows is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in rows[0].splitlines()[2:]]
