"""A replacement, a seal at the bedside and a card of two situations at the command line."""

from __future__ import annotations

import json
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
from tournee.errors import BillingError

DAY = Path(tournee.emulation.__file__).with_name("days") / "infirmier.toml"
TOLD = """
[remplacement]
remplace = "756000121"
nom_remplace = "Claire LEFEBVRE"
rpps = "10100000040"
nom = "Inès FAURE"
du = 2026-11-09
au = 2026-11-{au}
"""
Put = Callable[[str, str], None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """Puts a card into a slot of an emulated reader, whose journal has the nurse's day."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / CONFIG_NAME))
    with practice(tmp_path) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            run("day", "import", str(DAY))
            yield lambda slot, card: ask(tmp_path, "insert", slot=slot, card=card)
        finally:
            ask(tmp_path, "stop")
            serving.join()


def run(*words: str) -> Result:
    return CliRunner().invoke(root, list(words), input="1234\n")


def configure(folder: Path, au: int) -> None:
    with (folder / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write(TOLD.format(au=au))


def test_a_replacement_of_the_configuration_is_shown_with_both_persons(put: Put, tmp_path: Path) -> None:
    configure(tmp_path, 22)
    put("ps", "infirmiere")
    run("cards")
    put("ps", "remplacante")
    put("vitale", "moreau")
    assert "certifiée" in run("certify").stdout
    told = json.loads(run("status", "--json").stdout)["invoices"]
    assert {(one["ps"], one["substitute"], one["substitute_name"]) for one in told} == {
        ("756000121", "10100000040", "Ines Faure")
    }
    assert "soins de" in run("trace", "1").stdout
    assert "certifié" in run("lot", "close").stdout
    assert "Fichier 000001" in run("file", "make").stdout


def test_outside_its_dates_nothing_is_billed_and_both_are_named(put: Put, tmp_path: Path) -> None:
    configure(tmp_path, 14)
    put("ps", "remplacante")
    put("vitale", "moreau")
    done = run("certify")
    assert done.exit_code == status.OF_ERROR[BillingError]
    assert "Inès FAURE ne remplace pas Claire LEFEBVRE" in done.output
    assert json.loads(run("status", "--json").stdout)["invoices"] == []


def test_a_mistake_of_the_configuration_is_told_with_its_line(put: Put, tmp_path: Path) -> None:
    with (tmp_path / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write(TOLD.format(au=22).replace("756000121", "756000122"))
    told = run("status")
    assert "[remplacement] remplace" in str(told.exception) and "clé" in str(told.exception)


def test_a_seal_at_the_bedside_is_countersigned_later(put: Put, tmp_path: Path) -> None:
    put("ps", "infirmiere")
    put("vitale", "moreau")
    told = run("certify", "--desynchronise").stdout
    assert "scellée, à contresigner" in told
    assert [one["kind"] for one in json.loads(run("alerts", "--json").stdout)["alerts"]] == ["to_countersign"]
    assert "à contresigner" in run("status").stdout
    assert "Aucune facture certifiée" in run("lot", "close").stdout
    put("ps", "kine")
    assert "1 facture attend la signature de Claire Lefebvre" in run("countersign").stdout
    others = json.loads(run("countersign", "--json").stdout)
    assert (others["certified"], list(others["unsigned"])) == ([], ["Claire Lefebvre"])
    put("ps", "infirmiere")
    done = json.loads(run("countersign", "--json").stdout)
    assert done["unsigned"] == {}
    assert {one["state"] for one in done["certified"]} == {"certified"}
    assert "Aucune facture n’est à contresigner" in run("countersign").stdout
    assert "désynchronisées" in run("lot", "close").stdout


def test_a_visit_at_the_patient_s_says_where_it_was(put: Put) -> None:
    put("ps", "infirmiere")
    put("vitale", "moreau")
    assert "certifiée" in run("certify", "--visite").stdout
    assert "en mode visite" in run("lot", "close").stdout


def test_a_card_of_two_situations_needs_one_where_nobody_can_be_asked(put: Put) -> None:
    put("ps", "deux-cabinets")
    done = run("certify")
    assert "plusieurs situations" in str(done.exception) and done.exception.remedy == "situation"
    assert "Aucune visite de Nadia Benali" in run("certify", "--situation", "2").stdout
