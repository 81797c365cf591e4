"""Strangers' pictures: bounded before they are decoded, turned; what they say beside goes no further."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_papers import as_jpeg, good_paper
from PIL import Image

from tournee.documents.pieces.errors import PieceError
from tournee.documents.pieces.jpeg import bare
from tournee.documents.pieces.reading import PIXELS_MAX, SOURCE_MAX, read_pages

PAPER = good_paper(4, (240, 340))
PHOTO = as_jpeg(PAPER)


def saved(form: str, page: Image.Image = PAPER, **more: object) -> bytes:
    out = io.BytesIO()
    page.save(out, form, **more)
    return out.getvalue()


def read(data: bytes) -> list[Image.Image]:
    return list(read_pages(data))


def refusal(data: bytes) -> str:
    with pytest.raises(PieceError) as refused:
        read(data)
    return refused.value.cause


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_picture_without_loss_gives_its_pixels(form: str) -> None:
    """SCOR-2."""
    (page,) = read(saved(form))
    assert (page.mode, page.size, page.tobytes()) == ("L", PAPER.size, PAPER.tobytes())


def test_pages_of_a_tiff_and_of_a_pdf_come_one_by_one() -> None:
    others = [PAPER, PAPER.rotate(180)]
    assert len(read(saved("TIFF", save_all=True, append_images=others))) == 3
    assert len(read(saved("PDF", save_all=True, append_images=others, resolution=100))) == 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says_and_says_no_more(orientation: int) -> None:
    """SCOR-2: by where the paper's dark corner comes to lie."""
    marked = Image.new("L", (64, 96), 250)
    marked.paste(0, (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 0.0)}
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    shown = marked if back is None else marked.transpose(Image.Transpose(back))
    (page,) = read(saved("JPEG", shown, exif=exif, quality=95))
    assert (page.size, page.getpixel((4, 4)) < 60, page.getpixel((60, 90)) > 200) == ((64, 96), True, True)
    assert not page.getexif()


def test_what_a_camera_says_is_gone_from_a_jpeg_whose_pixels_stay() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Mme Durand"
    told = saved("JPEG", exif=exif, comment=b"chez elle")
    kept = bare(told)
    assert b"Durand" in told
    assert b"chez elle" in told
    assert b"Durand" not in kept
    assert b"chez elle" not in kept
    assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(io.BytesIO(told)).tobytes()


def test_colours_of_print_are_refused_in_words() -> None:
    """SCOR-2."""
    for form in ("JPEG", "TIFF"):
        assert "CMJN" in refusal(saved(form, PAPER.convert("CMYK")))


def test_a_jpeg_of_a_rare_kind_or_of_too_many_passes_is_refused() -> None:
    """SCOR-2: arithmetic coding (SOF9), 12 bits, a scan again and again."""
    frame = PHOTO.index(b"\xff\xc0")
    assert "sorte rare" in refusal(PHOTO[: frame + 1] + b"\xc9" + PHOTO[frame + 2 :])
    assert "sorte rare" in refusal(PHOTO[: frame + 4] + b"\x0c" + PHOTO[frame + 5 :])
    scans = saved("JPEG", progressive=True)
    last = scans.rindex(b"\xff\xda")
    assert "passes" in refusal(scans[:last] + scans[last:-2] * 80 + b"\xff\xd9")
    assert read(scans)[0].size == PAPER.size


def test_a_picture_that_says_that_it_is_huge_is_never_decoded() -> None:
    """SCOR-2: a PNG of some bytes that would be 25,000 points high."""
    side = 25_000
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    assert str(PIXELS_MAX) in refusal(bomb + chunk(b"IEND", b""))


def test_bytes_and_pages_have_an_end() -> None:
    assert str(SOURCE_MAX) in refusal(PHOTO + bytes(SOURCE_MAX))
    small = Image.new("L", (20, 20), 200)
    assert "11 pages" in refusal(saved("TIFF", small, save_all=True, append_images=[small] * 10))
    assert "11 pages" in refusal(saved("PDF", small, save_all=True, append_images=[small] * 10))


@pytest.mark.parametrize(
    "data", [b"", b"x", b"GIF89a" + bytes(50), b"%PDF-1.7\n%%EOF", PHOTO[:200], b"II*\0"]
)
def test_what_is_no_picture_is_told(data: bytes) -> None:
    assert refusal(data)


@given(st.integers(0, len(PHOTO)), st.binary(min_size=1, max_size=40))
def test_a_damaged_picture_is_read_or_refused_in_words(at: int, noise: bytes) -> None:
    try:
        read(PHOTO[:at] + noise + PHOTO[at + len(noise) :])
    except PieceError as error:
        assert error.cause
