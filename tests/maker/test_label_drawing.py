"""A reader's label as it is printed: read back from the picture and from the PDF."""

import io
import re
import unicodedata
from pathlib import Path

import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image
from pypdfium2 import PdfDocument

from tournee.documents.paper import Paper, has_glyph
from tournee.errors import ConfigError
from tournee.maker.main import maker
from tournee.maker.shipping.label import labels_pdf, picture_of, write_label
from tournee.maker.shipping.label_forms import label_form, label_forms
from tournee.maker.shipping.register import ReaderRegister
from tournee.maker.shipping.register_file import RegisterFile, key_in_file, make_key_file
from tournee.reader.label import Label, read_label

SECRET = bytes(range(32))
SHEETS = [name for name, form in label_forms().items() if form.sheet]


def words_of(pdf: bytes) -> str:
    """The text of a PDF's first page."""
    return PdfDocument(pdf)[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize("name", label_forms())
@pytest.mark.parametrize("serial", ["A", "TO-0123456789-XY"])
def test_label_is_read_back_by_camera_and_by_eye(tmp_path, name, serial):
    form = label_form(name)
    png, pdf = write_label(tmp_path / "new", serial, SECRET, form)
    assert {path.stat().st_mode & 0o777 for path in (png, pdf)} == {0o600}
    picture = Image.open(png)
    assert picture.size == tuple(pytest.approx(one / 25.4 * 300, abs=1) for one in form.size)
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    (found,) = zxingcpp.read_barcodes(picture)
    assert read_label(found.text) == Label(SECRET, serial)
    words = words_of(pdf.read_bytes())
    assert "Lecteur de cartes Tournée" in words
    assert f"N° {serial}" in words
    groups = re.findall(r"\b[0-9A-Z]{4}\b", words.split(f"N° {serial}")[1])
    assert read_label("".join(groups)).secret == SECRET


@pytest.mark.parametrize("name", label_forms())
def test_nothing_is_printed_in_the_marks_frame_nor_at_the_edge(name):
    form = label_form(name)
    alone = labels_pdf(type(form)(name, form.size, None), [Label(SECRET, "TO-0123456789-XY")])
    picture = Image.open(io.BytesIO(picture_of(alone, 300))).convert("L")
    width, height = picture.size
    edge, frame = round(2 / 25.4 * 300) - 2, round(height * 0.2)
    inside = picture.crop((edge + 8, height - edge - frame + 8, width - edge - 8, height - edge - 8))
    assert inside.getextrema() == (255, 255)
    framed = picture.crop((edge, height - edge - frame - 4, width - edge, height - edge + 4))
    assert framed.getextrema()[0] < 80
    for strip in ((0, 0, width, edge), (0, 0, edge, height), (width - edge, 0, width, height)):
        assert picture.crop(strip).getextrema()[0] > 200, strip


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_has_each_label_once_behind_the_places_that_are_taken(name):
    form = label_form(name, sheet=True)
    count = form.sheet.columns * form.sheet.rows
    labels = [Label(SECRET, f"TO-{number:04}") for number in range(count)]
    document = PdfDocument(labels_pdf(form, labels, skip=2))
    assert len(document) == 2
    told = [page.get_textpage().get_text_bounded() for page in document]
    serials = [serial for words in told for serial in re.findall(r"N° (\S+)", words)]
    assert serials == [label.serial for label in labels]
    read = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    assert {read_label(one.text).serial for one in read} == set(serials[: count - 2])


def test_same_label_is_the_same_bytes():
    form = label_form("60x40")
    assert labels_pdf(form, [Label(SECRET, "A")]) == labels_pdf(form, [Label(SECRET, "A")])


@pytest.mark.parametrize(("name", "sheet"), [("A4", False), ("60x40", True)])
def test_paper_that_is_none_is_refused_with_those_that_are(name, sheet):
    with pytest.raises(ConfigError, match=r"choisissez parmi : .*70x37"):
        label_form(name, sheet=sheet)


def test_labels_are_made_again_from_the_register_and_it_says_so(tmp_path: Path) -> None:
    make_key_file(tmp_path / "key")
    file = RegisterFile(tmp_path / "readers.tnr", key_in_file(tmp_path / "key"))
    file.create({"readers": {}})
    register = ReaderRegister(file)
    for serial in ("A-1", "A-2"):
        register.begin(serial, "unix")
    (tmp_path / "list.txt").write_text("A-1\nA-2\n")
    command = ["register", "label", str(file.path), "--register-key", str(tmp_path / "key")]
    command += ["--list", str(tmp_path / "list.txt"), "--reason", "encre pâle"]
    CliRunner().invoke(
        maker, [*command, "--sheet", str(tmp_path / "s.pdf"), "--form", "70x37"], catch_exceptions=False
    )
    CliRunner().invoke(maker, [*command, "--labels", str(tmp_path / "labels")], catch_exceptions=False)
    assert "N° A-2" in words_of((tmp_path / "s.pdf").read_bytes())
    assert sorted(one.name for one in (tmp_path / "labels").iterdir()) == [
        "A-1.pdf", "A-1.png", "A-2.pdf", "A-2.png"
    ]  # fmt: skip
    assert [one["what"] for one in register.find("A-2").events] == ["pending", "printed", "printed"]


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 49])
def test_name_that_cannot_be_printed_is_refused(name):
    with pytest.raises(ConfigError, match="Nom d’étiquette impossible"):
        labels_pdf(label_form("60x40"), [Label(SECRET, "A")], name)


@pytest.mark.parametrize("name", ["Łódź", "Lecteur ✓", "読取機", "Ħ", "a\u0301\u0323", "🙂"])
def test_name_with_what_the_font_lacks_is_refused_by_the_character(name):
    with pytest.raises(ConfigError) as refused:
        labels_pdf(label_form("60x40"), [Label(SECRET, "A")], name)
    assert "U+" in refused.value.cause


def test_french_name_is_printed_as_it_is_typed_accents_apart_or_not():
    name = "Ça, l’œuf : É À ï ù « Noël » ® № 1".replace("№", "n°")
    whole, apart = (
        labels_pdf(label_form("60x40"), [Label(SECRET, "A")], unicodedata.normalize(form, name))
        for form in ("NFC", "NFD")
    )
    assert whole == apart
    assert name in words_of(whole)


def drawn(char: str) -> bytes:
    """A picture of a character alone."""
    paper = Paper("x", (40, 40))
    paper.text(5, 10, char, 24)
    return PdfDocument(paper.to_bytes())[0].render(scale=1, grayscale=True).to_pil().tobytes()


def test_each_character_that_a_name_may_have_is_drawn_and_as_no_other():
    allowed = [one for one in map(chr, range(33, 0x2200)) if one.isprintable() and has_glyph(one)]
    pictures = {drawn(one): one for one in allowed}
    assert len(pictures) == len(allowed) > 190
    assert drawn(" ") not in pictures


def test_widest_name_and_number_stay_on_their_label():
    pdf = labels_pdf(label_form("50x30"), [Label(SECRET, "W" * 16)], "M" * 48)
    picture = Image.open(io.BytesIO(picture_of(pdf, 300)))
    assert picture.crop((picture.width - 20, 0, picture.width, picture.height)).getextrema()[0] > 200


def test_folder_that_takes_no_label_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="n’a pas pu être écrite"):
        write_label(tmp_path / "file", "A-1", SECRET, label_form("60x40"))
