"""What `tournee certify` tells: whose card it is, what was done before something stopped it, what waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tournee.emulation
from tournee.cli import status
from tournee.cli.main import tournee as root
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice

DAYS = Path(tournee.emulation.__file__).with_name("days")
Put = Callable[[str, str], None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """Puts a card into a slot of an emulated reader, whose journal has the nurse's day."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / CONFIG_NAME))
    with practice(tmp_path) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            run("day", "import", str(DAYS / "infirmier.toml"))
            yield lambda slot, card: ask(tmp_path, "insert", slot=slot, card=card)
        finally:
            ask(tmp_path, "stop")
            serving.join()


def run(*words: str) -> Result:
    return CliRunner().invoke(root, list(words), input="1234\n")


def test_another_patient_s_card_is_named_and_nothing_is_billed(put: Put) -> None:
    put("ps", "infirmiere")
    run("certify")
    put("vitale", "robin")  # a physiotherapist's patient
    told = run("certify").stdout
    assert "Carte de " in told and "aucune visite à facturer pour cette famille" in told
    assert "ajoutez sa visite" in told
    assert "Facture " not in told


def test_another_carer_s_card_is_named(put: Put) -> None:
    put("ps", "kine")
    told = run("certify").stdout
    assert "Aucune visite de Julien Mercier n’est à facturer." in told
    assert "10 visites attendent la carte du professionnel 756000121" in told


def test_each_visit_that_waits_is_told_by_its_whole_number_and_name(put: Put, tmp_path: Path) -> None:
    put("ps", "infirmiere")
    told = run("certify").stdout
    assert "visites attendent leur carte Vitale : visite 1 du 15/11 (NIR 2550699999001)" in told
    put("vitale", "moreau")
    run("certify")
    again = (DAYS / "infirmier.toml").read_text("utf-8").replace("2026-11-15", "2026-11-16")
    day = tmp_path / "lendemain.toml"
    day.write_text(again.replace(', complement = "F"', ""), "utf-8")
    run("day", "import", str(day))
    ask(tmp_path, "remove", slot="vitale")
    assert "(Moreau Hugo, NIR 1820475113042)" in run("certify").stdout


def test_the_visit_of_an_opposed_or_dead_card_is_done_without_it(put: Put) -> None:
    put("ps", "infirmiere")
    lacks = run("visit", "degrade", "1", "--reason", "carte en opposition")
    assert "sa date de naissance" in str(lacks.exception)
    identity = ("--nom", "LAMBERT", "--prenom", "YVONNE", "--naissance", "11/06/1955")
    told = run(
        "visit", "degrade", "1", "--reason", "carte en opposition", *identity, "--caisse", "01-041-0000"
    )
    assert "né(e) le 11/06/1955, caisse 01-041-0000" in told.stdout
    assert "Facture 000000001 : FSE, Lambert Yvonne" in run("certify").stdout


def test_a_dead_card_leaves_what_needs_none_to_be_done(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("ps", "infirmiere")
    put("vitale", "moreau")
    from tournee.app import cards
    from tournee.firmware.sesam import codes
    from tournee.reader.failures import CardFailed

    def dead(*_: object) -> None:
        raise CardFailed(codes.CARD_SILENT)

    monkeypatch.setattr(cards, "read_vitale", dead)
    done = run("certify")
    assert "Facture 000000001 : FSE, Martinez Paul" in done.stdout
    assert isinstance(done.exception, CardFailed)


def test_a_refusal_is_told_once_and_is_the_status(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("ps", "infirmiere")
    put("vitale", "moreau")
    from tournee.app import certify
    from tournee.errors import BillingError

    def refuse(*_: object) -> None:
        raise BillingError("La visite ne va pas.")

    monkeypatch.setattr(certify, "_require_past", refuse)
    done = run("certify")
    assert done.exit_code == status.OF_ERROR[BillingError]
    assert done.output.count("La visite ne va pas.") == done.output.count("Visite ")
