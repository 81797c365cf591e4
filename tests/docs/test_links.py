"""A link leads somewhere: to a file of the repository, to a heading that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from documents import DOCS, ROOT, anchors, documents, links


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_link_leads_to_a_file_and_a_heading_of_it(document: Path) -> None:
    lost = []
    for target in links(document):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (ROOT / document.parent / name).resolve() if name else ROOT / document
        exists = there.is_file() and there.is_relative_to(ROOT)
        if not exists or (anchor and anchor not in anchors(there.relative_to(ROOT))):
            lost.append(target)
    assert lost == []


def test_an_arrow_leads_from_each_floor_to_the_next_and_none_to_the_emulation() -> None:
    rooms = (DOCS / "drawings" / "rooms.svg").read_text()
    floors = set(re.findall(r'<rect x="[\d.]+" y="(\d+)"', rooms))
    assert rooms.count("marker-end=") == len(floors) - 2


def test_every_drawing_is_shown_and_stands_alone() -> None:
    shown = {target for document in documents() for target in links(document) if target.endswith(".svg")}
    for drawing in (DOCS / "drawings").iterdir():
        assert f"drawings/{drawing.name}" in shown
        text = drawing.read_text()
        assert "<title" in text
        assert not re.search(r"<script|href=|url\((?!#)", text)
