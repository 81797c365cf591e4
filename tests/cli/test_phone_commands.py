"""`tournee apcv …`, `certify --appli`, `ordonnance numerique …`: in words and for programs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tournee.app.context import open_office
from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.config import load_config
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice
from tournee.emulation.services.prescription_base import numbers
from tournee.errors import ServiceError
from tournee.services.prescriptions.number import with_check
from tournee.services.qr_codes import png_of

NIR = "1820475113042"
DAY = """[journee]
ps = "756000121"
profession = "IF"
date = {day}

[[visite]]
nir = "1820475113042"
cle = "45"
actes = [{{ acte = "Injection sous-cutanée" }}, {{ code = "MAU" }}]
prescription = {{ date = {day}, prescripteur = "751000126", rpps = "10100001071" }}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cabinet")
    with practice(folder, with_services=True) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            ask(folder, "insert", slot="ps", card="infirmiere")
            yield folder
        finally:
            ask(folder, "stop")
            serving.join()


@pytest.fixture(autouse=True)
def configured(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOURNEE_CONFIG", str(desk / CONFIG_NAME))


def run(*words: str) -> Result:
    return CliRunner().invoke(root, list(words), input="1234\n")


def told(*words: str) -> dict:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout[done.stdout.index("{") :])


def test_a_phone_is_read_by_its_picture_and_its_visit_certified(desk: Path, tmp_path: Path) -> None:
    """ACV-1, ACV-2, ACV-7: no Vitale card is in the reader."""
    shown = run("reader", "insert", str(desk), "apcv", "moreau")
    assert "code valable 90 secondes" in shown.stdout
    picture = str(desk / "telephone-moreau.png")
    read = told("apcv", "lire", picture)
    assert read["simulation"] is True
    assert (read["phone"]["people"][0], read["phone"]["delegate"]) == ("THOMAS MOREAU", "")
    again = run("apcv", "lire", picture)
    assert status.of(again.exception) == 12
    assert "déjà servi" in str(again.exception)
    (tmp_path / "jour.toml").write_text(DAY.format(day=date.today().isoformat()), "utf-8")
    assert run("day", "import", str(tmp_path / "jour.toml")).exit_code == 0
    assert run("certify", "--appli").exit_code == 0
    with open_office(load_config(desk / CONFIG_NAME)) as office:
        (sheet,) = office.journal.invoices.get(1).sheets
    assert (sheet.mode, sheet.sevens[4 * 128 + 19 : 4 * 128 + 26]) == ("03", b"A010102")
    assert NIR not in read["phone"].values() and NIR not in again.output


def test_a_phone_laid_on_the_reader_shows_the_card_of_who_trusts_its_holder(desk: Path) -> None:
    """ACV-3, ACV-5."""
    assert run("reader", "insert", str(desk), "apcv", "lambert", "--nfc", "--pour", "garnier").exit_code == 0
    read = told("apcv", "lire", "--sans-contact")["phone"]
    assert (read["people"], "Lambert" in read["delegate"]) == (["ROBERT GARNIER"], True)
    assert [one["people"] for one in told("apcv", "list")["phones"]][-1] == ["ROBERT GARNIER"]
    assert run("reader", "remove", str(desk), "apcv").exit_code == 0
    gone = run("apcv", "lire", "--sans-contact")
    assert isinstance(gone.exception, ServiceError)


def test_an_electronic_prescription_by_number_by_picture_and_off_line(desk: Path, tmp_path: Path) -> None:
    """ORD-1 to ORD-3."""
    born = ("--naissance", "12/04/1960")
    for name in ("Durand", "Dupond"):
        assert run("patient", "add", "--nom", name, "--prenom", "Anne", *born).exit_code == 0
    first, second = numbers(desk / "services" / "ordonnance")
    read = told("ordonnance", "numerique", "lire", "durand", "--numero", first.lower())["orders"][0]
    assert (read["state"], read["done_elsewhere"]) == ("answered", 0)
    wrong = run("ordonnance", "numerique", "lire", "durand", "--numero", first[:-1] + "0")
    assert "faux" in str(wrong.exception)
    (tmp_path / "photo.png").write_bytes(png_of(f"ORD1.{second}"))
    kept = (
        "ordonnance",
        "numerique",
        "lire",
        "dupond",
        "--image",
        str(tmp_path / "photo.png"),
        "--hors-ligne",
    )
    assert told(*kept)["orders"][0]["state"] == "waiting"
    assert [one["number"] for one in told("ordonnance", "numerique", "list")["orders"]] == [second]
    assert told("ordonnance", "numerique", "reprendre")["orders"][0]["state"] == "answered"
    assert told("ordonnance", "numerique", "realiser", str(read["prescription"]))["orders"] == []


def test_without_a_card_the_number_is_kept_and_said_so(desk: Path) -> None:
    """ORD-3."""
    assert (
        run("patient", "add", "--nom", "Petit", "--prenom", "Luc", "--naissance", "12/04/1960").exit_code == 0
    )
    number = with_check("0RD0NNANCE00009")
    ask(desk, "remove", slot="ps")
    try:
        kept = run("ordonnance", "numerique", "lire", "petit", "--numero", number)
    finally:
        ask(desk, "insert", slot="ps", card="infirmiere")
    assert kept.exit_code == 0
    assert "La demande attend" in kept.stdout
    found = json.loads(run("ordonnance", "numerique", "list", "--json").stdout)["orders"]
    assert [one["number"] for one in found] == [number]
