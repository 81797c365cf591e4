"""`tournee ceam`: a visit on a European card, from the day file to the sheet; nothing of it is ever sent."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tournee.cli.main import tournee as root
from tournee.emulation.control import ask
from tournee.emulation.practice import CONFIG_NAME, practice

DAY = """
[journee]
date = 2026-10-05
ps = "756000121"
profession = "IF"

[[visite]]
prescription = { date = 2026-10-01, rpps = "10100001071" }
actes = [{ code = "AMI", coefficient = 1 }, { code = "MAU" }]
[visite.ceam]
pays = "DE"
nom = "MÜLLER"
prenom = "JÜRGEN"
naissance = 1964-08-12
numero_personnel = "X000000027"
institution = "000000027"
sigle = "KK"
numero_carte = "80276000010000000027"
expiration = 2028-03-31

[[visite]]
nir = "2550699999001"
naissance = 1955-06-15
cle = "62"
prescription = { date = 2026-10-01, rpps = "10100001071" }
actes = [{ code = "AMI", coefficient = 1 }]
[visite.patient]
mode = "sans carte"
motif = "carte oubliée"
nom = "LAMBERT"
prenom = "YVONNE"
regime = "01"
caisse = "011"
centre = "0000"
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(root, list(words), input="1234\n")


def told(*words: str) -> dict:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An emulated reader with the nurse's card, and the day in the journal."""
    monkeypatch.setenv("TOURNEE_CONFIG", str(tmp_path / CONFIG_NAME))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jour.toml").write_text(DAY, encoding="utf-8")
    with practice(tmp_path) as board:
        serving = threading.Thread(target=board.serve)
        serving.start()
        try:
            ask(tmp_path, "insert", slot="ps", card="infirmiere")
            done = run("day", "import", "jour.toml")
            assert "1 visite à facturer" in done.stdout
            assert "1 visite sur carte européenne (CEAM), hors télétransmission" in done.stdout
            yield tmp_path
        finally:
            ask(tmp_path, "stop")
            serving.join()


def test_visit_is_recorded_by_name_and_day_and_its_sheet_is_printed(taken_in: Path) -> None:
    """CEAM-2: read back by pdftotext."""
    (visit,) = told("ceam", "list")["visits"]
    assert (visit["name"], visit["first_name"], visit["date"]) == ("MÜLLER", "JÜRGEN", "2026-10-05")
    assert (visit["state"], visit["amo_cents"], visit["amc_cents"]) == ("outside", 0, 0)
    assert [line["code"] for line in visit["lines"]] == ["AMI", "MAU"]
    assert visit["patient_cents"] == visit["total_cents"] == 450
    assert "MÜLLER JÜRGEN" in run("ceam", "list").stdout
    shown = run("ceam", "show", str(visit["id"])).stdout
    assert "À payer par le patient : 4,50 €" in shown
    assert run("ceam", "sheet", str(visit["id"]), "--carer", "Claire Lefebvre").exit_code == 0
    sheet = taken_in / f"feuille-ceam-{visit['id']}.pdf"
    text = subprocess.run(["pdftotext", str(sheet), "-"], capture_output=True, text=True, check=True).stdout
    assert "MÜLLER" in text and "4,50 €" in text and "Claire Lefebvre" in text


def test_nothing_of_it_enters_an_invoice_a_lot_or_a_sum(taken_in: Path) -> None:
    """CEAM-2."""
    outside = told("ceam", "list")["visits"][0]["id"]
    assert len(told("certify")["certified"]) == 1
    assert [lot["invoices"] for lot in told("lot", "close")["lots"]] == [1]
    shown = told("status")
    assert "MÜLLER" not in json.dumps(shown, ensure_ascii=False)
    (row,) = [one for one in told("day", "visits")["visits"] if one["id"] == outside]
    assert row["state"] == "outside"


def test_visit_set_aside_gives_no_sheet_and_comes_back_outside(taken_in: Path) -> None:
    visit = str(told("ceam", "list")["visits"][0]["id"])
    assert run("day", "abandon", visit, "--reason", "erreur").exit_code == 0
    assert told("ceam", "list")["visits"] == []
    assert run("ceam", "sheet", visit).exit_code != 0
    assert "hors télétransmission" in run("day", "reopen", visit, "--reason", "si").stdout
    assert len(told("certify")["certified"]) == 1  # the other one alone
    assert run("ceam", "sheet", visit).exit_code == 0


def test_another_visit_is_told_to_be_none(taken_in: Path) -> None:
    other = next(one["id"] for one in told("day", "visits")["visits"] if one["state"] == "pending")
    for number, said in ((other, "n’est pas une visite sur carte européenne"), (999, "Aucune visite 999")):
        done = CliRunner().invoke(root, ["ceam", "show", str(number)])
        assert said in str(done.exception)


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("egk", "une carte de santé allemande (eGK)"),
        ("bancaire", "une carte bancaire"),
        ("vitale-nouvelle", "n’a pas l’application que le lecteur sait lire"),
    ],
)
def test_card_of_another_kind_is_named_and_what_to_do_is_said(taken_in: Path, card: str, said: str) -> None:
    """CEAM-3."""
    ask(taken_in, "insert", slot="vitale", card=card)
    done = run("cards")
    assert "CLAIRE LEFEBVRE" in done.stdout
    assert said in str(done.exception) and "À faire" in str(done.exception)
    values = json.loads(run("cards", "--json").stdout)
    assert list(values["unread"]) == ["vitale"] and values["ps"]["number"] == "756000121"
    assert said in values["unread"]["vitale"]["text"]
    certified = run("certify")
    assert said in str(certified.exception)
    assert "LAMBERT" in certified.stdout.upper()  # the visit that needs no card is done all the same
