"""What is looked at of a page: none of 200 good papers is refused, every bad one for its own reason."""

from __future__ import annotations

import pytest
from made_papers import bad_paper, good_paper
from PIL import Image, ImageDraw, ImageFont

from tournee.documents.pieces.checks import check_page, fault_of, look_at
from tournee.documents.pieces.errors import PieceError
from tournee.formats.proof_table import BLACK, BLANK, CONTRAST, CUT

SHARES = 10
"""One paper in so many is looked at here, all of them by the bench."""


def test_no_good_paper_is_refused() -> None:
    """SCOR-3."""
    refused = {seed: code for seed in range(0, 200, SHARES) if (code := fault_of(look_at(good_paper(seed))))}
    assert refused == {}


@pytest.mark.parametrize(
    ("kind", "code"), [("blank", BLANK), ("black", BLACK), ("contrast", CONTRAST), ("cut", CUT)]
)
def test_each_bad_paper_is_refused_for_its_own_reason(kind: str, code: str) -> None:
    """SCOR-3."""
    found = [fault_of(look_at(bad_paper(kind, seed))) for seed in range(0, 40, SHARES)]
    assert found == [code] * len(found)


@pytest.mark.parametrize(("level", "code"), [(255, BLANK), (0, BLACK)])
def test_a_page_of_one_shade_is_refused(level: int, code: str) -> None:
    with pytest.raises(PieceError) as refused:
        check_page(Image.new("L", (1654, 2339), level), 3)
    assert refused.value.code == code
    assert refused.value.message.startswith("Page 3 : ")


def test_fewer_than_200_dots_an_inch_are_told() -> None:
    """SCOR-3."""
    page = Image.new("L", (1600, 2263), 240)
    ImageDraw.Draw(page).rectangle((400, 400, 900, 420), fill=20)
    with pytest.raises(PieceError, match="200 points par pouce"):
        check_page(page, 1)
    check_page(page.resize((1654, 2339)), 1)


def test_paper_ruled_from_side_to_side_is_whole() -> None:
    page = Image.new("L", (707, 1000), 235)
    draw = ImageDraw.Draw(page)
    for row in range(60, 980, 28):
        draw.line((0, row, 707, row), fill=150)
    for column in range(30, 700, 28):
        draw.line((column, 0, column, 1000), fill=150)
    draw.line((200, 400, 500, 420), fill=20, width=3)
    assert fault_of(look_at(page)) == ""


@pytest.mark.parametrize("turned", [0, 1.5])
def test_squared_paper_from_side_to_side_is_whole_when_it_lies_askew(turned: float) -> None:
    page = Image.new("L", (707, 1000), 235)
    draw = ImageDraw.Draw(page)
    for row in range(10, 1000, 17):
        draw.line((0, row, 707, row), fill=120)
    for column in (at for at in range(10, 700, 17) if at != 197):  # one is worn away
        draw.line((column, 0, column, 1000), fill=120)
    draw.line((200, 400, 500, 420), fill=20, width=3)
    assert fault_of(look_at(page.rotate(turned, Image.Resampling.BICUBIC, fillcolor=235))) == ""


def printed(shift: tuple[int, int], size: int = 28) -> Image.Image:
    """A printed page at 200 dots an inch; `shift`: where its words begin, over the border when below 0."""
    page = Image.new("L", (1654, 2339), 250)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(size)
    for rank in range(20):
        words = f"{rank} pansement, plaie, matin et soir, a domicile, pendant quinze jours, dimanches aussi"
        draw.text((shift[0], shift[1] + rank * 60), words[rank % 5 :], 20, font)
    return page


@pytest.mark.parametrize(
    ("shift", "code"),
    [
        ((180, 180), ""),
        ((12, 14), ""),  # close to the border, and whole
        ((-70, 180), CUT),
        ((780, 180), CUT),
        ((180, -17), CUT),
        ((180, 2339 - 22 - 19 * 60), CUT),
    ],
    ids=["whole", "at the border", "left", "right", "top", "bottom"],
)
def test_writing_that_runs_over_any_one_side_is_cut(shift: tuple[int, int], code: str) -> None:
    """SCOR-3."""
    assert fault_of(look_at(printed(shift))) == code


def test_lines_of_many_words_cut_through_their_letters_at_one_side_are_cut() -> None:
    """SCOR-3: a page of words cropped, made as large as it was."""
    page = printed((200, 200)).crop((300, 300, 1654, 2339)).resize((1654, 2339))
    assert fault_of(look_at(page)) == CUT
