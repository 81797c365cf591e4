"""The pictures against the last ones: what is hardly another is alike, what a carer would see is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "screens"))

from last_gallery import LastGallery

SIZE = (800, 1280)
Made = Callable[..., dict[str, Path]]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A gallery of one screen, with a button in it, a word and paper of a grey."""

    def make(button: bool = True, word: str = "lundi", paper: int = 250, name: str = "01") -> dict[str, Path]:
        picture = Image.new("RGB", SIZE, (paper,) * 3)
        draw = ImageDraw.Draw(picture)
        draw.text((60, 60), word, "black", font_size=24)
        if button:
            draw.rectangle((60, 1180, 740, 1236), fill=(20, 80, 140))
        picture.save(tmp_path / f"{name}.png")
        return {name: tmp_path / f"{name}.png"}

    return make


@pytest.fixture
def last(tmp_path: Path, made: Made) -> Path:
    """The gallery that was kept."""
    LastGallery(tmp_path / "last.txt").keep(made())
    return tmp_path / "last.txt"


def told(last: Path, pictures: dict[str, Path]) -> list[str]:
    return list(LastGallery(last).differing(pictures))


def test_another_word_and_a_shade_of_paper_are_no_change(last: Path, made: Made):
    assert told(last, made()) == []
    assert told(last, made(word="mardi", paper=248)) == []


def test_a_button_that_is_gone_is_told(last: Path, made: Made):
    assert told(last, made(button=False)) == ["changed: 01, 4.0% of it"]


def test_a_theme_that_broke_is_told(last: Path, made: Made):
    (line,) = told(last, made(paper=30))
    assert line.startswith("changed: 01, 9")


def test_a_screen_that_is_new_or_gone_is_told(last: Path, made: Made):
    assert told(last, made(name="02")) == ["new: 02", "gone: 01"]


def test_what_is_hardly_another_keeps_its_line(last: Path, made: Made):
    before = last.read_text()
    LastGallery(last).keep(made(word="mardi"))
    assert last.read_text() == before
    LastGallery(last).keep(made(button=False))
    assert last.read_text() != before
