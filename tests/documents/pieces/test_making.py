"""A piece as it is kept and sent: PDF/A-1b to every judge, straight, small, of the same bytes each time."""

from __future__ import annotations

import io
import math
import re
import subprocess
from pathlib import Path

import pytest
from made_papers import A4, as_jpeg, bad_paper, good_paper
from PIL import Image, ImageChops, ImageStat

from tournee.documents.pieces.errors import PieceError
from tournee.documents.pieces.making import MadePiece, Source, make_piece
from tournee.documents.pieces.straightening import CornersError
from tournee.formats.proof_table import CONTRAST, PAGE_BYTES_MAX

_LIBRARIES = "preflight pdfbox2 xmpbox fontbox2 commons-logging javax.activation jaxb-api"
JARS = [f"/usr/share/java/{name}.jar" for name in _LIBRARIES.split()]


@pytest.fixture(scope="module")
def paper() -> Image.Image:
    return good_paper(1, A4)


@pytest.fixture(scope="module")
def made(paper: Image.Image) -> dict[str, MadePiece]:
    """One of each kind."""
    out = io.BytesIO()
    paper.convert("RGB").resize((900, 1272)).save(out, "PDF", resolution=110)
    return {
        "grey": make_piece([Source(as_jpeg(paper, 60))]),
        "colour": make_piece([Source(as_jpeg(paper.convert("RGB"), 60))]),
        "bits": make_piece([Source(as_jpeg(paper, 60))], black_and_white=True),
        "pdf": make_piece([Source(out.getvalue())]),
        "both": make_piece([Source(as_jpeg(paper, 60)), Source(as_jpeg(good_paper(2, A4), 60))], pages=2),
    }


def judged(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_every_judge_takes_each_piece(made: dict[str, MadePiece], tmp_path: Path) -> None:
    """SCOR-4: PDFBox preflight for PDF/A-1b, qpdf for the file, poppler for pages, pictures, their dots."""
    paths = {name: tmp_path / f"{name}.pdf" for name in made}
    for name, path in paths.items():
        path.write_bytes(made[name].pdf)
        judged("qpdf", "--check", str(path))
        info = judged("pdfinfo", str(path))
        assert f"Pages:           {made[name].pages}\n" in info
        assert re.search(r"^Title: +Piece [0-9A-F]{16}$", info, re.MULTILINE)
        assert "Author" not in info
        for row in judged("pdfimages", "-list", str(path)).splitlines()[2:]:
            _, _, _, _, _, colour, components, _, _, _, _, _, across, down, *_ = row.split()
            assert (colour, components) == ("gray", "1")
            assert 200 <= min(int(across), int(down)) <= max(int(across), int(down)) <= 301
    validator = "org.apache.pdfbox.preflight.Validator_A1b"
    said = judged(
        *("java", "-XX:TieredStopAtLevel=1", "-cp", ":".join(JARS), validator),
        *("batch", str(tmp_path)),
    )
    assert said.count("is a valid PDF/A-1b file") == len(paths), said


def test_a_grey_jpeg_goes_in_as_it_is_and_its_pixels_come_out(paper: Image.Image, tmp_path: Path) -> None:
    """SCOR-4."""
    photo = as_jpeg(paper, 60)
    path = tmp_path / "piece.pdf"
    path.write_bytes(make_piece([Source(photo)]).pdf)
    judged("pdfimages", "-j", str(path), str(tmp_path / "page"))
    out = Image.open(tmp_path / "page-000.jpg")
    assert out.tobytes() == Image.open(io.BytesIO(photo)).tobytes()


def test_black_and_white_shows_the_writing_and_no_shadow(made: dict[str, MadePiece], tmp_path: Path) -> None:
    path = tmp_path / "piece.pdf"
    path.write_bytes(made["bits"].pdf)
    judged("pdfimages", "-png", str(path), str(tmp_path / "page"))
    shown = Image.open(tmp_path / "page-000.png").convert("L")
    share = ImageStat.Stat(shown).mean[0] / 255
    assert 0.8 < share < 0.999
    assert len(made["bits"].pdf) < PAGE_BYTES_MAX


def test_the_same_files_make_the_same_bytes_without_day_or_person(made: dict[str, MadePiece], paper) -> None:
    """SCOR-4."""
    again = make_piece([Source(as_jpeg(paper, 60))])
    assert (again.pdf, again.digest) == (made["grey"].pdf, made["grey"].digest)
    assert not re.search(rb"/(Author|Producer|Creator|CreationDate|ModDate)", again.pdf)


def test_a_page_full_of_grain_is_made_as_small_as_it_must_be() -> None:
    grain = Image.effect_noise((1800, 2545), 30)
    sheet = Image.new("L", (1900, 2687), 200)
    sheet.paste(grain, (50, 71))
    sheet.paste(20, (300, 300, 1300, 320))
    piece = make_piece([Source(as_jpeg(sheet, 95))])
    assert len(piece.pdf) < PAGE_BYTES_MAX + 5_000


@pytest.mark.parametrize("corners", [((0.1, 0.08), (0.92, 0.12), (0.88, 0.95), (0.07, 0.9))])
def test_a_sheet_at_a_slant_comes_out_upright_by_its_corners(corners) -> None:
    """SCOR-2: a page drawn into a quadrilateral by another hand, then made upright."""
    page = good_paper(7, (900, 1272))
    size = (2300, 3200)
    points = [(x * size[0], y * size[1]) for x, y in corners]
    photo = drawn_into(page, size, points)
    piece = make_piece([Source(as_jpeg(photo, 90), corners)])
    import pypdfium2

    shown = pypdfium2.PdfDocument(piece.pdf)[0].render(scale=1.5).to_pil().convert("L").resize(page.size)
    assert ImageStat.Stat(ImageChops.difference(shown, page)).mean[0] < 12


def drawn_into(page: Image.Image, size: tuple[int, int], points: list[tuple[float, float]]) -> Image.Image:
    """The page seen at a slant: the eight of its map solved for by Gauss and Jordan."""
    rows = []
    for (x, y), (u, v) in zip(points, [(0, 0), (1, 0), (1, 1), (0, 1)], strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        best = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[best] = rows[best], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for other in range(8):
            if other != at:
                factor = rows[other][at]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at], strict=True)]
    a, b, c, d, e, f, g, h = (row[8] for row in rows)
    width, height = page.size
    wide = (a * width, b * width, c * width, d * height, e * height, f * height, g, h)
    return page.transform(size, Image.Transform.PERSPECTIVE, wide, Image.Resampling.BICUBIC, fillcolor=90)


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0), (1, 0), (0, 1), (1, 1)),
        ((0.5, 0.5), (0.51, 0.5), (0.51, 0.51), (0.5, 0.51)),
        ((0, 0), (1, 0), (0.2, 0.1), (0, 1)),
        ((-0.1, 0), (1, 0), (1, 1), (0, 1)),
        ((0, 0), (math.nan, 0), (1, 1), (0, 1)),
    ],
)
def test_four_corners_of_no_sheet_are_refused(corners) -> None:
    with pytest.raises(CornersError):
        make_piece([Source(as_jpeg(Image.new("L", (90, 90), 200)), corners)])


def test_a_page_that_would_be_refused_makes_no_piece(paper: Image.Image) -> None:
    """SCOR-3: with the number of the page, and the reason."""
    faint = as_jpeg(bad_paper("contrast", 1, A4), 70)
    with pytest.raises(PieceError, match="Page 2") as refused:
        make_piece([Source(as_jpeg(paper, 60)), Source(faint)])
    assert (refused.value.code, refused.value.reason) == (CONTRAST, "contraste")


def test_pages_that_lack_of_those_told_are_a_truncated_piece(paper: Image.Image) -> None:
    """SCOR-3."""
    with pytest.raises(PieceError) as refused:
        make_piece([Source(as_jpeg(paper, 60))], pages=2)
    assert refused.value.reason == "tronquée"
